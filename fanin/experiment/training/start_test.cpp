#include "fanin/experiment/training/start.hpp"

#include <gmock/gmock.h>

#include <map>

#include "fanin/experiment/load_network.hpp"
#include "fanin/experiment/training/small_for_test.hpp"

namespace fanin::experiment {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

net::Graph network(const std::string& spec) { return load_network(spec, {.input = {28, 28}, .outputs = 10}); }

/// Rules as text, by parameter.
std::map<std::string, std::string> rules(const net::Graph& graph, const StartRequest& request) {
  std::map<std::string, std::string> found;
  for (const init::ParameterPlan& parameter : plan_start(graph, request).parameters) {
    found[parameter.parameter.name] = parameter.rule.text();
  }
  return found;
}

std::map<std::string, double> factors(const net::Graph& graph, const StartRequest& request) {
  std::map<std::string, double> found;
  for (const init::ParameterPlan& parameter : plan_start(graph, request).parameters) {
    found[parameter.parameter.name] = parameter.learning_rate_factor;
  }
  return found;
}

TEST(PlanStart, TheInitializerTouchesWeightsAlone) {
  const auto found = rules(network("mlp(2, 8, norm=batch)"), {.init = "he_normal"});
  EXPECT_EQ(found.at("head.weight"), "he_normal");
  EXPECT_EQ(found.at("head.bias"), "zeros");
  int scales = 0;
  for (const auto& [name, rule] : found) {
    const bool scale = name.ends_with("norm.weight");
    scales += scale ? 1 : 0;
    EXPECT_TRUE(!scale || rule == "ones") << name << " " << rule;
    EXPECT_TRUE(!name.ends_with("bias") || rule == "zeros") << name << " " << rule;
  }
  EXPECT_EQ(scales, 2);
}

TEST(PlanStart, ARuleForALayerReachesItsWeights) {
  const auto found = rules(network("lenet5"), {.init = "he_normal", .init_for = "conv*=delta_orthogonal,head=zeros"});
  EXPECT_EQ(found.at("conv1.weight"), "delta_orthogonal");
  EXPECT_EQ(found.at("conv2.weight"), "delta_orthogonal");
  EXPECT_EQ(found.at("conv1.bias"), "zeros");
  EXPECT_EQ(found.at("head.weight"), "zeros");
  EXPECT_EQ(found.at("fc1.weight"), "he_normal");
}

TEST(PlanStart, ARuleForAParameterReachesJustThat) {
  const auto found = rules(network("784-8-10"), {.init = "he_normal", .init_for = "*.bias=constant(0.1)"});
  EXPECT_EQ(found.at("layer1.bias"), "constant(value=0.1)");
  EXPECT_EQ(found.at("layer2.bias"), "constant(value=0.1)");
  EXPECT_EQ(found.at("layer1.weight"), "he_normal");
}

TEST(PlanStart, RulesReachRecurrentWeightsAndEmbeddings) {
  const net::Graph graph = load_network("lstm(4)", {.input = {5}, .outputs = 3, .vocabulary = 7});
  for (const auto& [name, rule] : rules(graph, {.init = "he_normal", .init_for = "*=normal(std=0.5)"})) {
    const bool bias = name.find("bias") != std::string::npos;
    EXPECT_EQ(rule == "normal(std=0.5)", !bias) << name << " " << rule;
  }
}

TEST(PlanStart, EmbeddingsHaveNoFansAndStartSmall) {
  const net::Graph graph = load_network("lstm(4)", {.input = {5}, .outputs = 3, .vocabulary = 7});
  EXPECT_EQ(rules(graph, {.init = "he_normal"}).at("embedding.weight"), "normal(std=0.02)");
  EXPECT_EQ(rules(graph, {.init = "normal(std=0.1)"}).at("embedding.weight"), "normal(std=0.1)");
  EXPECT_EQ(rules(graph, {.init = "he_normal", .init_for = "embedding=zeros"}).at("embedding.weight"), "zeros");
}

TEST(PlanStart, TheReasonSaysWhichRuleDecided) {
  const init::NetworkPlan plan = plan_start(network("784-8-10"), {.init = "he_normal", .init_for = "layer1=zeros"});
  EXPECT_EQ(plan.parameters[0].reason, "--init-for layer1");
}

TEST(PlanStart, LearningRateFactorsReachEveryParameterOfALayer) {
  const auto found = factors(network("784-8-8-10"), {.learning_rate_for = "layer1=10x, layer2.bias=0.5, layer3=0"});
  EXPECT_EQ(found.at("layer1.weight"), 10);
  EXPECT_EQ(found.at("layer1.bias"), 10);
  EXPECT_EQ(found.at("layer2.weight"), 1);
  EXPECT_EQ(found.at("layer2.bias"), 0.5);
  EXPECT_EQ(found.at("layer3.weight"), 0);
}

TEST(PlanStart, LearningRateFactorsMultiplyThoseOfTheScheme) {
  const net::Graph graph = network("mlp(2, 256, mup=true)");
  const auto scheme = factors(graph, {.init = "mup"});
  const auto both = factors(graph, {.init = "mup", .learning_rate_for = "*=4x"});
  bool differs = false;
  for (const auto& [name, factor] : scheme) {
    EXPECT_DOUBLE_EQ(both.at(name), 4 * factor) << name;
    differs = differs || factor != 1;
  }
  EXPECT_TRUE(differs);
}

TEST(PlanStart, MistakesNameTheirOption) {
  const net::Graph graph = network("lenet5");
  const auto refused = [&graph](const StartRequest& request) { return refusal([&] { plan_start(graph, request); }); };
  EXPECT_THAT(refused({.init = "he_nromal"}), AllOf(StartsWith("unknown_name: --init:"), HasSubstr("he_normal")));
  EXPECT_THAT(refused({.init = "fixup"}), StartsWith("unsupported: --init:"));
  EXPECT_THAT(refused({.init_for = "haed=zeros"}), AllOf(StartsWith("unknown_name: --init-for:"), HasSubstr("head")));
  EXPECT_THAT(refused({.init_for = "head=zreos"}), AllOf(StartsWith("unknown_name: --init-for:"), HasSubstr("zeros")));
  EXPECT_THAT(refused({.init_for = "head"}), StartsWith("bad_syntax: --init-for:"));
  EXPECT_THAT(refused({.init_for = "head.bias=he_normal"}), StartsWith("bad_shape: --init-for:"));
  EXPECT_THAT(refused({.init_for = "head=irnn"}), StartsWith("unknown_name: --init-for:"));  // for whole networks
  EXPECT_THAT(refused({.learning_rate_for = "head=fast"}),
              AllOf(StartsWith("bad_value: --lr-for:"), HasSubstr("100x")));
  EXPECT_THAT(refused({.learning_rate_for = "head=-1x"}), StartsWith("bad_value: --lr-for:"));
  EXPECT_THAT(refused({.learning_rate_for = "head=x"}), StartsWith("bad_value: --lr-for:"));
  EXPECT_THAT(refused({.learning_rate_for = "tail=2x"}), StartsWith("unknown_name: --lr-for:"));
}

TEST(CanonicalInitFor, SpellsInitializersTheirOwnWay) {
  EXPECT_EQ(canonical_init_for("head=zeros(), conv*=kaiming_normal"), "head=zeros,conv*=he_normal");
  EXPECT_EQ(canonical_init_for(""), "");
}

}  // namespace
}  // namespace fanin::experiment
