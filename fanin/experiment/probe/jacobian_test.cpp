#include "fanin/experiment/probe/jacobian.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "fanin/core/gemm.hpp"
#include "fanin/net/activation.hpp"
#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/add.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/shorthand.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

// Layers of `width` behind an input of 5, in front of 3 outputs.
net::Graph deep(std::int64_t width, int hidden, const char* activation = "linear") {
  std::vector<std::int64_t> widths{5};
  widths.insert(widths.end(), static_cast<std::size_t>(hidden), width);
  widths.push_back(3);
  return net::dense_network(widths, net::parse_activation(activation));
}

JacobianProbe normal_probe(std::int64_t rows, std::int64_t features) {
  JacobianProbe probe{.inputs = std::vector<float>(static_cast<std::size_t>(rows * features)),
                      .rows = rows,
                      .gradients = 8,
                      .iterations = 12,
                      .seed = 3};
  random::fill_normal(random::Stream(1, "test"), 0, {}, probe.inputs);
  return probe;
}

TEST(HiddenPart, RunsFromTheFirstLayersOutputToTheLastLayersInput) {
  const std::optional<HiddenPart> part = hidden_part(deep(4, 3, "tanh"));
  ASSERT_TRUE(part.has_value());
  EXPECT_EQ(part->first, "layer1.activation");
  EXPECT_EQ(part->graph.node(part->graph.output()).name, "layer3.activation");
  std::vector<std::string> names;
  for (const net::ParameterSpec& parameter : part->graph.parameters()) names.push_back(parameter.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"hidden.bias", "layer2.weight", "layer2.bias", "layer3.weight", "layer3.bias"}));
}

TEST(HiddenPart, IsNothingWithoutLayersBetween) {
  EXPECT_FALSE(hidden_part(deep(4, 1)).has_value());
  EXPECT_FALSE(hidden_part(net::dense_network({5, 3}, net::parse_activation("relu"))).has_value());
}

TEST(HiddenPart, IsNothingWhenAPathPassesByTheFirstLayer) {
  net::Graph graph;
  const net::NodeId x = graph.add_input("input", {4});
  const net::NodeId a = graph.add("a", net::dense(4), {x});
  const net::NodeId b = graph.add("b", net::dense(4), {a});
  const net::NodeId sum = graph.add("sum", net::add(), {b, x});
  graph.set_output(graph.add("head", net::dense(2), {sum}));
  EXPECT_FALSE(hidden_part(graph).has_value());
}

TEST(JacobianFacts, AreThoseOfADiagonalMap) {
  use_one_thread();
  const std::optional<HiddenPart> part = hidden_part(deep(3, 2));
  ASSERT_TRUE(part.has_value());
  const std::map<std::string, std::vector<float>> values{{"layer2.weight", {3, 0, 0, 0, 1, 0, 0, 0, 0.5F}},
                                                         {"layer2.bias", {1, 2, 3}}};
  JacobianProbe probe = normal_probe(64, 3);
  probe.gradients = 32;
  const std::optional<observe::JacobianFacts> facts =
      jacobian_facts(*part, probe, [&](const std::string& name) { return values.at(name); });
  ASSERT_TRUE(facts.has_value());
  // ‖Jᵀu‖²/3 over 2048 standard normal u: mean (9 + 1 + 1/4)/3, variance 2·(81 + 1 + 1/16)/9.
  const double mean = 10.25 / 3, spread = std::sqrt(2 * 82.0625) / 3;
  EXPECT_NEAR(facts->mean_square, mean, 4 * spread / std::sqrt(2048.0));
  EXPECT_NEAR(facts->spread, spread / mean, 0.1);
  EXPECT_NEAR(facts->largest, 3, 1e-3);
}

TEST(JacobianFacts, KnowAnIsometry) {
  use_one_thread();
  const std::optional<HiddenPart> part = hidden_part(deep(16, 4));
  JacobianProbe probe = normal_probe(8, 16);
  const std::optional<observe::JacobianFacts> facts = jacobian_facts(*part, probe, [&](const std::string& name) {
    std::vector<float> values(name.ends_with("weight") ? 256 : 16, 0.0F);
    for (std::size_t i = 0; i < 16 && values.size() == 256; ++i) values[i * 16 + (i + 5) % 16] = -1;
    return values;
  });
  ASSERT_TRUE(facts.has_value());
  EXPECT_NEAR(facts->largest, 1, 1e-3);
  EXPECT_NEAR(facts->mean_square, 1, 4 * std::sqrt(2.0 / 16 / 64));
}

TEST(JacobianFacts, HoldForConstantHiddenLayersToo) {
  use_one_thread();
  const std::optional<HiddenPart> part = hidden_part(deep(4, 2, "relu"));
  const std::optional<observe::JacobianFacts> facts = jacobian_facts(
      *part, normal_probe(4, 4),
      [](const std::string& name) { return std::vector<float>(name.ends_with("weight") ? 16 : 4, 0.0F); });
  ASSERT_TRUE(facts.has_value());
  EXPECT_EQ(facts->mean_square, 0);
  EXPECT_EQ(facts->largest, 0);
}

TEST(JacobianFacts, AreAbsentWhereValuesAreNotFinite) {
  use_one_thread();
  const std::optional<HiddenPart> part = hidden_part(deep(4, 2));
  EXPECT_FALSE(jacobian_facts(*part, normal_probe(4, 4), [](const std::string& name) {
                 return std::vector<float>(name.ends_with("weight") ? 16 : 4, INFINITY);
               }).has_value());
}

}  // namespace
}  // namespace fanin::experiment
