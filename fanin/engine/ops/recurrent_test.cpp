// rnn, lstm and gru against finite differences of their definition and against PyTorch.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "fanin/engine/op_for_test.hpp"
#include "fanin/engine/twin_for_test.hpp"
#include "fanin/net/ops/bias.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/ops/gru.hpp"
#include "fanin/net/ops/lstm.hpp"
#include "fanin/net/ops/rnn.hpp"
#include "tests/simd_targets.hpp"

namespace fanin::engine {
namespace {

using net::RecurrentOptions;

// A layer between two others with weights, so that the gradient of its input shows too.
net::Graph network(const net::OpPtr& op, std::int64_t time) {
  net::Graph graph;
  net::NodeId x = graph.add_input("x", {time, 3});
  x = graph.add("front", net::dense(4), {x});
  x = graph.add("recurrent", op, {x});
  x = graph.add("head", net::dense(3), {x});
  graph.set_output(x);
  return graph;
}

void expect_agreement(const net::OpPtr& op, std::int64_t time) {
  SCOPED_TRACE(std::string(op->kind()) + " " + op->attributes() + ", time " + std::to_string(time));
  expect_agreement_for_all_batches([&] { return network(op, time); });
}

template <class Make>
void expect_agreement_of_all_forms(const Make& make) {
  expect_agreement(make({.units = 5}), 3);
  expect_agreement(make({.units = 5}), 1);
  expect_agreement(make({.units = 5, .last_only = true}), 1);
  expect_agreement(make({.units = 17, .last_only = true}), 3);
  expect_agreement(make({.units = 3, .bias = false}), 7);
  expect_agreement(make({.units = 4, .reverse = true}), 3);
  expect_agreement(make({.units = 1, .last_only = true, .reverse = true}), 7);
}

TEST(Lstm, AgreesWithDifferencesOfItsDefinition) {
  expect_agreement_of_all_forms([](const RecurrentOptions& options) { return net::lstm(options); });
}

TEST(Gru, AgreesWithDifferencesOfItsDefinition) {
  expect_agreement_of_all_forms([](const RecurrentOptions& options) { return net::gru(options); });
}

TEST(Rnn, AgreesWithDifferencesOfItsDefinition) {
  expect_agreement_of_all_forms([](const RecurrentOptions& options) { return net::rnn(options); });
  // One function whose backward pass reads the input instead of the output.
  expect_agreement_of_all_forms([](const RecurrentOptions& options) { return net::rnn(options, "silu"); });
}

TEST(Recurrent, TwoLayersOneReadingBackwardsAgreeWithDifferences) {
  expect_agreement_for_all_batches([] {
    net::Graph graph;
    net::NodeId x = graph.add_input("x", {4, 2});
    x = graph.add("one", net::gru({.units = 3, .reverse = true}), {x});
    x = graph.add("two", net::lstm({.units = 5, .last_only = true}), {x});
    x = graph.add("head", net::dense(3), {x});
    x = graph.add("head", net::bias(), {x});
    graph.set_output(x);
    return graph;
  });
}

TEST(Recurrent, FollowsPyTorch) {
  const golden::GoldenFile file(FANIN_GOLDEN_DIR "/engine_recurrent.txt");
  const auto follow = [&](const std::string& name, const net::OpPtr& op, std::int64_t time = 4) {
    expect_golden(file, name, op, {Shape{time, 3}});
  };
  for_every_simd_target([&] {
    follow("lstm", net::lstm({.units = 5}));
    follow("lstm_last", net::lstm({.units = 5, .last_only = true}));
    follow("lstm_reverse", net::lstm({.units = 5, .reverse = true}));
    follow("lstm_reverse_last", net::lstm({.units = 5, .last_only = true, .reverse = true}));
    follow("lstm_no_bias", net::lstm({.units = 5, .bias = false}));
    follow("lstm_one_step", net::lstm({.units = 5}), 1);
    follow("gru", net::gru({.units = 5}));
    follow("gru_last", net::gru({.units = 5, .last_only = true}));
    follow("gru_reverse", net::gru({.units = 5, .reverse = true}));
    follow("gru_no_bias", net::gru({.units = 5, .bias = false}));
    follow("rnn", net::rnn({.units = 5}));
    follow("rnn_relu_last", net::rnn({.units = 5, .last_only = true}, "relu"));
    follow("rnn_reverse", net::rnn({.units = 5, .reverse = true}));
  });
}

// A plan that does not train keeps no states: its outputs are nevertheless those of one that does.
TEST(Recurrent, InferenceInLittleMemoryGivesTheSameBits) {
  use_one_thread();
  for (const net::OpPtr& op : {net::lstm({.units = 20}), net::gru({.units = 20}), net::rnn({.units = 20}),
                               net::lstm({.units = 9, .last_only = true, .reverse = true})}) {
    const net::Graph graph = network(op, 11);
    Plan training(graph, {.batch_size = 5});
    Plan inference(graph, {.batch_size = 5, .training = false});
    std::mt19937_64 random(3);
    std::normal_distribution<float> normal;
    for (const net::ParameterSpec& spec : graph.parameters()) {
      std::vector<float> values(static_cast<std::size_t>(spec.shape().count()));
      for (float& value : values) value = normal(random);
      training.set_parameter(spec.name, values);
    }
    training.copy_parameters_to(inference);
    for (std::size_t i = 0; i < training.input().size(); ++i) {
      training.input()[i] = inference.input()[i] = normal(random);
    }
    EXPECT_EQ(training.evaluate(5).loss_sum, inference.evaluate(5).loss_sum);
    EXPECT_TRUE(std::equal(training.output().begin(), training.output().end(), inference.output().begin()));
    EXPECT_LT(inference.arena_bytes(), training.arena_bytes());
  }
}

// Long sequences: a recurrent weight that grows its state, gradients beyond what a float holds.
TEST(Recurrent, AnExplodingNetworkGivesInfinityOrNanAndNothingWorse) {
  use_one_thread();
  for (const net::OpPtr& op : {net::rnn({.units = 16}, "linear"), net::rnn({.units = 16}, "relu"),
                               net::lstm({.units = 16}), net::gru({.units = 16})}) {
    const net::Graph graph = network(op, 300);
    Plan plan(graph, {.batch_size = 4, .optimizer = parse_optimizer("sgd", 1), .chunks = 2, .threads = 2});
    for (const net::ParameterSpec& spec : graph.parameters()) {
      plan.set_parameter(spec.name, std::vector<float>(static_cast<std::size_t>(spec.shape().count()), 2.0F));
    }
    for (float& value : plan.input()) value = 1;
    plan.train_step(4);
    plan.train_step(4);
    if (op->kind() != "rnn") continue;
    const std::vector<float> weight = plan.parameter("recurrent.weight_hh");
    EXPECT_FALSE(std::isfinite(weight[0])) << op->attributes();
  }
}

// A NaN that comes in must come out, whatever the gates do to it.
TEST(Recurrent, KeepsNanInTheSequenceItCameWith) {
  use_one_thread();
  for (const net::OpPtr& op : {net::rnn({.units = 7}), net::lstm({.units = 7}), net::gru({.units = 7})}) {
    LoneOp lone(op, {Shape{5, 3}}, 2, {});
    for (std::size_t i = 0; i < lone.node().parameters.size(); ++i) {
      lone.set_parameter(i,
                         std::vector<float>(static_cast<std::size_t>(lone.node().parameters[i].shape().count()), 0.1F));
    }
    std::vector<float> x(2 * 5 * 3, 0.5F);
    x[2 * 3 + 1] = std::numeric_limits<float>::quiet_NaN();  // row 0, position 2
    lone.set_input(0, x);
    const std::vector<float> y = lone.forward();
    for (std::size_t i = 0; i < y.size(); ++i) {
      EXPECT_EQ(std::isnan(y[i]), i < 35 && i >= 14) << op->kind() << "[" << i << "]";
    }
  }
}

}  // namespace
}  // namespace fanin::engine
