// The rules of the ops with sliding windows, in plain loops over one spatial axis and, for counts, over two.
#include <gtest/gtest.h>

#include <algorithm>

#include "fanin/net/ops/conv.hpp"
#include "fanin/net/ops/conv_transpose.hpp"
#include "fanin/net/ops/pooling.hpp"
#include "fanin/theory/ops/spatial.hpp"
#include "fanin/theory/ops/test_monte_carlo.hpp"

namespace fanin::theory {
namespace {

struct Sizes {
  int in, out, length, kernel, stride, padding, dilation, groups;
  [[nodiscard]] net::Window window() const { return {{kernel}, {stride}, {padding}, {dilation}}; }
};

std::size_t at(int a, int b, int width) { return static_cast<std::size_t>(a * width + b); }

// Calls visit(place, tap, position) for every tap on a real position.
template <typename Visit>
void each_tap(const Sizes& s, int places, int covered, const Visit& visit) {
  for (int place = 0; place < places; ++place) {
    for (int k = 0; k < s.kernel; ++k) {
      const int position = place * s.stride - s.padding + k * s.dilation;
      if (position >= 0 && position < covered) visit(place, k, position);
    }
  }
}

Tensor convolve(const Sizes& s, const std::vector<Tensor>& t) {
  const int places = (s.length + 2 * s.padding - s.dilation * (s.kernel - 1) - 1) / s.stride + 1;
  const int group_in = s.in / s.groups, group_out = s.out / s.groups;
  Tensor y(static_cast<std::size_t>(s.out * places));
  for (int o = 0; o < s.out; ++o) {
    for (int p = 0; p < places; ++p) y[at(o, p, places)] = t[2][static_cast<std::size_t>(o)];
    for (int i = 0; i < group_in; ++i) {
      each_tap(s, places, s.length, [&](int place, int k, int position) {
        const int channel = o / group_out * group_in + i;
        y[at(o, place, places)] += t[1][at(o * group_in + i, k, s.kernel)] * t[0][at(channel, position, s.length)];
      });
    }
  }
  return y;
}

Tensor convolve_transposed(const Sizes& s, const std::vector<Tensor>& t) {
  const int length = (s.length - 1) * s.stride - 2 * s.padding + s.dilation * (s.kernel - 1) + 1;
  const int group_in = s.in / s.groups, group_out = s.out / s.groups;
  Tensor y(static_cast<std::size_t>(s.out * length));
  for (int o = 0; o < s.out; ++o) {
    for (int p = 0; p < length; ++p) y[at(o, p, length)] = t[2][static_cast<std::size_t>(o)];
  }
  for (int i = 0; i < s.in; ++i) {
    for (int o = 0; o < group_out; ++o) {
      const int channel = i / group_in * group_out + o;
      each_tap(s, s.length, length, [&](int place, int k, int position) {
        y[at(channel, position, length)] += t[1][at(i * group_out + o, k, s.kernel)] * t[0][at(i, place, s.length)];
      });
    }
  }
  return y;
}

const std::vector<Sizes> kSizes = {
    {.in = 3, .out = 4, .length = 9, .kernel = 3, .stride = 1, .padding = 1, .dilation = 1, .groups = 1},
    {.in = 4, .out = 2, .length = 10, .kernel = 3, .stride = 2, .padding = 1, .dilation = 1, .groups = 2},
    {.in = 4, .out = 4, .length = 11, .kernel = 4, .stride = 3, .padding = 2, .dilation = 2, .groups = 4},
    {.in = 2, .out = 3, .length = 6, .kernel = 2, .stride = 2, .padding = 0, .dilation = 1, .groups = 1}};

TEST(ConvRule, AgreesWithDrawsForStridesPaddingDilationAndGroups) {
  for (const Sizes& s : kSizes) {
    expect_prediction_holds({.op = net::conv({.channels = s.out, .window = s.window(), .groups = s.groups}),
                             .inputs = {{s.in, s.length}},
                             .parameters = {0.3, {0.2, 0.1}},
                             .input_mean = 0.4,
                             .forward = [&](const std::vector<Tensor>& t) { return convolve(s, t); },
                             .draws = 20000});
  }
}

TEST(ConvTransposeRule, AgreesWithDrawsForStridesPaddingDilationAndGroups) {
  for (const Sizes& s : kSizes) {
    expect_prediction_holds({.op = net::conv_transpose({.channels = s.out, .window = s.window(), .groups = s.groups}),
                             .inputs = {{s.in, s.length}},
                             .parameters = {0.3, {0.2, 0.1}},
                             .input_mean = 0.4,
                             .forward = [&](const std::vector<Tensor>& t) { return convolve_transposed(s, t); },
                             .draws = 20000});
  }
}

Prediction predicted(const net::OpPtr& op, const Shape& input) {
  net::Graph graph;
  const net::NodeId x = graph.add_input("x", input);
  graph.set_output(graph.add("op", op, {x}));
  return predict(graph, [](const net::ParameterSpec& p) { return ParameterMoments(p.has_fans() ? 1 : 0); });
}

TEST(ConvRule, PaddingOfTwoAxesIsCountedAndOnlyUnpaddedOnesAreExact) {
  // 3 x 3 over 4 x 4 with padding 1: along an axis 2 + 3 + 3 + 2 taps, 100 of 144 in all.
  const net::OpPtr padded = net::conv({.channels = 5, .window = {.kernel = {3, 3}, .padding = {1}}});
  EXPECT_DOUBLE_EQ(predicted(padded, {7, 4, 4}).node("op.conv").signal.second_moment, 7 * 100.0 / 16);
  EXPECT_FALSE(predicted(padded, {7, 4, 4}).node("op.conv").signal.exact);
  const net::OpPtr plain = net::conv({.channels = 5, .window = {.kernel = {3, 3}}});
  EXPECT_DOUBLE_EQ(predicted(plain, {7, 4, 4}).node("op.conv").signal.second_moment, 7 * 9);
  EXPECT_TRUE(predicted(plain, {7, 4, 4}).node("op.conv").signal.exact);
}

TEST(ConvRule, HugeImagesAreCountedAtTheirBordersOnly) {
  const std::int64_t length = std::int64_t{1} << 40;
  const net::OpPtr op = net::conv({.channels = 1, .window = {.kernel = {5}, .padding = {2}}});
  const double missing = 6;  // 2 + 1 taps at each end
  EXPECT_DOUBLE_EQ(predicted(op, {1, length}).node(1).signal.second_moment, 5 - missing / static_cast<double>(length));
}

TEST(ConvTransposeRule, WindowsThatTileAreExact) {
  const auto exact = [](const net::Window& window) {
    return predicted(net::conv_transpose({.channels = 2, .window = window}), {3, 4, 5}).node(1).signal.exact;
  };
  EXPECT_TRUE(exact({.kernel = {2, 3}, .stride = {2, 3}}));
  EXPECT_FALSE(exact({.kernel = {3, 3}, .stride = {2}}));
  EXPECT_FALSE(exact({.kernel = {2, 2}, .stride = {2}, .padding = {1}}));
}

TEST(PoolingRule, AveragesAgreeWithDraws) {
  expect_prediction_holds(
      {.op = net::pooling({.type = net::PoolingKind::average, .window = {{3}, {2}, {1}, {}}}),
       .inputs = {{2, 9}},
       .parameters = {},
       .input_mean = 0.6,
       .forward =
           [](const std::vector<Tensor>& t) {
             Tensor y(10);
             const Sizes s{
                 .in = 0, .out = 0, .length = 9, .kernel = 3, .stride = 2, .padding = 1, .dilation = 1, .groups = 1};
             for (int c = 0; c < 2; ++c) {
               each_tap(s, 5, 9, [&](int p, int, int position) { y[at(c, p, 5)] += t[0][at(c, position, 9)] / 3; });
             }
             return y;
           },
       .draws = 20000});
  expect_prediction_holds({.op = net::pooling({.type = net::PoolingKind::global_average}),
                           .inputs = {{3, 2, 4}},
                           .parameters = {},
                           .input_mean = 0.6,
                           .forward =
                               [](const std::vector<Tensor>& t) {
                                 Tensor y(3);
                                 for (std::size_t i = 0; i < 24; ++i) y[i / 8] += t[0][i] / 8;
                                 return y;
                               },
                           .draws = 20000});
}

TEST(PoolingRule, TheLargestOfGaussiansAgreesWithDraws) {
  for (const int window : {2, 4, 9}) {
    expect_prediction_holds({.op = net::pooling({.type = net::PoolingKind::max, .window = {{window}, {}, {}, {}}}),
                             .inputs = {{1, 4 * window}},
                             .parameters = {},
                             .input_mean = 0.6,
                             .input_std_dev = 1.5,
                             .correlation = 1,  // for less, the rule passes the correlation on, which is a guess
                             .forward =
                                 [window](const std::vector<Tensor>& t) {
                                   Tensor y;
                                   for (auto x = t[0].begin(); x != t[0].end(); x += window) {
                                     y.push_back(*std::max_element(x, x + window));
                                   }
                                   return y;
                                 },
                             .draws = 20000});
  }
}

TEST(PoolingRule, TheLargestOfTwoHasTheMeanOneOverRootPi) {
  const net::OpPtr op = net::pooling({.type = net::PoolingKind::max, .window = {{2}, {}, {}, {}}});
  const Signal y = predicted(op, {3, 8}).node(1).signal;
  EXPECT_NEAR(y.mean, 1 / std::sqrt(3.14159265358979323846), 1e-12);
  EXPECT_NEAR(y.second_moment, 1, 1e-12);
  EXPECT_FALSE(y.exact);
  const net::OpPtr trivial = net::pooling({.type = net::PoolingKind::max, .window = {{1}, {}, {}, {}}});
  EXPECT_TRUE(predicted(trivial, {3, 8}).node(1).signal.exact);
}

}  // namespace
}  // namespace fanin::theory
