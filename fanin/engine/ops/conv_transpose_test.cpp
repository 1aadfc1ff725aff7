#include "fanin/net/ops/conv_transpose.hpp"

#include <gtest/gtest.h>

#include "fanin/engine/ops/spatial_golden_for_test.hpp"
#include "fanin/engine/twin_for_test.hpp"
#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/conv.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/ops/flatten.hpp"

namespace fanin::engine {
namespace {

net::Graph network(const Shape& input, const net::ConvTransposeOptions& options) {
  net::Graph graph;
  net::NodeId x = graph.add_input("x", input);
  net::Window pointwise{.kernel = std::vector<std::int64_t>(input.rank() - 1, 1)};
  x = graph.add("first", net::conv({.channels = input[0], .window = pointwise}), {x});
  x = graph.add("up", net::conv_transpose(options), {x});
  x = graph.add("up", net::activation("tanh"), {x});
  x = graph.add("flat", net::flatten(), {x});
  x = graph.add("head", net::dense(2), {x});
  graph.set_output(x);
  return graph;
}

void expect_agreement(const Shape& input, const net::ConvTransposeOptions& options) {
  SCOPED_TRACE(to_string(input) + " " + net::ConvTranspose(options).attributes());
  expect_agreement_for_all_batches([&] { return network(input, options); });
}

TEST(ConvTranspose, ValuesAndGradientsAreThoseOfPyTorch) {
  for_every_golden_case("conv_transpose", 1, [](const GoldenCase& c) {
    expect_golden(c, net::conv_transpose({.channels = c.number("channels"),
                                          .window = c.window(),
                                          .output_padding = c.list("output_padding"),
                                          .groups = c.number("groups"),
                                          .bias = !c.floats("bias").empty()}));
  });
}

TEST(ConvTranspose, GradientsAgreeWithFiniteDifferences) {
  expect_agreement({3, 2, 3}, {.channels = 2, .window = {.kernel = {3, 3}, .stride = {2}, .padding = {1}}});
  expect_agreement({2, 3, 2},
                   {.channels = 4, .window = {.kernel = {2, 3}, .stride = {2, 3}}, .output_padding = {1}, .groups = 2});
  expect_agreement({2, 5}, {.channels = 3, .window = {.kernel = {3}, .dilation = {2}}, .bias = false});
  expect_agreement({2, 2, 1, 2}, {.channels = 2, .window = {.kernel = {2, 2, 2}, .stride = {2}}});
}

TEST(ConvTranspose, RunsInPlansThatDoNotTrain) {
  const net::Graph graph = network({2, 3, 3}, {.channels = 3, .window = {.kernel = {2, 2}, .stride = {2}}});
  Plan training(graph, {.batch_size = 4});
  Plan inference(graph, {.batch_size = 4, .training = false});
  for (const net::ParameterSpec& spec : graph.parameters()) {
    std::vector<float> values(static_cast<std::size_t>(spec.shape().count()));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<float>(i));
    training.set_parameter(spec.name, values);
    inference.set_parameter(spec.name, values);
  }
  for (Plan* plan : {&training, &inference}) {
    for (std::size_t i = 0; i < plan->input().size(); ++i) plan->input()[i] = std::cos(static_cast<float>(i));
    plan->evaluate(3);
  }
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(training.output()[i], inference.output()[i], 1e-6) << i;
}

}  // namespace
}  // namespace fanin::engine
