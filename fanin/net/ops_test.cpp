// Shapes, fans and costs of the ops that only have a description. Shape rules and fans are PyTorch 1.13's where
// it is right; each departure says so.
#include <gmock/gmock.h>

#include <functional>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/net/graph.hpp"
#include "fanin/net/ops/add.hpp"
#include "fanin/net/ops/attention.hpp"
#include "fanin/net/ops/batch_norm.hpp"
#include "fanin/net/ops/conv.hpp"
#include "fanin/net/ops/conv_transpose.hpp"
#include "fanin/net/ops/dropout.hpp"
#include "fanin/net/ops/embedding.hpp"
#include "fanin/net/ops/flatten.hpp"
#include "fanin/net/ops/glu.hpp"
#include "fanin/net/ops/group_norm.hpp"
#include "fanin/net/ops/gru.hpp"
#include "fanin/net/ops/layer_norm.hpp"
#include "fanin/net/ops/lstm.hpp"
#include "fanin/net/ops/pooling.hpp"
#include "fanin/net/ops/position_embedding.hpp"
#include "fanin/net/ops/reshape.hpp"
#include "fanin/net/ops/rms_norm.hpp"
#include "fanin/net/ops/rnn.hpp"
#include "fanin/net/ops/scale.hpp"

namespace fanin::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string thrown(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "nothing";
}

Shape shape_after(const OpPtr& op, const Shape& input) { return op->output_shape({&input, 1}); }

ParameterSpec parameter_of(const OpPtr& op, const Shape& input, std::size_t index) {
  return op->parameters({&input, 1}).at(index);
}

std::pair<std::int64_t, std::int64_t> fans_of(const ParameterSpec& parameter) {
  const Fans f = fans(parameter);
  return {f.fan_in, f.fan_out};
}

using Pair = std::pair<std::int64_t, std::int64_t>;

TEST(Conv, ShapeAndFansOfTheUsualForms) {
  // torch.nn.Conv2d(3, 64, 7, stride=2, padding=3) on 3x224x224.
  const OpPtr stem = conv({.channels = 64, .window = {.kernel = {7, 7}, .stride = {2}, .padding = {3}}});
  EXPECT_EQ(shape_after(stem, {3, 224, 224}), (Shape{64, 112, 112}));
  const ParameterSpec weight = parameter_of(stem, {3, 224, 224}, 0);
  EXPECT_EQ(weight.shape(), (Shape{64, 3, 7, 7}));
  EXPECT_EQ(fans_of(weight), Pair(3 * 49, 64 * 49));
  EXPECT_EQ(parameter_of(stem, {3, 224, 224}, 1).shape(), Shape{64});
  // torch.nn.Conv1d(16, 33, 3, stride=2, dilation=2) on 16x50: (50 - 2*2 - 1)/2 + 1 = 23.
  const OpPtr one = conv({.channels = 33, .window = {.kernel = {3}, .stride = {2}, .dilation = {2}}, .bias = false});
  EXPECT_EQ(shape_after(one, {16, 50}), (Shape{33, 23}));
  EXPECT_EQ(one->attributes(), "channels=33, kernel=3, stride=2, dilation=2, bias=false");
  const Shape input{16, 50};
  EXPECT_EQ(one->parameters({&input, 1}).size(), 1U);
  EXPECT_EQ(one->cost({&input, 1}).forward_flops, 2.0 * 33 * 23 * 16 * 3);
}

TEST(Conv, GroupsAreNoFans) {
  // A depthwise 4-channel 3x3 has fans (9, 9); PyTorch's initializers see (9, 36).
  const OpPtr depthwise = conv({.channels = 4, .window = {.kernel = {3, 3}, .padding = {1}}, .groups = 4});
  const ParameterSpec weight = parameter_of(depthwise, {4, 8, 8}, 0);
  EXPECT_EQ(weight.shape(), (Shape{4, 1, 3, 3}));
  EXPECT_EQ(fans_of(weight), Pair(9, 9));
  const OpPtr grouped = conv({.channels = 32, .window = {.kernel = {3, 3}}, .groups = 2});
  EXPECT_EQ(fans_of(parameter_of(grouped, {64, 8, 8}, 0)), Pair(32 * 9, 16 * 9));
}

TEST(Conv, WhatDoesNotFitIsRefused) {
  EXPECT_THAT(thrown([] { conv({.channels = 5, .window = {.kernel = {3}}, .groups = 2}); }), HasSubstr("bad_value"));
  EXPECT_THAT(thrown([] { conv({.channels = 5, .window = {}}); }), HasSubstr("spatial axes"));
  EXPECT_THAT(thrown([] { conv({.channels = 5, .window = {.kernel = {0}}}); }), HasSubstr("kernel must be 1 or more"));
  EXPECT_THAT(thrown([] {
                conv({.channels = 5, .window = {.kernel = {3, 3}, .stride = {1, 1, 1}}});
              }),
              HasSubstr("stride has 3 entries"));
  EXPECT_THAT(thrown([] { conv({.channels = std::int64_t{1} << 40, .window = {.kernel = {3}}}); }), HasSubstr("2^31"));
  const OpPtr five = conv({.channels = 4, .window = {.kernel = {5, 5}}});
  EXPECT_THAT(thrown([&] { shape_after(five, {3, 4, 9}); }), HasSubstr("smaller kernel"));
  EXPECT_THAT(thrown([&] { shape_after(five, {3, 9}); }), HasSubstr("[channels, spatial"));
  const OpPtr grouped = conv({.channels = 4, .window = {.kernel = {1}}, .groups = 4});
  EXPECT_THAT(thrown([&] { shape_after(grouped, {6, 9}); }), HasSubstr("4 groups"));
}

TEST(ConvTranspose, FansFollowTheRolesNotTheAxisOrder) {
  // torch.nn.ConvTranspose2d(16, 8, 4, stride=2, padding=1) on 16x14x14 gives 8x28x28. Its weight is
  // [16, 8, 4, 4] and PyTorch's fan_in counts the 8 outputs; the true one is 16·16.
  const OpPtr up = conv_transpose({.channels = 8, .window = {.kernel = {4, 4}, .stride = {2}, .padding = {1}}});
  EXPECT_EQ(shape_after(up, {16, 14, 14}), (Shape{8, 28, 28}));
  const ParameterSpec weight = parameter_of(up, {16, 14, 14}, 0);
  EXPECT_EQ(weight.shape(), (Shape{16, 8, 4, 4}));
  EXPECT_EQ(fans_of(weight), Pair(16 * 16, 8 * 16));
  const Shape input{16, 14, 14};
  EXPECT_EQ(up->cost({&input, 1}).gemm_flops, 6.0 * 16 * 14 * 14 * 8 * 16);
}

TEST(ConvTranspose, OutputPaddingAndGroups) {
  // torch.nn.ConvTranspose1d(4, 6, 3, stride=2, output_padding=1, groups=2) on 4x5: (5-1)*2 + 2 + 1 + 1 = 12.
  const OpPtr up = conv_transpose(
      {.channels = 6, .window = {.kernel = {3}, .stride = {2}}, .output_padding = {1}, .groups = 2, .bias = false});
  EXPECT_EQ(shape_after(up, {4, 5}), (Shape{6, 12}));
  EXPECT_EQ(parameter_of(up, {4, 5}, 0).shape(), (Shape{4, 3, 3}));
  EXPECT_EQ(fans_of(parameter_of(up, {4, 5}, 0)), Pair(2 * 3, 3 * 3));
  EXPECT_EQ(up->attributes(), "channels=6, kernel=3, stride=2, output_padding=1, groups=2, bias=false");
  EXPECT_THAT(thrown([] { conv_transpose({.channels = 1, .window = {.kernel = {3}}, .output_padding = {1}}); }),
              HasSubstr("output_padding"));
  const OpPtr shrunk = conv_transpose({.channels = 1, .window = {.kernel = {1}, .padding = {9}}});
  EXPECT_THAT(thrown([&] { shape_after(shrunk, {1, 3}); }), HasSubstr("leaves nothing"));
}

TEST(Embedding, TheVocabularyIsNoFan) {
  const OpPtr tokens = embedding(50257, 768);
  EXPECT_EQ(shape_after(tokens, {1024}), (Shape{1024, 768}));
  const ParameterSpec weight = parameter_of(tokens, {1024}, 0);
  EXPECT_EQ(weight.role, ParameterRole::embedding);
  EXPECT_EQ(weight.shape(), (Shape{50257, 768}));
  EXPECT_FALSE(weight.has_fans());
  EXPECT_THAT(thrown([&] { (void)fans(weight); }), HasSubstr("embedding"));
  EXPECT_THROW(embedding(0, 8), Error);
  const OpPtr positions = position_embedding(1024);
  EXPECT_EQ(parameter_of(positions, {100, 768}, 0).shape(), (Shape{1024, 768}));
  EXPECT_FALSE(parameter_of(positions, {100, 768}, 0).has_fans());
  EXPECT_THAT(thrown([&] { shape_after(positions, {1025, 768}); }), HasSubstr("at most 1024"));
}

TEST(Normalization, ScalesAndShiftsPerChannelOrUnit) {
  const Shape image{64, 8, 8};
  const Shape sequence{10, 32};
  const std::vector<ParameterSpec> batch = batch_norm()->parameters({&image, 1});
  ASSERT_EQ(batch.size(), 2U);
  EXPECT_EQ(batch[0].role, ParameterRole::scale);
  EXPECT_EQ(batch[1].role, ParameterRole::shift);
  EXPECT_EQ(batch[0].shape(), Shape{64});
  EXPECT_EQ(parameter_of(layer_norm(), sequence, 0).shape(), Shape{32});
  EXPECT_EQ(rms_norm()->parameters({&sequence, 1}).size(), 1U);
  EXPECT_THAT(layer_norm(1e-5, false)->parameters({&sequence, 1}), IsEmpty());
  EXPECT_EQ(group_norm(32)->output_shape({&image, 1}), image);
  EXPECT_EQ(group_norm(32, 1e-3)->attributes(), "groups=32, eps=0.001");
  EXPECT_EQ(layer_norm()->attributes(), "");
  EXPECT_THAT(thrown([&] { shape_after(group_norm(5), image); }), HasSubstr("5 groups"));
  EXPECT_THAT(thrown([] { layer_norm(0); }), HasSubstr("epsilon"));
}

TEST(Add, TakesTwoOrMoreOfOneShape) {
  const std::vector<Shape> same{{3, 4}, {3, 4}, {3, 4}};
  EXPECT_EQ(add()->output_shape(same), (Shape{3, 4}));
  EXPECT_EQ(add()->cost(same).forward_flops, 24.0);
  const std::vector<Shape> different{{3, 4}, {4, 3}};
  EXPECT_THAT(thrown([&] { (void)add()->output_shape(different); }), HasSubstr("[3, 4] and [4, 3]"));
  EXPECT_THAT(thrown([&] { shape_after(add(), {3}); }), HasSubstr("two inputs"));
}

TEST(Scale, FixedHasNoParameterTrainableHasOneOrOnePerUnit) {
  const Shape input{5, 6};
  EXPECT_THAT(scale(0.5)->parameters({&input, 1}), IsEmpty());
  EXPECT_EQ(parameter_of(trainable_scale(), input, 0).shape(), Shape{1});
  EXPECT_EQ(parameter_of(trainable_scale(ScaleKind::per_unit), input, 0).shape(), Shape{6});
  EXPECT_EQ(parameter_of(trainable_scale(), input, 0).role, ParameterRole::scale);
  EXPECT_EQ(scale(0.125)->attributes(), "value=0.125");
  EXPECT_EQ(trainable_scale(ScaleKind::trainable, 0)->attributes(), "value=0, trainable");
}

TEST(Reshaping, KeepsTheElements) {
  EXPECT_EQ(shape_after(flatten(), {3, 4, 5}), Shape{60});
  EXPECT_EQ(shape_after(reshape({6, -1}), {3, 4, 5}), (Shape{6, 10}));
  EXPECT_THAT(thrown([] { shape_after(reshape({7, -1}), {3, 4, 5}); }), HasSubstr("do not fill"));
  EXPECT_THAT(thrown([] { shape_after(reshape({7}), {3, 4, 5}); }), HasSubstr("do not fill"));
  EXPECT_THAT(thrown([] { reshape({-1, -1}); }), HasSubstr("only one extent"));
  EXPECT_THAT(thrown([] { reshape({0}); }), HasSubstr("1 or more"));
}

TEST(Attention, PackedProjectionsHaveTheFansOfEachAlone) {
  const OpPtr op = attention({.heads = 12});
  const Shape input{16, 768};
  const std::vector<ParameterSpec> all = op->parameters({&input, 1});
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].shape(), (Shape{3 * 768, 768}));
  EXPECT_EQ(fans_of(all[0]), Pair(768, 768));  // PyTorch's initializers see (768, 2304)
  EXPECT_EQ(all[1].shape(), Shape{3 * 768});
  EXPECT_EQ(fans_of(all[2]), Pair(768, 768));
  EXPECT_EQ(op->output_shape({&input, 1}), input);
  // Per token 4·768² products for the projections and 2·16·768 for the two products with 16 keys.
  EXPECT_EQ(op->cost({&input, 1}).gemm_flops, 6.0 * 16 * (4 * 768 * 768 + 2 * 16 * 768));
}

TEST(Attention, ASecondInputGivesKeysAndValues) {
  const OpPtr cross = attention({.heads = 2, .bias = false});
  const std::vector<Shape> inputs{{5, 8}, {9, 8}};
  EXPECT_EQ(cross->output_shape(inputs), (Shape{5, 8}));
  const std::vector<Shape> widths{{5, 8}, {9, 6}};
  EXPECT_THAT(thrown([&] { (void)cross->output_shape(widths); }), HasSubstr("one width"));
  EXPECT_THAT(thrown([&] { shape_after(attention({.heads = 3}), {5, 8}); }), HasSubstr("3 heads"));
  EXPECT_THAT(thrown([&] { (void)attention({.heads = 2, .causal = true})->output_shape(inputs); }),
              HasSubstr("causal"));
  EXPECT_EQ(attention({.heads = 2, .causal = true, .logits = LogitScale::head_width})->attributes(),
            "heads=2, causal, logits=head_width");
}

TEST(Recurrent, PackedGatesAreNoFans) {
  const Shape input{20, 32};
  const OpPtr memory = lstm({.units = 64});
  const std::vector<ParameterSpec> all = memory->parameters({&input, 1});
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].shape(), (Shape{256, 32}));
  EXPECT_EQ(fans_of(all[0]), Pair(32, 64));  // PyTorch's initializers see (32, 256)
  EXPECT_EQ(all[1].role, ParameterRole::recurrent);
  EXPECT_EQ(fans_of(all[1]), Pair(64, 64));
  EXPECT_EQ(all[2].shape(), Shape{256});
  EXPECT_EQ(memory->output_shape({&input, 1}), (Shape{20, 64}));
  EXPECT_EQ(memory->cost({&input, 1}).gemm_flops, 6.0 * 20 * 4 * 64 * (32 + 64));
  EXPECT_EQ(shape_after(gru({.units = 8, .last_only = true}), input), Shape{8});
  EXPECT_EQ(gru({.units = 8})->parameters({&input, 1}).size(), 4U);
  EXPECT_EQ(fans_of(parameter_of(rnn({.units = 8}, "relu"), input, 1)), Pair(8, 8));
  EXPECT_EQ(rnn({.units = 8, .bias = false}, "relu")->attributes(), "units=8, bias=false, relu");
  EXPECT_THAT(thrown([] { shape_after(lstm({.units = 8}), {4}); }), HasSubstr("[time, in]"));
  EXPECT_THROW(gru({.units = 0}), Error);
}

TEST(Glu, HalvesTheLastAxis) {
  EXPECT_EQ(shape_after(glu("silu"), {7, 10}), (Shape{7, 5}));
  EXPECT_EQ(glu()->attributes(), "sigmoid");
  EXPECT_THAT(thrown([] { shape_after(glu(), {7}); }), HasSubstr("two halves"));
}

TEST(Pooling, WindowsAndGlobalMeans) {
  // torch.nn.MaxPool2d(3, stride=2, padding=1) on 64x112x112.
  const OpPtr max = pooling({.window = {.kernel = {3, 3}, .stride = {2}, .padding = {1}}});
  EXPECT_EQ(shape_after(max, {64, 112, 112}), (Shape{64, 56, 56}));
  EXPECT_EQ(shape_after(pooling({.type = PoolingKind::average, .window = {.kernel = {2, 2}}}), {8, 7, 6}),
            (Shape{8, 3, 3}));
  EXPECT_EQ(shape_after(pooling({.type = PoolingKind::global_average}), {8, 7, 6}), Shape{8});
  EXPECT_THAT(thrown([] { pooling({.window = {.kernel = {2}, .padding = {2}}}); }), HasSubstr("half the kernel"));
  EXPECT_THAT(thrown([] { shape_after(pooling({.type = PoolingKind::global_average}), {8}); }), HasSubstr("[channels"));
}

TEST(Dropout, KeepsShapeAndRefusesRatesOutsideItsRange) {
  EXPECT_EQ(shape_after(dropout(0.1), {3, 4}), (Shape{3, 4}));
  EXPECT_EQ(dropout(0.1)->attributes(), "rate=0.1");
  EXPECT_THROW(dropout(1), Error);
  EXPECT_THROW(dropout(-0.1), Error);
}

TEST(Graph, AResidualBlockOfTheseOpsIsAGraph) {
  Graph graph;
  const NodeId x = graph.add_input("tokens", {16});
  NodeId h = graph.add("wte", embedding(100, 32), {x});
  h = graph.add("wpe", position_embedding(16), {h});
  NodeId b = graph.add("block1.ln1", layer_norm(), {h});
  b = graph.add("block1.attn", attention({.heads = 4, .causal = true}), {b});
  b = graph.add("block1.attn", scale(0.5), {b});
  h = graph.add("block1.sum1", add(), {h, b});
  graph.set_output(h);
  EXPECT_EQ(graph.node(h).shape, (Shape{16, 32}));
  std::vector<std::string> names;
  for (const ParameterSpec& parameter : graph.parameters()) names.push_back(parameter.name);
  EXPECT_THAT(names, ElementsAre("wte.weight", "wpe.weight", "block1.ln1.weight", "block1.ln1.bias",
                                 "block1.attn.in_proj_weight", "block1.attn.in_proj_bias",
                                 "block1.attn.out_proj.weight", "block1.attn.out_proj.bias"));
}

}  // namespace
}  // namespace fanin::net
