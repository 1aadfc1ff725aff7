#include "fanin/experiment/weights/plan.hpp"

#include <gmock/gmock.h>

#include <functional>

#include "fanin/core/error.hpp"
#include "fanin/experiment/weights/slice.hpp"

namespace fanin::experiment {
namespace {

using ::testing::HasSubstr;

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "nothing";
}

TEST(Plan, WholeNetworkSchemesAndInitializersBothPlan) {
  const WeightPlan he = plan_network({.net = "20-10-3", .init = "he_normal"});
  ASSERT_EQ(he.tensors.size(), 4U);
  EXPECT_EQ(he.tensors[0].rule->text(), "he_normal");
  EXPECT_EQ(he.tensors[1].rule->text(), "zeros");
  EXPECT_EQ(he.bytes(), 4U * (200 + 10 + 30 + 3));
  const WeightPlan torch = plan_network({.net = "20-10-3", .init = "pytorch_default"});
  EXPECT_NE(torch.tensors[1].rule->text(), "zeros");  // PyTorch draws biases too
}

TEST(Plan, ASchemeThatWidthsCannotHaveNamesTheWayOut) {
  for (const char* scheme : {"gpt2", "fixup", "mup", "siren", "irnn"}) {
    EXPECT_THAT(refusal([&] { plan_network({.net = "20-10-3", .init = scheme}); }),
                ::testing::AllOf(HasSubstr("unsupported"), HasSubstr("presets can"), HasSubstr("--like")))
        << scheme;
  }
}

TEST(Plan, TheRecipeTellsPlansApart) {
  const auto recipe = [](const NetworkRequest& request) { return recipe_of(plan_network(request)); };
  const NetworkRequest request{.net = "20-10-3"};
  EXPECT_EQ(recipe(request), recipe(request));
  NetworkRequest other = request;
  other.seed = 2;
  EXPECT_NE(recipe(request), recipe(other));
  other = request;
  other.init = "he_uniform";
  EXPECT_NE(recipe(request), recipe(other));
  other = request;
  other.dialect = init::Dialect::keras;
  EXPECT_NE(recipe(request), recipe(other));
  other = request;
  other.stream = StreamKind::torch;
  EXPECT_NE(recipe(request), recipe(other));
}

TEST(Plan, TorchsStreamGivesTorchsWeights) {
  // torch.manual_seed(0); w = torch.empty(5, 4); torch.nn.init.kaiming_normal_(w, nonlinearity='relu')
  // torch.set_printoptions(precision=9); then print(w.flatten()[:4]), torch 1.13 on the CPU.
  const WeightPlan plan = plan_network({.net = "4-5-2", .init = "he_normal", .seed = 0, .stream = StreamKind::torch});
  const io::Array values = draw_slice(plan, {.tensor = "layer1.weight", .from = 0, .to = 4}, 1);
  EXPECT_THAT(io::to_floats(values),
              ::testing::ElementsAre(-0.796088994F, -0.814841688F, -0.177185819F, -0.306798637F));
}

TEST(Plan, NumPysStreamGivesNumPysWeights) {
  // np.random.seed(42); np.random.normal(0, 0.1, (5, 4)).astype(np.float32).ravel()[:4]; the second tensor goes on:
  // np.random.normal(0, 0.1, (2, 5)).astype(np.float32).ravel()[:2]
  const WeightPlan plan =
      plan_network({.net = "4-5-2", .init = "normal(std=0.1)", .seed = 42, .stream = StreamKind::numpy});
  EXPECT_THAT(io::to_floats(draw_slice(plan, {.tensor = "layer1.weight", .from = 0, .to = 4}, 1)),
              ::testing::ElementsAre(0.0496714152F, -0.0138264298F, 0.0647688508F, 0.15230298F));
  EXPECT_THAT(io::to_floats(draw_slice(plan, {.tensor = "layer2.weight", .from = 0, .to = 2}, 2)),
              ::testing::ElementsAre(0.146564871F, -0.0225776304F));
}

TEST(Plan, WhatAReplayedStreamCannotDrawIsRefused) {
  NetworkRequest request{.net = "4-5-2", .init = "orthogonal", .stream = StreamKind::torch};
  EXPECT_THAT(refusal([&] { plan_network(request); }), HasSubstr("unsupported"));
  request.init = "truncated_normal(std=0.02)";
  request.stream = StreamKind::numpy;  // PyTorch has one, see init/replay.hpp
  EXPECT_THAT(refusal([&] { plan_network(request); }), HasSubstr("uniform and normal"));
  request.init = "he_normal";
  request.dtype = DType::bf16;
  EXPECT_THAT(refusal([&] { plan_network(request); }), HasSubstr("bf16"));
}

TEST(Plan, SlicesAreReadFromTheRight) {
  const SliceRequest slice = parse_slice("dense/kernel:0:3:17");
  EXPECT_EQ(slice.tensor, "dense/kernel:0");
  EXPECT_EQ(slice.from, 3U);
  EXPECT_EQ(slice.to, 17U);
  EXPECT_EQ(parse_slice("w::").from, 0U);
  EXPECT_FALSE(parse_slice("w:5:").to.has_value());
  for (const char* text : {"", ":", "w", "w:1", ":0:1", "w:a:2", "w:-1:2"}) {
    EXPECT_THAT(refusal([&] { parse_slice(text); }), HasSubstr("bad_syntax")) << text;
  }
}

}  // namespace
}  // namespace fanin::experiment
