// The rules of attention, softmax, log_softmax and glu, against plain loops.
#include "fanin/net/ops/attention.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fanin/net/ops/glu.hpp"
#include "fanin/net/ops/log_softmax.hpp"
#include "fanin/net/ops/softmax.hpp"
#include "fanin/theory/ops/test_monte_carlo.hpp"

namespace fanin::theory {
namespace {

Tensor softmax_of(const Tensor& x) {
  const double largest = *std::max_element(x.begin(), x.end());
  double sum = 0;
  Tensor y = x;
  for (double& value : y) sum += value = std::exp(value - largest);
  for (double& value : y) value /= sum;
  return y;
}

TEST(SoftmaxRule, AgreesWithDrawsToLeadingOrder) {
  for (const double std_dev : {0.1, 0.7}) {
    expect_prediction_holds({.op = net::softmax(),
                             .inputs = {{200}},
                             .parameters = {},
                             .input_mean = 3,
                             .input_std_dev = std_dev,
                             .forward = [](const std::vector<Tensor>& t) { return softmax_of(t[0]); },
                             .draws = 4000,
                             .slack = 0.02,
                             .gradient_slack = 0.05});
  }
}

TEST(SoftmaxRule, EqualLogitsHaveTheExactJacobian) {
  net::Graph graph;
  const net::NodeId x = graph.add_input("x", {5});
  graph.set_output(graph.add("p", net::softmax(), {x}));
  const Prediction p = predict(graph, {}, {.input_mean = 1, .input_second_moment = 1});
  EXPECT_DOUBLE_EQ(p.node(1).signal.mean, 0.2);
  EXPECT_DOUBLE_EQ(p.node(1).signal.second_moment, 0.04);
  EXPECT_DOUBLE_EQ(p.node(x).gradient_second_moment, 0.04 * (1 - 1.0 / 5));
  const Prediction sharp = predict(graph, {}, {.input_second_moment = 1e6});
  EXPECT_DOUBLE_EQ(sharp.node(1).signal.second_moment, 0.2);  // one of five is 1
}

TEST(LogSoftmaxRule, AgreesWithDrawsToLeadingOrder) {
  expect_prediction_holds({.op = net::log_softmax(),
                           .inputs = {{300}},
                           .parameters = {},
                           .input_mean = 2,
                           .input_std_dev = 0.8,
                           .forward =
                               [](const std::vector<Tensor>& t) {
                                 Tensor y = softmax_of(t[0]);
                                 for (double& value : y) value = std::log(value);
                                 return y;
                               },
                           .draws = 4000,
                           .slack = 0.01,
                           .gradient_slack = 0.02});
}

TEST(GluRule, AgreesWithDraws) {
  expect_prediction_holds({.op = net::glu("gelu"),
                           .inputs = {{3, 10}},
                           .parameters = {},
                           .input_mean = 0.3,
                           .input_std_dev = 1.4,
                           .forward =
                               [](const std::vector<Tensor>& t) {
                                 Tensor y;
                                 for (std::size_t i = 0; i < 30; ++i) {
                                   const double b = t[0][(i / 10) * 10 + 5 + i % 5];
                                   if (i % 10 < 5) y.push_back(t[0][i] * b * std::erfc(-b / std::sqrt(2.0)) / 2);
                                 }
                                 return y;
                               },
                           .draws = 20000});
}

struct Heads {
  std::size_t width, heads, queries, keys;
  bool causal;
  double divisor;  // of the logits
};

// rows [positions, width] times one of the three packed matrices, plus its bias.
Tensor project(const Tensor& rows, const std::vector<Tensor>& p, std::size_t first, std::size_t gate,
               std::size_t width) {
  Tensor out(rows.size());
  for (std::size_t t = 0; t < rows.size() / width; ++t) {
    for (std::size_t i = 0; i < width; ++i) {
      double sum = p[first + 1][gate * width + i];
      for (std::size_t j = 0; j < width; ++j) sum += p[first][(gate * width + i) * width + j] * rows[t * width + j];
      out[t * width + i] = sum;
    }
  }
  return out;
}

Tensor attend(const Heads& s, const std::vector<Tensor>& t) {
  const std::size_t first = t.size() - 4;  // of the parameters
  const Tensor& other = t[first - 1];
  const Tensor q = project(t[0], t, first, 0, s.width);
  const Tensor k = project(other, t, first, 1, s.width);
  const Tensor v = project(other, t, first, 2, s.width);
  const std::size_t d = s.width / s.heads;
  Tensor mixed(s.queries * s.width);
  for (std::size_t h = 0; h < s.heads; ++h) {
    for (std::size_t a = 0; a < s.queries; ++a) {
      Tensor logits(s.causal ? a + 1 : s.keys);
      for (std::size_t b = 0; b < logits.size(); ++b) {
        for (std::size_t i = h * d; i < (h + 1) * d; ++i)
          logits[b] += q[a * s.width + i] * k[b * s.width + i] / s.divisor;
      }
      const Tensor p = softmax_of(logits);
      for (std::size_t b = 0; b < p.size(); ++b) {
        for (std::size_t i = h * d; i < (h + 1) * d; ++i) mixed[a * s.width + i] += p[b] * v[b * s.width + i];
      }
    }
  }
  return project(mixed, t, first + 2, 0, s.width);
}

TEST(AttentionRule, AgreesWithDrawsFromUncorrelatedPositions) {
  for (const bool causal : {false, true}) {
    const Heads s{.width = 16, .heads = 2, .queries = 10, .keys = 10, .causal = causal, .divisor = std::sqrt(8.0)};
    expect_prediction_holds({.op = net::attention({.heads = 2, .causal = causal}),
                             .inputs = {{10, 16}},
                             .parameters = {0.5 / 16, 0, 1.0 / 16, 0},
                             .correlation = 0,
                             .forward = [s](const std::vector<Tensor>& t) { return attend(s, t); },
                             .draws = 1500,
                             .slack = 0.06,
                             .gradient_slack = 0.12});
  }
}

TEST(AttentionRule, AgreesWithDrawsForASecondSequenceAndMupLogits) {
  const Heads s{.width = 16, .heads = 2, .queries = 6, .keys = 12, .causal = false, .divisor = 8.0};
  expect_prediction_holds({.op = net::attention({.heads = 2, .logits = net::LogitScale::head_width}),
                           .inputs = {{6, 16}, {12, 16}},
                           .parameters = {1.0 / 16, 0, 1.0 / 16, 0},
                           .correlation = 0,
                           .forward = [s](const std::vector<Tensor>& t) { return attend(s, t); },
                           .draws = 1500,
                           .slack = 0.06,
                           .gradient_slack = 0.12});
}

TEST(AttentionRule, LongSequencesSumTheHarmonicSeries) {
  for (const std::int64_t time : {1000LL, 1'000'000LL, 1LL << 45}) {
    net::Graph graph;
    const net::NodeId x = graph.add_input("x", {time, 4});
    graph.set_output(graph.add("a", net::attention({.heads = 1, .causal = true, .bias = false}), {x}));
    const Prediction p = predict(graph, variances_by_name({{"a.in_proj_weight", 1e-9}, {"a.out_proj.weight", 0.25}}));
    const auto n = static_cast<double>(time);
    const double harmonic = std::log(n) + 0.57721566490153286 + 1 / (2 * n);
    EXPECT_NEAR(p.node(1).signal.second_moment / (4e-9 * harmonic / n), 1, 1e-6);
  }
}

TEST(AttentionRule, VanishingLogitsAverageTheValues) {
  net::Graph graph;
  const net::NodeId x = graph.add_input("x", {8, 4});
  const net::NodeId y = graph.add("a", net::attention({.heads = 1, .causal = true, .bias = false}), {x});
  graph.set_output(y);
  const Prediction p = predict(graph, variances_by_name({{"a.in_proj_weight", 1e-12}, {"a.out_proj.weight", 0.25}}));
  double harmonic = 0;  // position t averages t values
  for (int t = 1; t <= 8; ++t) harmonic += 1.0 / t / 8;
  EXPECT_NEAR(p.node(y).signal.second_moment / (4e-12 * harmonic), 1, 1e-9);
  EXPECT_FALSE(p.node(y).signal.exact);
}

}  // namespace
}  // namespace fanin::theory
