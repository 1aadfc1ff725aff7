// dropout has no PyTorch numbers to meet, for its masks are ours: they are held to their law, to the
// reference, and to being the same however the batch is cut.
#include "fanin/net/ops/dropout.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "fanin/engine/op_for_test.hpp"
#include "fanin/engine/twin_for_test.hpp"
#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/dense.hpp"

namespace fanin::engine {
namespace {

net::Graph network(double rate) {
  net::Graph graph;
  net::NodeId x = graph.add_input("input", Shape{5});
  x = graph.add("layer1", net::dense(9), {x});
  x = graph.add("layer1", net::activation("gelu"), {x});
  x = graph.add("layer1", net::dropout(rate), {x});
  x = graph.add("layer2", net::dense(6), {x});
  x = graph.add("layer2", net::dropout(rate), {x});
  graph.set_output(graph.add("head", net::dense(3), {x}));
  return graph;
}

TEST(Dropout, GradientsMatchDifferencesUnderTheSameMasks) {
  expect_agreement_for_all_batches([] { return network(0.4); }, {.seed = 3});
  expect_agreement_for_all_batches([] { return network(0); });
}

std::vector<float> masks(const LoneOpOptions& options, const Shape& shape, std::int64_t rows, double rate = 0.25) {
  LoneOp lone(net::dropout(rate), {shape}, rows, options);
  const std::vector<float> ones(static_cast<std::size_t>(rows * shape.count()), 1);
  lone.set_input(0, ones);
  std::vector<float> forward = lone.forward();
  if (options.training) {
    lone.backward(ones);
    EXPECT_EQ(lone.input_gradient(0), forward);
  }
  return forward;
}

TEST(Dropout, MasksAreTheSameForEveryCutAndLayoutAndOthersForEveryPassAndSeed) {
  const Shape image{3, 5, 7};
  const std::vector<float> whole = masks({.seed = 1, .pass = 2}, image, 7);
  for (const std::int64_t chunk_rows : {1, 2, 3}) {
    for (const bool channels_last : {false, true}) {
      EXPECT_EQ(whole,
                masks({.chunk_rows = chunk_rows, .channels_last = channels_last, .seed = 1, .pass = 2}, image, 7));
    }
  }
  EXPECT_NE(whole, masks({.seed = 1, .pass = 3}, image, 7));
  EXPECT_NE(whole, masks({.seed = 2, .pass = 2}, image, 7));
}

TEST(Dropout, KeepsAShareOfTheElementsAndTheirMean) {
  for (const double rate : {0.0, 0.1, 0.5, 0.9}) {
    const std::vector<float> mask = masks({}, Shape{10007}, 10, rate);
    const auto count = static_cast<double>(mask.size());
    const auto dropped = static_cast<double>(std::count(mask.begin(), mask.end(), 0.0F));
    EXPECT_NEAR(dropped / count, rate, 4 * std::sqrt(rate * (1 - rate) / count));  // four standard errors
    for (const float value : mask) ASSERT_TRUE(value == 0 || value == static_cast<float>(1 / (1 - rate)));
  }
}

TEST(Dropout, IsTheIdentityInInference) {
  EXPECT_EQ(masks({.training = false}, Shape{100}, 3), std::vector<float>(300, 1));
}

TEST(Dropout, MasksDoNotRepeatWithinAStep) {
  // The same law in two layers and in two passes of training: no two masks agree more than chance has it.
  const Shape units{4096};
  const std::vector<float> first = masks({.pass = 0}, units, 2, 0.5);
  const std::vector<float> next = masks({.pass = 1}, units, 2, 0.5);
  double agreeing = 0, rows_agreeing = 0;
  for (std::size_t i = 0; i < first.size(); ++i) agreeing += first[i] == next[i] ? 1 : 0;
  for (std::size_t i = 0; i < 4096; ++i) rows_agreeing += first[i] == first[4096 + i] ? 1 : 0;
  EXPECT_NEAR(agreeing / 8192, 0.5, 4 * 0.5 / std::sqrt(8192.0));
  EXPECT_NEAR(rows_agreeing / 4096, 0.5, 4 * 0.5 / std::sqrt(4096.0));
}

}  // namespace
}  // namespace fanin::engine
