#include "fanin/init/network_scheme.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <map>
#include <set>

#include "fanin/core/error.hpp"
#include "fanin/init/catalogue.hpp"
#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/add.hpp"
#include "fanin/net/ops/attention.hpp"
#include "fanin/net/ops/bias.hpp"
#include "fanin/net/ops/conv.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/ops/embedding.hpp"
#include "fanin/net/ops/flatten.hpp"
#include "fanin/net/ops/gru.hpp"
#include "fanin/net/ops/layer_norm.hpp"
#include "fanin/net/ops/lstm.hpp"
#include "fanin/net/ops/position_embedding.hpp"
#include "fanin/net/ops/rnn.hpp"
#include "fanin/net/ops/scale.hpp"
#include "fanin/net/shorthand.hpp"

namespace fanin::init {
namespace {

using net::Graph;
using net::NodeId;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::map<std::string, ParameterPlan> by_name(const NetworkPlan& plan) {
  std::map<std::string, ParameterPlan> map;
  for (const ParameterPlan& entry : plan.parameters) map.emplace(entry.parameter.name, entry);
  return map;
}

std::string refusal(const Graph& graph, std::string_view text) {
  try {
    (void)parse_network_scheme(text).plan(graph);
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "accepted";
}

double std_dev(const ParameterPlan& entry) { return entry.rule.std_dev(entry.parameter); }

NodeId linear(Graph& graph, const std::string& scope, std::int64_t units, NodeId x) {
  x = graph.add(scope, net::dense(units), {x});
  return graph.add(scope, net::bias(), {x});
}

/// Two layers of attention and MLP with residual sums; every branch and shortcut can carry a scale node.
struct TransformerOptions {
  bool trainable_branch = false;
  bool fixed_shortcut = false;
  bool fixed_readout = false;
  net::LogitScale logits = net::LogitScale::sqrt_head_width;
};

Graph transformer(const TransformerOptions& options = {}) {
  Graph graph;
  NodeId x = graph.add_input("tokens", {6});
  x = graph.add("wte", net::embedding(50, 16), {x});
  x = graph.add("wpe", net::position_embedding(6), {x});
  const auto close = [&](const std::string& scope, NodeId branch, NodeId skip) {
    if (options.trainable_branch) branch = graph.add(scope + ".alpha", net::trainable_scale(), {branch});
    if (options.fixed_shortcut) skip = graph.add(scope + ".skip", net::scale(1), {skip});
    return graph.add(scope, net::add(), {skip, branch});
  };
  for (const std::string scope : {"h1", "h2"}) {
    NodeId branch =
        graph.add(scope + ".attn", net::attention({.heads = 2, .causal = true, .logits = options.logits}), {x});
    x = close(scope + ".a", branch, x);
    branch = linear(graph, scope + ".up", 64, x);
    branch = graph.add(scope + ".up", net::activation("gelu"), {branch});
    branch = linear(graph, scope + ".down", 16, branch);
    x = close(scope + ".m", branch, x);
  }
  x = graph.add("head", net::dense(50), {x});
  if (options.fixed_readout) x = graph.add("head", net::scale(1), {x});
  graph.set_output(x);
  return graph;
}

TEST(NetworkScheme, AnInitializerGoesToWeightsAndBiasesStartAtZero) {
  const NetworkPlan plan =
      parse_network_scheme("kaiming_normal").plan(net::dense_network({6, 5, 4}, net::parse_activation("relu")));
  EXPECT_EQ(plan.scheme, "he_normal");
  ASSERT_EQ(plan.parameters.size(), 4U);
  EXPECT_EQ(plan.parameters[0].rule.text(), "he_normal");
  EXPECT_EQ(plan.parameters[1].rule.text(), "zeros");
  EXPECT_THAT(plan.multipliers, IsEmpty());
}

TEST(NetworkScheme, EmbeddingsStartSmallWhereTheInitializerNeedsFans) {
  const Graph graph = transformer({.trainable_branch = true});
  for (const char* scheme : {"he_normal", "orthogonal", "rezero", "roles"}) {
    EXPECT_EQ(std_dev(by_name(parse_network_scheme(scheme).plan(graph)).at("wte.weight")), 0.02) << scheme;
  }
  EXPECT_EQ(std_dev(by_name(parse_network_scheme("normal(std=0.5)").plan(graph)).at("wte.weight")), 0.5);
  const auto asked = by_name(parse_network_scheme("roles(embedding=he_normal)").plan(graph));
  EXPECT_EQ(asked.at("wte.weight").rule.text(), "he_normal");
}

TEST(NetworkScheme, NamesOfBothKindsAreSuggested) {
  const Graph graph = net::dense_network({6, 4}, net::parse_activation("relu"));
  EXPECT_THAT(refusal(graph, "gpt3"), HasSubstr("did you mean gpt2?"));
  EXPECT_THAT(refusal(graph, "he_norml"), HasSubstr("he_normal"));
  EXPECT_THAT(refusal(graph, "gpt2(dev=1)"), HasSubstr("no argument 'dev'"));
}

TEST(NetworkScheme, EveryTextReadsBackAndNoNameIsTwice) {
  std::set<std::string_view> names;
  for (const InitializerInfo& info : known_initializers()) names.insert(info.name);
  for (const NetworkSchemeInfo& info : known_network_schemes()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    const std::string call = std::string(info.name) + (info.name == "chrono" ? "(10)" : "");
    const std::string text = parse_network_scheme(call).text();
    EXPECT_EQ(parse_network_scheme(text).text(), text);
  }
  EXPECT_EQ(parse_network_scheme("roles(bias=constant(0.1), weight=xavier_normal)").text(),
            "roles(weight=glorot_normal, bias=constant(value=0.1))");
  EXPECT_EQ(parse_network_scheme("mup(128, relu)").text(), "mup(base_width=128, gain=relu)");
}

TEST(NetworkScheme, RolesGetTheirOwnRules) {
  const auto plan = by_name(parse_network_scheme("roles(bias=ones)").plan(transformer()));
  EXPECT_EQ(plan.at("wte.weight").rule.text(), "normal(std=0.02)");
  EXPECT_EQ(plan.at("head.weight").rule.text(), "he_normal");
  EXPECT_EQ(plan.at("h1.up.bias").rule.text(), "ones");
}

TEST(Gpt2, ResidualProjectionsShrinkByTheRootOfTheBranches) {
  const auto plan = by_name(parse_network_scheme("gpt2").plan(transformer()));
  EXPECT_EQ(std_dev(plan.at("wte.weight")), 0.02);
  EXPECT_EQ(std_dev(plan.at("h1.attn.in_proj_weight")), 0.02);
  EXPECT_EQ(std_dev(plan.at("h2.up.weight")), 0.02);
  EXPECT_EQ(std_dev(plan.at("head.weight")), 0.02);
  for (const char* name : {"h1.attn.out_proj.weight", "h1.down.weight", "h2.attn.out_proj.weight", "h2.down.weight"}) {
    EXPECT_DOUBLE_EQ(std_dev(plan.at(name)), 0.02 / std::sqrt(4.0)) << name;  // 2 layers × 2
    EXPECT_THAT(plan.at(name).reason, HasSubstr("÷√4"));
  }
  EXPECT_EQ(std_dev(plan.at("h1.attn.out_proj.bias")), 0);
  EXPECT_THAT(refusal(net::dense_network({6, 4}, net::parse_activation("relu")), "gpt2"), HasSubstr("net::add()"));
}

Graph residual_mlp(bool with_scale) {
  Graph graph;
  NodeId x = graph.add_input("x", {8});
  x = linear(graph, "stem", 8, x);
  for (const std::string scope : {"b1", "b2", "b3"}) {
    NodeId y = linear(graph, scope + ".1", 8, x);
    y = graph.add(scope + ".1", net::activation("relu"), {y});
    y = linear(graph, scope + ".2", 8, y);
    if (with_scale) y = graph.add(scope, net::trainable_scale(), {y});
    x = graph.add(scope, net::add(), {x, y});
  }
  x = linear(graph, "classifier", 5, x);
  graph.set_output(x);
  return graph;
}

TEST(Fixup, BranchesShrinkAndEndAtZero) {
  const auto plan = by_name(parse_network_scheme("fixup").plan(residual_mlp(true)));
  // L = 3 branches of m = 2 weights: the first × 3^(-1/2).
  EXPECT_DOUBLE_EQ(std_dev(plan.at("b2.1.weight")), std::sqrt(2.0 / 8) / std::sqrt(3.0));
  EXPECT_EQ(plan.at("b2.2.weight").rule.text(), "zeros");
  EXPECT_EQ(plan.at("classifier.weight").rule.text(), "zeros");
  EXPECT_EQ(plan.at("stem.weight").rule.text(), "he_normal");
  EXPECT_EQ(plan.at("b3.scale").rule.text(), "constant(value=1)");
  EXPECT_THAT(refusal(residual_mlp(false), "fixup"), HasSubstr("net::trainable_scale()"));
}

TEST(Fixup, TheExponentFollowsTheWeightsOfTheBranch) {
  Graph graph;
  NodeId x = graph.add_input("x", {8});
  const auto branch = [&](const std::string& scope, int weights) {
    NodeId y = x;
    for (int i = 1; i <= weights; ++i) y = graph.add(scope + "." + std::to_string(i), net::dense(8), {y});
    x = graph.add(scope, net::add(), {x, graph.add(scope, net::trainable_scale(), {y})});
  };
  branch("one", 1);
  branch("two", 2);
  branch("three", 3);
  branch("four", 4);
  graph.set_output(x);
  const auto plan = by_name(parse_network_scheme("fixup").plan(graph));
  const double he = std::sqrt(2.0 / 8);
  EXPECT_EQ(plan.at("one.1.weight").rule.text(), "zeros");  // L = 4 branches
  EXPECT_DOUBLE_EQ(std_dev(plan.at("two.1.weight")), he * std::pow(4, -1.0 / 2));
  EXPECT_DOUBLE_EQ(std_dev(plan.at("three.2.weight")), he * std::pow(4, -1.0 / 4));
  EXPECT_DOUBLE_EQ(std_dev(plan.at("four.1.weight")), he * std::pow(4, -1.0 / 6));
  EXPECT_EQ(plan.at("four.4.weight").rule.text(), "zeros");
}

TEST(Rezero, EveryBranchStartsClosed) {
  for (const char* name : {"rezero", "skipinit"}) {
    const auto plan = by_name(parse_network_scheme(name).plan(residual_mlp(true)));
    EXPECT_EQ(plan.at("b1.scale").rule.text(), "zeros");
    EXPECT_EQ(plan.at("b1.2.weight").rule.text(), "he_normal");
  }
  EXPECT_THAT(refusal(residual_mlp(false), "rezero"), HasSubstr("'b1.add' has no trainable multiplier"));
}

/// An encoder of one layer and a decoder of two.
Graph encoder_decoder(bool with_shortcut_scales) {
  Graph graph;
  const auto close = [&](const std::string& scope, NodeId branch, NodeId skip) {
    if (with_shortcut_scales) skip = graph.add(scope + ".skip", net::scale(1), {skip});
    return graph.add(scope, net::add(), {skip, branch});
  };
  const auto mlp = [&](const std::string& scope, NodeId x) {
    NodeId y = graph.add(scope + ".up", net::dense(32), {x});
    y = graph.add(scope + ".up", net::activation("relu"), {y});
    y = graph.add(scope + ".down", net::dense(8), {y});
    return close(scope, y, x);
  };
  NodeId memory = graph.add_input("source", {4});
  memory = graph.add("source_embedding", net::embedding(20, 8), {memory});
  memory = close("enc.s", graph.add("enc.attn", net::attention({.heads = 2}), {memory}), memory);
  memory = mlp("enc.mlp", memory);
  NodeId x = graph.add_input("target", {5});
  x = graph.add("target_embedding", net::embedding(20, 8), {x});
  for (const std::string scope : {"dec1", "dec2"}) {
    x = close(scope + ".s", graph.add(scope + ".self", net::attention({.heads = 2, .causal = true}), {x}), x);
    x = close(scope + ".c", graph.add(scope + ".cross", net::attention({.heads = 2}), {x, memory}), x);
    x = mlp(scope + ".mlp", x);
  }
  x = graph.add("head", net::dense(20), {x});
  graph.set_output(x);
  return graph;
}

TEST(TFixup, EncoderAndDecoderHaveTheirOwnFactors) {
  const auto plan = by_name(parse_network_scheme("t_fixup").plan(encoder_decoder(false)));
  const double square = std::sqrt(2.0 / 16);   // Xavier, 8 to 8
  const double wide = std::sqrt(2.0 / 40);     // 8 to 32
  const double encoder = 0.67;                 // × 1^(-1/4)
  const double decoder = std::pow(18, -0.25);  // (9·2)^(-1/4)
  EXPECT_NEAR(std_dev(plan.at("enc.attn.out_proj.weight")), square * encoder, 1e-12);
  EXPECT_NEAR(std_dev(plan.at("enc.mlp.up.weight")), wide * encoder, 1e-12);
  EXPECT_NEAR(std_dev(plan.at("dec1.self.out_proj.weight")), square * decoder, 1e-12);
  EXPECT_NEAR(std_dev(plan.at("dec2.cross.out_proj.weight")), square * decoder, 1e-12);
  EXPECT_NEAR(std_dev(plan.at("dec2.mlp.down.weight")), wide * decoder, 1e-12);
  // Queries and keys keep Xavier, values shrink: the packed variance is the mean of the three.
  EXPECT_NEAR(std_dev(plan.at("dec1.self.in_proj_weight")), square * std::sqrt((2 + decoder * decoder) / 3), 1e-12);
  EXPECT_THAT(plan.at("dec1.self.in_proj_weight").rule.text(),
              HasSubstr("gates(glorot_uniform, glorot_uniform, scaled("));
  EXPECT_NEAR(std_dev(plan.at("source_embedding.weight")), decoder / std::sqrt(8.0), 1e-12);
  EXPECT_EQ(plan.at("head.weight").rule.text(), "glorot_uniform");
  EXPECT_THAT(refusal(residual_mlp(true), "t_fixup"), HasSubstr("net::attention"));
}

TEST(DeepNorm, OneStackOfLayers) {
  const NetworkPlan plan = parse_network_scheme("deepnorm").plan(transformer({.fixed_shortcut = true}));
  // N = 2: α = 4^(1/4) = √2, β = 16^(-1/4) = 1/2.
  ASSERT_EQ(plan.multipliers.size(), 4U);
  for (const NodeMultiplier& multiplier : plan.multipliers) EXPECT_DOUBLE_EQ(multiplier.value, std::sqrt(2.0));
  EXPECT_EQ(plan.multipliers[0].name, "h1.a.skip.scale");
  const auto entries = by_name(plan);
  EXPECT_DOUBLE_EQ(std_dev(entries.at("h1.attn.out_proj.weight")), 0.5 * std::sqrt(2.0 / 32));
  EXPECT_DOUBLE_EQ(std_dev(entries.at("h2.up.weight")), 0.5 * std::sqrt(2.0 / 80));
  EXPECT_THAT(refusal(transformer(), "deepnorm"), HasSubstr("'h1.a.add' has no multiplier"));
}

TEST(DeepNorm, EncoderAndDecoderFollowTheirOwnFormulas) {
  const NetworkPlan plan = parse_network_scheme("deepnorm").plan(encoder_decoder(true));
  ASSERT_EQ(plan.multipliers.size(), 8U);  // N = 1, M = 2
  EXPECT_NEAR(plan.multipliers[0].value, 0.81 * std::pow(2.0, 1.0 / 16), 1e-12);
  EXPECT_NEAR(plan.multipliers[2].value, std::pow(6.0, 0.25), 1e-12);
  const auto entries = by_name(plan);
  EXPECT_NEAR(std_dev(entries.at("enc.attn.out_proj.weight")), 0.87 * std::pow(2.0, -1.0 / 16) * std::sqrt(2.0 / 16),
              1e-12);
  EXPECT_NEAR(std_dev(entries.at("dec2.cross.out_proj.weight")), std::pow(24.0, -0.25) * std::sqrt(2.0 / 16), 1e-12);
}

TEST(Mup, HiddenRatesShrinkAndTheReadoutIsDivided) {
  const Graph graph = transformer({.fixed_readout = true, .logits = net::LogitScale::head_width});
  const NetworkPlan plan = parse_network_scheme("mup(base_width=4)").plan(graph);
  const auto entries = by_name(plan);
  EXPECT_EQ(entries.at("wte.weight").learning_rate_factor, 1);
  EXPECT_EQ(entries.at("h1.attn.in_proj_weight").learning_rate_factor, 4.0 / 16);
  EXPECT_EQ(entries.at("h1.down.weight").learning_rate_factor, 4.0 / 64);
  EXPECT_DOUBLE_EQ(std_dev(entries.at("h1.down.weight")), 1 / std::sqrt(64.0));
  EXPECT_DOUBLE_EQ(std_dev(entries.at("head.weight")), 0.5);  // 1/√4, whatever the width
  EXPECT_EQ(entries.at("head.weight").learning_rate_factor, 1);
  ASSERT_EQ(plan.multipliers.size(), 1U);
  EXPECT_EQ(plan.multipliers[0].name, "head.scale");
  EXPECT_DOUBLE_EQ(plan.multipliers[0].value, 4.0 / 16);
  EXPECT_THAT(refusal(transformer({.fixed_readout = true}), "mup"), HasSubstr("LogitScale::head_width"));
  EXPECT_THAT(refusal(transformer({.logits = net::LogitScale::head_width}), "mup"), HasSubstr("net::scale(1)"));
  EXPECT_THAT(refusal(net::dense_network({6, 4}, net::parse_activation("relu")), "mup"), HasSubstr("no hidden layer"));
}

TEST(Irnn, RecurrentWeightsAreTheIdentity) {
  const auto build = [](std::string_view activation) {
    Graph graph;
    const NodeId x =
        graph.add("rnn", net::rnn({.units = 4, .last_only = true}, activation), {graph.add_input("x", {7, 3})});
    graph.set_output(x);
    return graph;
  };
  const auto plan = by_name(parse_network_scheme("irnn").plan(build("relu")));
  EXPECT_EQ(plan.at("rnn.weight_hh").rule.text(), "identity");
  EXPECT_EQ(plan.at("rnn.weight_ih").rule.text(), "normal(std=0.001)");
  EXPECT_THAT(refusal(build("tanh"), "irnn"), HasSubstr("rnn with relu"));
}

TEST(ChronoScheme, OneBiasOfEachRecurrentLayerCarriesTheTimes) {
  Graph graph;
  NodeId x = graph.add("lstm", net::lstm({.units = 4}), {graph.add_input("x", {7, 3})});
  x = graph.add("gru", net::gru({.units = 4}), {x});
  graph.set_output(x);
  const auto plan = by_name(parse_network_scheme("chrono(50)").plan(graph));
  EXPECT_EQ(plan.at("lstm.bias").rule.text(), "chrono_bias(max_time=50)");
  EXPECT_EQ(plan.at("gru.bias_ih").rule.text(), "chrono_bias(max_time=50)");
  EXPECT_EQ(plan.at("gru.bias_hh").rule.text(), "zeros");
  EXPECT_EQ(plan.at("gru.weight_hh").rule.text(), "orthogonal");
  EXPECT_THAT(refusal(residual_mlp(true), "chrono(50)"), HasSubstr("no lstm or gru"));
}

TEST(SirenScheme, EverySineNeedsItsMultiplier) {
  const auto build = [](bool with_scale) {
    Graph graph;
    NodeId x = graph.add_input("coordinates", {2});
    for (const char* scope : {"l1", "l2"}) {
      x = linear(graph, scope, 16, x);
      if (with_scale) x = graph.add(scope, net::scale(1), {x});
      x = graph.add(scope, net::activation("sin"), {x});
    }
    graph.set_output(linear(graph, "out", 3, x));
    return graph;
  };
  const Graph graph = build(true);
  const NetworkPlan plan = parse_network_scheme("siren").plan(graph);
  const auto entries = by_name(plan);
  EXPECT_EQ(entries.at("l1.weight").rule.text(), "siren_first");
  EXPECT_EQ(entries.at("l2.weight").rule.text(), "siren_hidden");
  EXPECT_EQ(entries.at("out.weight").rule.text(), "siren_hidden");
  ASSERT_EQ(plan.multipliers.size(), 2U);
  const Graph scaled_graph = with_multipliers(graph, plan.multipliers);
  EXPECT_EQ(scaled_graph.node(plan.multipliers[1].node).op->attributes(), "value=30");
  EXPECT_EQ(scaled_graph.output(), graph.output());
  EXPECT_THAT(refusal(build(false), "siren"), HasSubstr("net::scale(30)"));
  const std::vector<NodeMultiplier> wrong{{0, "coordinates", 2, ""}};
  EXPECT_THROW((void)with_multipliers(graph, wrong), Error);
}

TEST(LibraryDefaults, BiasesFollowTheirLayersFanIn) {
  Graph graph;
  NodeId x = graph.add_input("image", {8, 9, 9});
  x = graph.add("conv", net::conv({.channels = 16, .window = {.kernel = {3, 3}}}), {x});
  x = graph.add("conv", net::activation("relu"), {x});
  x = graph.add("flat", net::flatten(), {x});
  graph.set_output(linear(graph, "fc", 10, x));
  const auto plan = by_name(parse_network_scheme("pytorch_default").plan(graph));
  // torch.nn.Conv2d(8, 16, 3).bias lies in ±1/√72, torch.nn.Linear(784, 10).bias in ±1/28.
  EXPECT_DOUBLE_EQ(std_dev(plan.at("conv.bias")), 1 / std::sqrt(72.0) / std::sqrt(3.0));
  EXPECT_DOUBLE_EQ(std_dev(plan.at("conv.weight")), 1 / std::sqrt(72.0) / std::sqrt(3.0));
  EXPECT_DOUBLE_EQ(std_dev(plan.at("fc.bias")), 1 / 28.0 / std::sqrt(3.0));
  // torch.nn.MultiheadAttention(16, 2): in_proj_weight in ±√(6/(16+48)), biases 0.
  const auto attention = by_name(parse_network_scheme("pytorch_default").plan(transformer()));
  EXPECT_DOUBLE_EQ(std_dev(attention.at("h1.attn.in_proj_weight")), std::sqrt(2.0 / 64));
  EXPECT_EQ(std_dev(attention.at("h1.attn.in_proj_bias")), 0);
  EXPECT_EQ(std_dev(attention.at("wte.weight")), 1);
}

TEST(LibraryDefaults, KerasOpensTheForgetGate) {
  Graph graph;
  graph.set_output(graph.add("lstm", net::lstm({.units = 4}), {graph.add_input("x", {7, 3})}));
  const auto keras = by_name(parse_network_scheme("keras_default").plan(graph));
  EXPECT_EQ(keras.at("lstm.bias").rule.text(), "forget_bias");
  EXPECT_EQ(keras.at("lstm.weight_hh").rule.text(), "orthogonal(dialect=keras)");
  const auto torch = by_name(parse_network_scheme("pytorch_default").plan(graph));
  EXPECT_DOUBLE_EQ(std_dev(torch.at("lstm.weight_ih")), 0.5 / std::sqrt(3.0));  // U(±1/√4)
}

TEST(NetworkScheme, ValuesComeFromThePlansRules) {
  const NetworkPlan plan = parse_network_scheme("gpt2").plan(transformer());
  std::vector<std::string> order;
  initialize(plan, 3, [&](const net::ParameterSpec& parameter, std::span<const float> values) {
    const ParameterPlan& entry = plan.parameters[order.size()];
    order.push_back(parameter.name);
    std::vector<float> expected(values.size());
    entry.rule.fill(parameter, 3, 0, expected);
    EXPECT_TRUE(std::equal(values.begin(), values.end(), expected.begin())) << parameter.name;
  });
  EXPECT_EQ(order.size(), plan.parameters.size());
}

}  // namespace
}  // namespace fanin::init
