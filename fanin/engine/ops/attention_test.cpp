// attention against finite differences of its definition and against PyTorch.
#include "fanin/net/ops/attention.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "fanin/engine/op_for_test.hpp"
#include "fanin/engine/twin_for_test.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/ops/select.hpp"
#include "fanin/net/ops/transpose.hpp"
#include "tests/simd_targets.hpp"

namespace fanin::engine {
namespace {

using net::AttentionOptions;

// Weights before and after the op, so that the gradients of its inputs show too.
net::Graph network(const AttentionOptions& options, std::int64_t time, std::int64_t width) {
  net::Graph graph;
  net::NodeId x = graph.add_input("x", {time, 3});
  x = graph.add("front", net::dense(width), {x});
  x = graph.add("attention", net::attention(options), {x});
  x = graph.add("head", net::dense(3), {x});
  graph.set_output(x);
  return graph;
}

// Queries from the sequence [time, 6], keys and values from its transpose.
net::Graph cross_network(const AttentionOptions& options, std::int64_t time) {
  net::Graph graph;
  const net::NodeId x = graph.add_input("x", {time, 6});
  net::NodeId keys = graph.add("turned", net::transpose(), {x});
  keys = graph.add("keys", net::dense(4), {keys});
  net::NodeId y = graph.add("queries", net::dense(4), {x});
  y = graph.add("attention", net::attention(options), {y, keys});
  y = graph.add("head", net::dense(3), {y});
  graph.set_output(y);
  return graph;
}

TEST(Attention, AgreesWithDifferencesOfItsDefinition) {
  const auto agree = [](const AttentionOptions& options, std::int64_t time, std::int64_t width) {
    SCOPED_TRACE("time " + std::to_string(time) + ", width " + std::to_string(width));
    expect_agreement_for_all_batches([&] { return network(options, time, width); });
  };
  agree({.heads = 2}, 3, 4);
  agree({.heads = 1}, 1, 5);
  agree({.heads = 3, .causal = true}, 7, 6);
  agree({.heads = 2, .causal = true, .bias = false}, 3, 2);
  agree({.heads = 2, .causal = true, .logits = net::LogitScale::head_width}, 3, 6);
}

TEST(Attention, ToASecondSequenceAgreesWithDifferences) {
  for (const std::int64_t time : {1, 3, 7}) {
    expect_agreement_for_all_batches([&] { return cross_network({.heads = 2}, time); });
  }
  expect_agreement_for_all_batches([] { return cross_network({.heads = 4, .bias = false}, 3); });
}

TEST(Attention, FollowsPyTorch) {
  const golden::GoldenFile file(FANIN_GOLDEN_DIR "/engine_sequence.txt");
  for_every_simd_target([&] {
    expect_golden(file, "attention", net::attention({.heads = 2}), {Shape{5, 6}});
    expect_golden(file, "attention_causal", net::attention({.heads = 3, .causal = true}), {Shape{5, 6}});
    expect_golden(file, "attention_one_position", net::attention({.causal = true}), {Shape{1, 4}});
    expect_golden(file, "attention_no_bias", net::attention({.heads = 4, .bias = false}), {Shape{3, 4}});
    expect_golden(file, "attention_cross", net::attention({.heads = 2}), {Shape{2, 6}, Shape{5, 6}});
    expect_golden(file, "attention_cross_no_bias", net::attention({.heads = 2, .bias = false}),
                  {Shape{4, 4}, Shape{1, 4}});
    expect_golden(file, "attention_long", net::attention({.causal = true}), {Shape{19, 2}});
  });
}

std::vector<float> some_values(std::size_t count, unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

// Longer than a block of queries, in groups of several samples: the gradients by differences of the
// op's own loss Σ y·dy in a few directions, and the outputs by the definition.
TEST(Attention, OfManyBlocksAgreesWithItsDefinition) {
  constexpr std::int64_t kTime = 150;
  constexpr std::int64_t kWidth = 4;
  for (const bool causal : {false, true}) {
    SCOPED_TRACE(causal);
    const net::Graph graph = network({.heads = 2, .causal = causal}, kTime, kWidth);
    Twin twin(graph, {.batch_size = 5, .loss = net::Loss::mean_squared_error}, 5);
    const std::vector<std::vector<double>> truth = reference_forward(twin.graph, twin.parameters, twin.batch);
    twin.plan.gradients(5);
    const std::vector<double>& outputs = truth.back();
    for (std::size_t i = 0; i < outputs.size(); ++i) ASSERT_NEAR(twin.plan.output()[i], outputs[i], 3e-6) << i;
    for (const net::ParameterSpec& spec : twin.graph.parameters()) {
      const std::vector<float> direction = some_values(static_cast<std::size_t>(spec.shape().count()), 5);
      const std::vector<float> gradient = twin.plan.gradient(spec.name);
      const auto loss_at = [&](double h) {
        ReferenceParameters moved = twin.parameters;
        std::vector<double>& values = moved.at(spec.name);
        for (std::size_t i = 0; i < values.size(); ++i) values[i] += h * static_cast<double>(direction[i]);
        return reference_loss(twin.graph, twin.options.loss, moved, twin.batch);
      };
      double product = 0;
      double scale = 0;
      for (std::size_t i = 0; i < gradient.size(); ++i) {
        product += static_cast<double>(gradient[i]) * static_cast<double>(direction[i]);
        scale += std::abs(static_cast<double>(gradient[i]) * static_cast<double>(direction[i]));
      }
      EXPECT_NEAR(product, (loss_at(1e-5) - loss_at(-1e-5)) / 2e-5, 1e-5 * (0.01 + scale)) << spec.name;
    }
  }
}

TEST(Attention, InferenceInLittleMemoryGivesTheSameBits) {
  use_one_thread();
  for (const bool causal : {false, true}) {
    const net::Graph graph = network({.heads = 2, .causal = causal}, 100, 8);
    Plan training(graph, {.batch_size = 7});
    Plan inference(graph, {.batch_size = 7, .training = false});
    for (const net::ParameterSpec& spec : graph.parameters()) {
      training.set_parameter(spec.name, some_values(static_cast<std::size_t>(spec.shape().count()), 2));
    }
    training.copy_parameters_to(inference);
    const std::vector<float> x = some_values(training.input().size(), 3);
    std::copy(x.begin(), x.end(), training.input().begin());
    std::copy(x.begin(), x.end(), inference.input().begin());
    EXPECT_EQ(training.evaluate(7).loss_sum, inference.evaluate(7).loss_sum);
    EXPECT_LT(2 * inference.arena_bytes(), training.arena_bytes());
  }
}

// As in PyTorch, a NaN may also reach queries before it: a probability of 0 times NaN is NaN.
TEST(Attention, ShowsNanToEveryQueryThatSeesItAndToNoOtherSample) {
  use_one_thread();
  LoneOp lone(net::attention({.heads = 2, .causal = true}), {Shape{5, 4}}, 2, {});
  for (std::size_t i = 0; i < lone.node().parameters.size(); ++i) {
    lone.set_parameter(i, some_values(static_cast<std::size_t>(lone.node().parameters[i].shape().count()), 4));
  }
  std::vector<float> x = some_values(2 * 5 * 4, 6);
  x[3 * 4 + 1] = std::numeric_limits<float>::quiet_NaN();  // sample 0, position 3
  lone.set_input(0, x);
  const std::vector<float> y = lone.forward();
  for (std::size_t i = 12; i < y.size(); ++i) EXPECT_EQ(std::isnan(y[i]), i < 20) << i;
}

// Scores of 1e30 and more: the largest takes all, and nothing overflows.
TEST(Attention, HugeScoresGiveASharpChoice) {
  use_one_thread();
  LoneOp lone(net::attention({.bias = false}), {Shape{3, 1}}, 1, {});
  lone.set_parameter(0, {1e20F, 1e15F, 1.0F});
  lone.set_parameter(1, {1.0F});
  lone.set_input(0, {1.0F, 2.0F, 3.0F});
  EXPECT_EQ(lone.forward(), (std::vector<float>{3.0F, 3.0F, 3.0F}));
  lone.backward({1.0F, 1.0F, 1.0F});
  for (const float gradient : lone.input_gradient(0)) EXPECT_TRUE(std::isfinite(gradient));
}

}  // namespace
}  // namespace fanin::engine
