#include "fanin/net/ops/pooling.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "fanin/engine/ops/spatial_golden_for_test.hpp"
#include "fanin/engine/twin_for_test.hpp"
#include "fanin/net/ops/conv.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/ops/flatten.hpp"
#include "tests/simd_targets.hpp"

namespace fanin::engine {
namespace {

net::Graph network(const Shape& input, const net::PoolingOptions& options) {
  net::Graph graph;
  net::NodeId x = graph.add_input("x", input);
  net::Window pointwise{.kernel = std::vector<std::int64_t>(input.rank() - 1, 1)};
  x = graph.add("conv", net::conv({.channels = input[0] + 1, .window = pointwise}), {x});
  x = graph.add("pool", net::pooling(options), {x});
  if (graph.node(x).shape.rank() > 1) x = graph.add("flat", net::flatten(), {x});
  x = graph.add("head", net::dense(3), {x});
  graph.set_output(x);
  return graph;
}

TEST(Pooling, ValuesAndGradientsAreThoseOfPyTorch) {
  for_every_simd_target([] {
    for_every_golden_case("pooling", 2, [](const GoldenCase& c) {
      const auto type = static_cast<net::PoolingKind>(c.number("type"));
      net::PoolingOptions options{.type = type};
      if (type != net::PoolingKind::global_average) options.window = c.window();
      expect_golden(c, net::pooling(options));
    });
  });
}

TEST(Pooling, GradientsAgreeWithFiniteDifferences) {
  using net::PoolingKind;
  for (const PoolingKind type : {PoolingKind::max, PoolingKind::average}) {
    for (const auto& [input, window] :
         {std::pair(Shape{2, 6, 4}, net::Window{.kernel = {2, 2}}),
          std::pair(Shape{3, 5, 5}, net::Window{.kernel = {3}, .stride = {2}, .padding = {1}}),
          std::pair(Shape{16, 7}, net::Window{.kernel = {3}, .stride = {2}}),
          std::pair(Shape{2, 2, 3, 4}, net::Window{.kernel = {2, 2, 3}, .stride = {1}})}) {
      net::Window expanded = window;
      expanded.kernel.resize(input.rank() - 1, window.kernel[0]);
      SCOPED_TRACE(to_string(input));
      expect_agreement_for_all_batches(
          [&, type = type, shape = input] { return network(shape, {.type = type, .window = expanded}); });
    }
  }
  expect_agreement_for_all_batches([] { return network({17, 3, 3}, {.type = PoolingKind::global_average}); });
}

TEST(Pooling, NaNIsTheLargestAndTakesTheGradient) {
  for_every_simd_target([] {
    SingleOp op(net::pooling({.window = {.kernel = {2}}}), {Shape{1, 4}}, 1);
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    op.run({{1, std::nanf(""), -kInfinity, -kInfinity}}, {}, {3, 5});
    EXPECT_TRUE(std::isnan(op.output[0]));
    EXPECT_EQ(op.output[1], -kInfinity);
    EXPECT_EQ(op.input_gradients[0], (std::vector<float>{0, 3, 5, 0}));
  });
}

}  // namespace
}  // namespace fanin::engine
