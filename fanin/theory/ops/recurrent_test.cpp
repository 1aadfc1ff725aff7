// The rules of rnn, lstm and gru, against cells in plain loops.
#include <gtest/gtest.h>

#include <cmath>

#include "fanin/net/ops/gru.hpp"
#include "fanin/net/ops/lstm.hpp"
#include "fanin/net/ops/rnn.hpp"
#include "fanin/theory/mean_field.hpp"
#include "fanin/theory/ops/test_monte_carlo.hpp"

namespace fanin::theory {
namespace {

constexpr std::size_t kIn = 24;
constexpr std::size_t kUnits = 40;

double sigmoid(double u) { return 1 / (1 + std::exp(-u)); }

// W[row] · v, W [rows, v.size()].
double row_times(const Tensor& weight, std::size_t row, const double* v, std::size_t width) {
  double sum = 0;
  for (std::size_t i = 0; i < width; ++i) sum += weight[row * width + i] * v[i];
  return sum;
}

// All states of a cell: step(x_t, state) changes the state, whose first kUnits values are h.
template <typename Cell>
Tensor unroll(const Tensor& x, bool last_only, const Cell& cell) {
  Tensor state(2 * kUnits), all;
  for (std::size_t t = 0; t < x.size() / kIn; ++t) {
    cell(x.data() + t * kIn, state);
    if (!last_only || t + 1 == x.size() / kIn) {
      all.insert(all.end(), state.begin(), state.begin() + kUnits);
    }
  }
  return all;
}

TEST(RnnRule, AgreesWithDraws) {
  for (const bool last_only : {false, true}) {
    expect_prediction_holds({.op = net::rnn({.units = kUnits, .last_only = last_only}, "tanh"),
                             .inputs = {{5, kIn}},
                             .parameters = {1.2 / kIn, 1.5 / kUnits, 0.1},
                             .forward =
                                 [last_only](const std::vector<Tensor>& t) {
                                   return unroll(t[0], last_only, [&](const double* x, Tensor& state) {
                                     const Tensor h = state;
                                     for (std::size_t i = 0; i < kUnits; ++i) {
                                       state[i] = std::tanh(row_times(t[1], i, x, kIn) +
                                                            row_times(t[2], i, h.data(), kUnits) + t[3][i]);
                                     }
                                   });
                                 },
                             .draws = 4000,
                             .slack = 0.01,
                             .gradient_slack = 0.08});
  }
}

TEST(RnnRule, ALongSequenceComesToTheFixedPointOfTheVarianceMap) {
  net::Graph graph;
  const net::NodeId x = graph.add_input("x", {100'000, 10});
  const net::NodeId y = graph.add("cell", net::rnn({.units = 100, .last_only = true}, "tanh"), {x});
  graph.set_output(y);
  const Prediction p =
      predict(graph, variances_by_name({{"cell.weight_ih", 0}, {"cell.weight_hh", 1.7 / 100}, {"cell.bias", 0.05}}));
  // Without an input it is a deep tanh network with shared weights.
  const ScalarFunction tanh(net::parse_activation("tanh"));
  const double q = 0.533076;  // q* at sw2 = 1.7, sb2 = .05
  EXPECT_NEAR(1.7 * p.node(y).signal.second_moment + 0.05, q, 1e-6);
  EXPECT_TRUE(p.node(y).signal.exact);
}

TEST(LstmRule, AgreesWithDraws) {
  expect_prediction_holds(
      {.op = net::lstm({.units = kUnits}),
       .inputs = {{4, kIn}},
       .parameters = {1.5 / kIn, 1.5 / kUnits, {0, 0.3}},
       .forward =
           [](const std::vector<Tensor>& t) {
             return unroll(t[0], false, [&](const double* x, Tensor& state) {
               const Tensor before = state;
               const auto u = [&](std::size_t gate, std::size_t i) {
                 const std::size_t row = gate * kUnits + i;
                 return row_times(t[1], row, x, kIn) + row_times(t[2], row, before.data(), kUnits) + t[3][row];
               };
               for (std::size_t i = 0; i < kUnits; ++i) {
                 const double c = sigmoid(u(1, i)) * before[kUnits + i] + sigmoid(u(0, i)) * std::tanh(u(2, i));
                 state[kUnits + i] = c;
                 state[i] = sigmoid(u(3, i)) * std::tanh(c);
               }
             });
           },
       .draws = 1500,
       .slack = 0.06,
       .gradient_slack = 0.15});
}

TEST(GruRule, AgreesWithDraws) {
  expect_prediction_holds(
      {.op = net::gru({.units = kUnits}),
       .inputs = {{4, kIn}},
       .parameters = {1.5 / kIn, 1.5 / kUnits, {0, 0.2}, {0, -0.1}},
       .forward =
           [](const std::vector<Tensor>& t) {
             return unroll(t[0], false, [&](const double* x, Tensor& state) {
               const Tensor h = state;
               const auto input = [&](std::size_t row) { return row_times(t[1], row, x, kIn) + t[3][row]; };
               const auto hidden = [&](std::size_t row) { return row_times(t[2], row, h.data(), kUnits) + t[4][row]; };
               for (std::size_t i = 0; i < kUnits; ++i) {
                 const double r = sigmoid(input(i) + hidden(i));
                 const double z = sigmoid(input(kUnits + i) + hidden(kUnits + i));
                 const double n = std::tanh(input(2 * kUnits + i) + r * hidden(2 * kUnits + i));
                 state[i] = (1 - z) * n + z * h[i];
               }
             });
           },
       .draws = 1500,
       .slack = 0.06,
       .gradient_slack = 0.15});
}

TEST(RecurrentRules, EndlessSequencesAreLikeLongOnes) {
  const auto predicted = [](std::int64_t time) {
    net::Graph graph;
    const net::NodeId x = graph.add_input("x", {time, 8});
    graph.set_output(graph.add("cell", net::rnn({.units = 8}, "tanh"), {x}));
    return predict(graph, variances_by_name({{"cell.weight_ih", 0.1}, {"cell.weight_hh", 0.1}, {"cell.bias", 0.1}}));
  };
  const Prediction some = predicted(std::int64_t{1} << 20);
  const Prediction many = predicted(std::int64_t{1} << 50);
  EXPECT_NEAR(many.node(1).signal.second_moment, some.node(1).signal.second_moment, 1e-6);
  EXPECT_NEAR(many.node(0).gradient_second_moment, some.node(0).gradient_second_moment, 1e-6);
  EXPECT_NEAR(many.parameter("cell.bias").gradient_second_moment / some.parameter("cell.bias").gradient_second_moment,
              std::ldexp(1, 30), std::ldexp(1, 10));
}

TEST(RecurrentRules, ExplosionIsAValue) {
  net::Graph graph;
  const net::NodeId x = graph.add_input("x", {3000, 8});
  graph.set_output(graph.add("cell", net::rnn({.units = 8}, "relu"), {x}));
  const Prediction p =
      predict(graph, variances_by_name({{"cell.weight_ih", 1}, {"cell.weight_hh", 1}, {"cell.bias", 0}}));
  EXPECT_FALSE(std::isfinite(p.node(1).signal.second_moment));
}

}  // namespace
}  // namespace fanin::theory
