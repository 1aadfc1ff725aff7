// The networks that people know by name, under the schemes made for them.
#include <gmock/gmock.h>

#include <cmath>
#include <map>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/init/network_scheme.hpp"
#include "fanin/net/presets.hpp"

namespace fanin::init {
namespace {

std::map<std::string, ParameterPlan> by_name(const NetworkPlan& plan) {
  std::map<std::string, ParameterPlan> map;
  for (const ParameterPlan& entry : plan.parameters) map.emplace(entry.parameter.name, entry);
  return map;
}

std::string refusal(const net::Graph& graph, std::string_view text) {
  try {
    (void)parse_network_scheme(text).plan(graph);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

double std_dev(const ParameterPlan& entry) { return entry.rule.std_dev(entry.parameter); }

TEST(Fixup, PreparesTheResnetsOfThePaper) {
  const auto plan = by_name(parse_network_scheme("fixup").plan(net::preset_network("resnet110(fixup=true)", {})));
  // L = 54 branches of m = 2 convolutions; He's deviation is that of fan_in = 9·16 inputs.
  EXPECT_DOUBLE_EQ(std_dev(plan.at("layer1.0.conv1.weight")), std::sqrt(2.0 / 144) / std::sqrt(54.0));
  EXPECT_EQ(std_dev(plan.at("conv1.weight")), std::sqrt(2.0 / 27));
  EXPECT_EQ(plan.at("layer3.17.conv2.weight").rule.text(), "zeros");
  EXPECT_EQ(plan.at("layer2.0.scale").rule.text(), "constant(value=1)");
  EXPECT_EQ(plan.at("layer2.0.bias1a.bias").rule.text(), "zeros");
  EXPECT_EQ(plan.at("head.weight").rule.text(), "zeros");
}

TEST(NetworkScheme, TakesThePresetsThatAreMadeForIt) {
  for (const auto& [scheme, preset] :
       std::vector<std::pair<const char*, const char*>>{{"fixup", "mlp(10, residual=true, multiplier=true)"},
                                                        {"rezero", "mlp(10, residual=true, multiplier=true)"},
                                                        {"rezero", "resnet20(norm=none, multiplier=true)"},
                                                        {"rezero", "gpt(norm=none, multiplier=true)"},
                                                        {"gpt2", "gpt"},
                                                        {"t_fixup", "gpt(norm=none)"},
                                                        {"deepnorm", "gpt(deepnorm=true)"},
                                                        {"mup", "gpt(mup=true)"},
                                                        {"mup", "mlp(mup=true)"},
                                                        {"siren", "mlp(4, omega=30, activation=sin)"},
                                                        {"irnn", "rnn(activation=relu)"},
                                                        {"chrono(28)", "lstm(layers=2, bidirectional=true)"},
                                                        {"pytorch_default", "vgg16(norm=batch)"}}) {
    EXPECT_EQ(refusal(net::preset_network(preset, {}), scheme), "accepted") << scheme << ", " << preset;
  }
}

}  // namespace
}  // namespace fanin::init
