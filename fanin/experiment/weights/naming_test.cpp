#include "fanin/experiment/weights/naming.hpp"

#include <gmock/gmock.h>

#include <functional>

#include "fanin/core/error.hpp"

namespace fanin::experiment {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

StoredTensor stored(std::string name, Shape shape, DType dtype = DType::f32) {
  return {std::move(name), std::string(to_string(dtype)), dtype, std::move(shape), 0, 0};
}

std::string role_of(std::string name, Shape shape) {
  return name_tensors({stored(std::move(name), std::move(shape))}, {}).front().role;
}

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "nothing";
}

TEST(Naming, ResNetTensorsGetTheirRoles) {  // torchvision resnet18
  EXPECT_EQ(role_of("conv1.weight", {64, 3, 7, 7}), "conv");
  EXPECT_EQ(role_of("layer1.0.bn1.weight", {64}), "scale");
  EXPECT_EQ(role_of("layer1.0.bn1.bias", {64}), "shift");
  EXPECT_EQ(role_of("layer1.0.bn1.running_mean", {64}), "shift");
  EXPECT_EQ(role_of("layer1.0.bn1.running_var", {64}), "scale");
  EXPECT_EQ(role_of("layer2.0.downsample.1.weight", {128}), "scale");
  EXPECT_EQ(role_of("fc.weight", {1000, 512}), "dense");
  EXPECT_EQ(role_of("fc.bias", {1000}), "bias");
  EXPECT_EQ(name_tensors({stored("bn1.num_batches_tracked", Shape(std::vector<std::int64_t>{}), DType::i64)}, {})
                .front()
                .role,
            "keep");
}

TEST(Naming, GptTensorsGetTheirRoles) {  // Hugging Face gpt2: Conv1D keeps [in, out]
  const std::vector<NamedTensor> named =
      name_tensors({stored("wte.weight", {50257, 768}), stored("wpe.weight", {1024, 768}),
                    stored("h.0.attn.bias", {1, 1, 1024, 1024}), stored("h.0.attn.c_attn.weight", {768, 2304}),
                    stored("h.0.attn.c_proj.weight", {768, 768}), stored("h.0.mlp.c_fc.weight", {768, 3072}),
                    stored("h.0.mlp.c_proj.weight", {3072, 768}), stored("h.0.ln_1.weight", {768})},
                   {});
  std::vector<std::string> roles;
  for (const NamedTensor& tensor : named) roles.push_back(tensor.role);
  EXPECT_THAT(roles, ::testing::ElementsAre("embedding", "position", "keep", "qkv_in_out", "dense_in_out",
                                            "dense_in_out", "dense_in_out", "scale"));
  EXPECT_EQ(net::fans(named[3].parameter).fan_in, 768);
  EXPECT_EQ(net::fans(named[3].parameter).fan_out, 768);
  EXPECT_EQ(net::fans(named[5].parameter).fan_in, 768);
  EXPECT_EQ(net::fans(named[6].parameter).fan_in, 3072);
  // nanoGPT uses the same names for [out, in].
  EXPECT_EQ(
      name_tensors({stored("h.0.attn.c_attn.weight", {2304, 768}), stored("h.0.mlp.c_fc.weight", {3072, 768})}, {})[1]
          .role,
      "dense");
}

TEST(Naming, TransformerAndRecurrentTensorsGetTheirRoles) {
  EXPECT_EQ(role_of("encoder.layers.0.self_attn.in_proj_weight", {96, 32}), "qkv");
  EXPECT_EQ(role_of("blocks.0.attn.qkv.weight", {576, 192}), "qkv");
  EXPECT_EQ(role_of("patch_embed.proj.weight", {192, 3, 16, 16}), "conv");
  EXPECT_EQ(role_of("pos_embed", {1, 197, 192}), "position");
  EXPECT_EQ(role_of("cls_token", {1, 1, 192}), "embedding");
  EXPECT_EQ(role_of("model.embed_tokens.weight", {32000, 4096}), "embedding");
  EXPECT_EQ(role_of("model.layers.0.input_layernorm.weight", {4096}), "scale");
  EXPECT_EQ(role_of("bert.embeddings.LayerNorm.bias", {768}), "shift");
  const auto gates = [](std::int64_t rows) {
    std::vector<std::string> roles;
    for (const NamedTensor& tensor :
         name_tensors({stored("rnn.weight_ih_l0", {rows, 7}), stored("rnn.weight_hh_l0", {rows, 5}),
                       stored("rnn.bias_ih_l0", {rows})},
                      {})) {
      roles.push_back(tensor.role);
    }
    return roles;
  };
  EXPECT_THAT(gates(20), ::testing::ElementsAre("lstm", "lstm_recurrent", "bias"));
  EXPECT_THAT(gates(15), ::testing::ElementsAre("gru", "gru_recurrent", "bias"));
  EXPECT_THAT(gates(5), ::testing::ElementsAre("dense", "recurrent", "bias"));
}

TEST(Naming, KerasKernelsHaveTheirInputsFirst) {
  const std::vector<NamedTensor> named = name_tensors(
      {stored("dense/kernel:0", {784, 256}), stored("conv2d/kernel:0", {3, 3, 16, 32}), stored("dense/bias:0", {256})},
      {});
  EXPECT_EQ(net::fans(named[0].parameter).fan_in, 784);
  EXPECT_EQ(net::fans(named[1].parameter).fan_in, 9 * 16);
  EXPECT_EQ(net::fans(named[1].parameter).fan_out, 9 * 32);
  EXPECT_EQ(named[2].role, "bias");
}

TEST(Naming, KerasRecurrentLayersShowTheirGates) {
  const auto roles = [](std::int64_t gates) {
    std::vector<std::string> found;
    for (const NamedTensor& tensor :
         name_tensors({stored("lstm/cell/kernel:0", {7, gates * 5}),
                       stored("lstm/cell/recurrent_kernel:0", {5, gates * 5}), stored("lstm/cell/bias:0", {gates * 5})},
                      {})) {
      found.push_back(tensor.role);
      if (tensor.parameter.has_fans()) {
        EXPECT_EQ(net::fans(tensor.parameter).fan_out, 5);
      }
    }
    return found;
  };
  EXPECT_THAT(roles(4), ::testing::ElementsAre("lstm_in_out", "lstm_recurrent_in_out", "lstm_bias"));
  EXPECT_THAT(roles(3), ::testing::ElementsAre("gru_in_out", "gru_recurrent_in_out", "bias"));
  EXPECT_THAT(roles(1), ::testing::ElementsAre("dense_in_out", "recurrent_in_out", "bias"));
  // reset_after=True keeps two biases in one tensor: no mask.
  EXPECT_EQ(name_tensors({stored("gru/bias:0", {2, 15}), stored("gru/recurrent_kernel:0", {5, 15})}, {})[0].role,
            "bias");
}

TEST(Naming, WhatIsNotClearIsAskedForAndCanBeSaid) {
  EXPECT_THAT(refusal([] { role_of("mystery", {3}); }),
              AllOf(HasSubstr("mystery [3]"), HasSubstr("--role"), HasSubstr("dense")));
  EXPECT_THAT(refusal([] { role_of("mobile/depthwise_kernel", {3, 3, 8, 1}); }), HasSubstr("--role"));
  const std::vector<RoleRule> rules{parse_role_rule("*=keep"), parse_role_rule("my*=dense_in_out")};
  const NamedTensor named = name_tensors({stored("mystery", {4, 6})}, rules).front();
  EXPECT_EQ(named.role, "dense_in_out");
  EXPECT_EQ(net::fans(named.parameter).fan_in, 4);
  EXPECT_THAT(refusal([] {
                name_tensors({stored("a.weight", {2, 2})}, {parse_role_rule("b*=conv")});
              }),
              HasSubstr("no tensor"));
  EXPECT_THAT(refusal([] { parse_role_rule("*=dnese"); }), HasSubstr("did you mean dense"));
  EXPECT_THAT(refusal([] { parse_role_rule("dense"); }), HasSubstr("PATTERN=ROLE"));
}

TEST(Naming, ARoleThatDoesNotFitItsShapeIsRefused) {
  EXPECT_THAT(refusal([] { with_role("w", {5}, "dense"); }), AllOf(HasSubstr("[5]"), HasSubstr("[out, in]")));
  EXPECT_THAT(refusal([] { with_role("w", {10, 4}, "qkv"); }), HasSubstr("[3*out, in]"));
  EXPECT_THAT(refusal([] { with_role("w", {8, 2, 3, 3}, "depthwise"); }), HasSubstr("[groups, 1, kernel...]"));
  for (const TensorRole& role : tensor_roles()) EXPECT_FALSE(role.axes.empty()) << role.name;
}

TEST(Naming, PatternsMatchWholeNames) {
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("h.*.c_fc.weight", "h.11.c_fc.weight"));
  EXPECT_TRUE(matches("a?c*d", "abcxxd"));
  EXPECT_FALSE(matches("c_fc", "h.0.c_fc"));
  EXPECT_FALSE(matches("a*b", "abc"));
  EXPECT_FALSE(matches("", "a"));
}

}  // namespace
}  // namespace fanin::experiment
