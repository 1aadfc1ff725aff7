#include "fanin/net/ops/conv.hpp"

#include <gtest/gtest.h>

#include "fanin/core/error.hpp"
#include "fanin/engine/ops/spatial_golden_for_test.hpp"
#include "fanin/engine/twin_for_test.hpp"
#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/ops/flatten.hpp"

namespace fanin::engine {
namespace {

// A pointwise convolution before it, so that its input gradient is seen in that one's weights.
net::Graph network(const Shape& input, const net::ConvOptions& options) {
  net::Graph graph;
  net::NodeId x = graph.add_input("x", input);
  net::Window pointwise{.kernel = std::vector<std::int64_t>(input.rank() - 1, 1)};
  x = graph.add("first", net::conv({.channels = input[0], .window = pointwise}), {x});
  x = graph.add("conv", net::conv(options), {x});
  x = graph.add("conv", net::activation("tanh"), {x});
  x = graph.add("flat", net::flatten(), {x});
  x = graph.add("head", net::dense(3), {x});
  graph.set_output(x);
  return graph;
}

void expect_agreement(const Shape& input, const net::ConvOptions& options) {
  SCOPED_TRACE(to_string(input) + " " + net::Conv(options).attributes());
  expect_agreement_for_all_batches([&] { return network(input, options); });
}

TEST(Conv, ValuesAndGradientsAreThoseOfPyTorch) {
  for_every_golden_case("conv", 0, [](const GoldenCase& c) {
    expect_golden(c, net::conv({.channels = c.number("channels"),
                                .window = c.window(),
                                .groups = c.number("groups"),
                                .bias = !c.floats("bias").empty()}));
  });
}

TEST(Conv, GradientsAgreeWithFiniteDifferencesInTwoDimensions) {
  expect_agreement({3, 5, 4}, {.channels = 4, .window = {.kernel = {3, 3}, .padding = {1}}});
  expect_agreement({2, 6, 5}, {.channels = 3, .window = {.kernel = {2, 3}, .stride = {2, 1}}, .bias = false});
  expect_agreement({4, 5, 5}, {.channels = 6, .window = {.kernel = {3, 3}, .dilation = {2}}, .groups = 2});
  expect_agreement({5, 4, 4}, {.channels = 5, .window = {.kernel = {3, 3}, .padding = {1}}, .groups = 5});
}

TEST(Conv, GradientsAgreeWithFiniteDifferencesInOneAndThreeDimensions) {
  expect_agreement({3, 9}, {.channels = 4, .window = {.kernel = {4}, .stride = {2}, .padding = {1}}});
  expect_agreement({2, 3, 4, 3}, {.channels = 3, .window = {.kernel = {2, 3, 2}, .padding = {0, 1, 0}}});
}

TEST(Conv, GradientsAgreeWithFiniteDifferencesInNarrowLayers) {
  expect_agreement({1, 4, 5}, {.channels = 6, .window = {.kernel = {5, 5}, .padding = {2}}});
  expect_agreement({4, 3, 4}, {.channels = 16, .window = {.kernel = {3, 3}}});
}

TEST(Conv, ImpossibleWindowsAreErrorsThatNameTheNode) {
  net::Graph graph;
  net::NodeId x = graph.add_input("x", Shape{1, 4});
  x = graph.add("conv1", net::conv({.channels = 2, .window = {.kernel = {1}, .stride = {std::int64_t{1} << 30}}}), {x});
  graph.set_output(x);
  try {
    const Plan plan(graph, {.batch_size = 2});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unsupported);
    EXPECT_NE(error.where().find("conv1"), std::string::npos);
  }
}

}  // namespace
}  // namespace fanin::engine
