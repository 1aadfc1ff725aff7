#include "fanin/experiment/weights/like_rules.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>

#include "fanin/core/error.hpp"
#include "fanin/init/network_scheme.hpp"
#include "fanin/net/ops/bias.hpp"
#include "fanin/net/ops/conv.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/ops/flatten.hpp"
#include "fanin/net/ops/lstm.hpp"

namespace fanin::experiment {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

StoredTensor stored(std::string name, Shape shape) {
  return {std::move(name), "F32", DType::f32, std::move(shape), 0, 0};
}

LikeRules rules_for(const std::string& init, const std::vector<StoredTensor>& tensors,
                    const std::vector<std::string>& roles = {}) {
  std::vector<RoleRule> given;
  for (const std::string& role : roles) given.push_back(parse_role_rule(role));
  return rules_like({.file = "", .init = init}, name_tensors(tensors, given));
}

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "nothing";
}

double std_dev_of(const LikeRules& rules, std::size_t i, const StoredTensor& tensor, const char* role) {
  return rules.rules.at(i)->rule.std_dev(with_role(tensor.name, tensor.shape, role));
}

/// GPT-2's tensors, as Hugging Face names them.
std::vector<StoredTensor> gpt2_tensors(int blocks) {
  std::vector<StoredTensor> tensors{stored("wte.weight", {100, 8}), stored("wpe.weight", {16, 8})};
  for (int i = 0; i < blocks; ++i) {
    const std::string block = "h." + std::to_string(i);
    tensors.push_back(stored(block + ".ln_1.weight", {8}));
    tensors.push_back(stored(block + ".attn.c_attn.weight", {8, 24}));
    tensors.push_back(stored(block + ".attn.c_proj.weight", {8, 8}));
    tensors.push_back(stored(block + ".mlp.c_fc.weight", {8, 32}));
    tensors.push_back(stored(block + ".mlp.c_proj.weight", {32, 8}));
    tensors.push_back(stored(block + ".mlp.c_proj.bias", {8}));
  }
  return tensors;
}

TEST(LikeRules, AnInitializerGoesToWeightsAndTheRestStartsAtZeroOrOne) {
  const LikeRules rules = rules_for("he_normal", {stored("fc.weight", {4, 3}), stored("fc.bias", {4}),
                                                  stored("bn.weight", {4}), stored("bn.bias", {4})});
  EXPECT_EQ(rules.scheme, "he_normal");
  EXPECT_EQ(rules.rules[0]->rule.text(), "he_normal");
  EXPECT_EQ(rules.rules[1]->rule.text(), "zeros");
  EXPECT_EQ(rules.rules[2]->rule.text(), "ones");
  EXPECT_EQ(rules.rules[3]->rule.text(), "zeros");
}

TEST(LikeRules, RolesNamesARuleForEachRole) {
  const LikeRules rules = rules_for("roles(weight=glorot_uniform, embedding=normal(std=1), bias=constant(0.5))",
                                    {stored("fc.weight", {4, 3}), stored("fc.bias", {4}), stored("wte.weight", {9, 4}),
                                     stored("rnn.weight_hh_l0", {5, 5}), stored("ln.weight", {4})});
  EXPECT_EQ(rules.rules[0]->rule.text(), "glorot_uniform");
  EXPECT_EQ(rules.rules[1]->rule.text(), "constant(value=0.5)");
  EXPECT_EQ(rules.rules[2]->rule.text(), "normal(std=1)");
  EXPECT_EQ(rules.rules[3]->rule.text(), "orthogonal");
  EXPECT_EQ(rules.rules[4]->rule.text(), "ones");
}

TEST(LikeRules, Gpt2DividesTheEndsOfResidualBranchesByTheRootOfTheirNumber) {
  for (const int blocks : {1, 12}) {
    const std::vector<StoredTensor> tensors = gpt2_tensors(blocks);
    const LikeRules rules = rules_for("gpt2", tensors);
    int projections = 0;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      const std::string text = rules.rules[i]->rule.text();
      if (tensors[i].name.ends_with("c_proj.weight")) {
        ++projections;
        EXPECT_NEAR(std_dev_of(rules, i, tensors[i], "dense_in_out"), 0.02 / std::sqrt(2.0 * blocks), 1e-12);
        EXPECT_EQ(rules.rules[i]->reason, "residual projection, ÷√" + std::to_string(2 * blocks));
      } else if (tensors[i].shape.rank() == 2) {
        EXPECT_EQ(text, "normal(std=0.02)") << tensors[i].name;
      } else {
        EXPECT_EQ(text, tensors[i].name.ends_with("bias") ? "zeros" : "ones") << tensors[i].name;
      }
    }
    EXPECT_EQ(projections, 2 * blocks);
  }
  EXPECT_EQ(rules_for("gpt2(std=0.01)", gpt2_tensors(1)).scheme, "gpt2(std=0.01)");
}

TEST(LikeRules, WhatEndsAResidualBranchCanBeSaidAndTakenBack) {
  const std::vector<StoredTensor> tensors{stored("a.weight", {4, 4}), stored("b.weight", {4, 4}),
                                          stored("layers.0.fc2.weight", {4, 4})};
  const LikeRules said = rules_for("gpt2", tensors, {"?.weight=residual"});
  EXPECT_EQ(said.rules[0]->reason, "residual projection, ÷√3");
  const LikeRules taken = rules_for("gpt2", tensors, {"a.weight=residual_in_out", "*fc2*=dense"});
  EXPECT_EQ(taken.rules[0]->reason, "residual projection, ÷√1");
  EXPECT_EQ(taken.rules[2]->reason, "");
  EXPECT_THAT(refusal([&] {
                rules_for("gpt2", {stored("a.weight", {4, 4})});
              }),
              AllOf(HasSubstr("unsupported"), HasSubstr("--role PATTERN=residual")));
}

TEST(LikeRules, ResidualBranchesAreKnownByTheirUsualNames) {
  for (const char* name :
       {"transformer.h.11.attn.c_proj.weight", "model.layers.0.self_attn.o_proj.weight",
        "model.layers.31.mlp.down_proj.weight", "gpt_neox.layers.3.attention.dense.weight",
        "gpt_neox.layers.3.mlp.dense_4h_to_h.weight", "bert.encoder.layer.0.attention.output.dense.weight",
        "bert.encoder.layer.0.output.dense.weight", "model.decoder.layers.0.fc2.weight", "blocks.0.attn.proj.weight",
        "encoder.layers.2.linear2.weight", "layers.0.feed_forward.w2.weight",
        "decoder.block.0.layer.2.DenseReluDense.wo.weight"}) {
    EXPECT_TRUE(ends_residual_branch(name)) << name;
  }
  for (const char* name :
       {"classifier.out_proj.weight", "bert.encoder.layer.0.intermediate.dense.weight", "h.0.attn.c_proj.bias",
        "h.0.mlp.c_fc.weight", "patch_embed.proj.weight", "model.layers.0.mlp.gate_proj.weight", "", ".weight"}) {
    EXPECT_FALSE(ends_residual_branch(name)) << name;
  }
  // The experts of one layer end one branch together.
  const std::vector<StoredTensor> moe{stored("layers.0.block_sparse_moe.experts.0.w2.weight", {4, 4}),
                                      stored("layers.0.block_sparse_moe.experts.1.w2.weight", {4, 4}),
                                      stored("layers.0.self_attn.o_proj.weight", {4, 4})};
  EXPECT_EQ(rules_for("gpt2", moe).rules[1]->reason, "residual projection, ÷√2");
}

/// The rules a scheme gives the tensors of a graph, asked by their names and shapes alone.
void expect_as_for_the_graph(const std::string& scheme, const net::Graph& graph) {
  std::vector<StoredTensor> tensors;
  const init::NetworkPlan plan = init::parse_network_scheme(scheme).plan(graph);
  for (const init::ParameterPlan& entry : plan.parameters) {
    tensors.push_back(stored(entry.parameter.name, entry.parameter.shape()));
  }
  const LikeRules rules = rules_for(scheme, tensors);
  EXPECT_EQ(rules.scheme, plan.scheme);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const init::Initializer& expected = plan.parameters[i].rule;
    ASSERT_TRUE(rules.rules[i].has_value()) << tensors[i].name;
    EXPECT_DOUBLE_EQ(rules.rules[i]->rule.std_dev(plan.parameters[i].parameter),
                     expected.std_dev(plan.parameters[i].parameter))
        << scheme << ": " << tensors[i].name << " " << rules.rules[i]->rule.text() << " " << expected.text();
  }
}

TEST(LikeRules, TheLibrariesDefaultsAreThoseOfTheGraph) {
  net::Graph graph;
  net::NodeId x = graph.add_input("images", {3, 8, 8});
  x = graph.add("conv1", net::conv({.channels = 6, .window = {.kernel = {3, 3}}}), {x});
  x = graph.add("flat", net::flatten(), {x});
  x = graph.add("fc", net::dense(10), {x});
  graph.set_output(graph.add("fc", net::bias(), {x}));
  for (const char* scheme : {"pytorch_default", "keras_default"}) expect_as_for_the_graph(scheme, graph);
}

TEST(LikeRules, PytorchsRecurrentLayersAndAttentionDrawAsTorchDoes) {
  const std::vector<StoredTensor> tensors{stored("rnn.weight_ih_l0", {20, 7}),      stored("rnn.weight_hh_l0", {20, 5}),
                                          stored("rnn.bias_ih_l0", {20}),           stored("rnn.bias_hh_l0", {20}),
                                          stored("attn.in_proj_weight", {24, 8}),   stored("attn.in_proj_bias", {24}),
                                          stored("attn.out_proj.weight", {8, 8}),   stored("attn.out_proj.bias", {8}),
                                          stored("word_embeddings.weight", {30, 8})};
  const LikeRules rules = rules_for("pytorch_default", tensors);
  // torch.nn.RNNBase.reset_parameters: U(±1/√hidden_size) for all of them.
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(rules.rules[i]->rule.text(), rules.rules[0]->rule.text());
    EXPECT_EQ(rules.rules[i]->reason, "U(±1/√units)");
  }
  EXPECT_NEAR(std_dev_of(rules, 0, tensors[0], "lstm"), 1 / std::sqrt(3 * 5.0), 1e-12);
  // torch.nn.MultiheadAttention: xavier_uniform_ of [3·E, E] = [24, 8], all biases 0.
  EXPECT_NEAR(std_dev_of(rules, 4, tensors[4], "qkv"), std::sqrt(2.0 / (24 + 8)), 1e-12);
  EXPECT_EQ(rules.rules[5]->rule.text(), "zeros");
  EXPECT_NEAR(std_dev_of(rules, 6, tensors[6], "dense"), 1 / std::sqrt(3 * 8.0), 1e-12);
  EXPECT_EQ(rules.rules[7]->rule.text(), "zeros");
  EXPECT_NEAR(std_dev_of(rules, 8, tensors[8], "embedding"), 1, 1e-12);
  EXPECT_THAT(refusal([] { rules_for("pytorch_default", {stored("lonely.bias", {3})}); }),
              AllOf(HasSubstr("lonely.weight"), HasSubstr("--role lonely.bias=shift")));
}

TEST(LikeRules, KerasOpensTheForgetGate) {
  const LikeRules rules =
      rules_for("keras_default", {stored("lstm/kernel:0", {7, 20}), stored("lstm/recurrent_kernel:0", {5, 20}),
                                  stored("lstm/bias:0", {20}), stored("dense/bias:0", {3})});
  EXPECT_THAT(rules.rules[0]->rule.text(), HasSubstr("glorot_uniform"));
  EXPECT_THAT(rules.rules[1]->rule.text(), HasSubstr("orthogonal"));
  EXPECT_EQ(rules.rules[2]->rule.text(), "forget_bias");
  EXPECT_EQ(rules.rules[3]->rule.text(), "zeros");
}

TEST(LikeRules, IrnnIsForRecurrentLayersWithoutGates) {
  const LikeRules rules = rules_for(
      "irnn", {stored("rnn.weight_ih_l0", {5, 7}), stored("rnn.weight_hh_l0", {5, 5}), stored("rnn.bias_ih_l0", {5})});
  EXPECT_EQ(rules.rules[0]->rule.text(), "normal(std=0.001)");
  EXPECT_EQ(rules.rules[1]->rule.text(), "identity");
  EXPECT_EQ(rules.rules[2]->rule.text(), "zeros");
  EXPECT_THAT(refusal([] {
                rules_for("irnn", {stored("r.weight_ih_l0", {20, 7}), stored("r.weight_hh_l0", {20, 5})});
              }),
              HasSubstr("without gates"));
  EXPECT_THAT(refusal([] { rules_for("irnn", {stored("fc.weight", {5, 5})}); }), HasSubstr("=recurrent"));
}

TEST(LikeRules, ASchemeThatNeedsTheGraphSaysWhatCanBeUsedInstead) {
  for (const char* scheme :
       {"fixup", "rezero", "skipinit", "t_fixup", "deepnorm", "mup", "siren", "chrono(max_time=9)"}) {
    EXPECT_THAT(refusal([&] { rules_for(scheme, gpt2_tensors(1)); }),
                AllOf(HasSubstr("unsupported"), HasSubstr("how the layers are connected"),
                      HasSubstr("gpt2, irnn, pytorch_default, keras_default")))
        << scheme;
  }
  EXPECT_THAT(refusal([] { rules_for("gtp2", gpt2_tensors(1)); }), HasSubstr("gpt2"));
  EXPECT_THAT(refusal([] { rules_for("gpt2(std=nan)", gpt2_tensors(1)); }), HasSubstr("nan"));
}

}  // namespace
}  // namespace fanin::experiment
