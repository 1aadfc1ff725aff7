// The rules of the normalizations.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/batch_norm.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/ops/group_norm.hpp"
#include "fanin/net/ops/layer_norm.hpp"
#include "fanin/net/ops/rms_norm.hpp"
#include "fanin/theory/batch_norm.hpp"
#include "fanin/theory/ops/test_monte_carlo.hpp"

namespace fanin::theory {
namespace {

ParameterMoments he(const net::ParameterSpec& parameter) {
  if (parameter.has_fans()) return {2.0 / static_cast<double>(net::fans(parameter).fan_in)};
  return {0, parameter.role == net::ParameterRole::scale ? 1.0 : 0.0};
}

net::Graph normalized_network(const net::OpPtr& norm, const char* activation, int layers) {
  net::Graph graph;
  net::NodeId x = graph.add_input("x", {64});
  for (int layer = 1; layer <= layers; ++layer) {
    const std::string name = std::string("layer").append(std::to_string(layer));
    x = graph.add(name, net::dense(64), {x});
    x = graph.add(std::string(name).append(".norm"), norm, {x});
    x = graph.add(name, net::activation(activation), {x});
  }
  graph.set_output(x);
  return graph;
}

TEST(BatchNormRule, GradientsGrowByThePublishedRatePerLayer) {
  for (const char* activation : {"relu", "tanh", "gelu", "silu", "selu"}) {
    const net::Graph graph = normalized_network(net::batch_norm(1e-12), activation, 4);
    const Prediction p = predict(graph, he);  // nobody said how inputs are correlated
    const double rate = batch_norm_gradient_rate(net::parse_activation(activation));
    const double grown = p.node("layer2.norm.batch_norm").gradient_second_moment /
                         p.node("layer3.norm.batch_norm").gradient_second_moment;
    EXPECT_NEAR(grown, rate, 1e-8) << activation;
    EXPECT_NEAR(p.node("layer3.norm.batch_norm").signal.second_moment, 1, 1e-10);
  }
  // Yang et al. 2019: π/(π - 1) for relu.
  EXPECT_NEAR(batch_norm_gradient_rate(net::parse_activation("relu")), std::numbers::pi / (std::numbers::pi - 1),
              1e-12);
}

TEST(BatchNormRule, WhatTwoInputsShareIsTakenAway) {
  net::Graph graph;
  net::NodeId x = graph.add_input("x", {50});
  x = graph.add("a", net::dense(50), {x});
  const net::NodeId y = graph.add("a_norm", net::batch_norm(), {x});
  graph.set_output(y);
  const auto lookup = [](const net::ParameterSpec& p) {
    if (p.has_fans()) return ParameterMoments(2.0 / 50);
    return p.role == net::ParameterRole::scale ? ParameterMoments(0.25, 1.5) : ParameterMoments(0.5, -1);
  };
  const Prediction p = predict(graph, lookup, {.input_correlation = 0.75});
  // Var over a batch: 2 (1 - 0.75). E scale² = 2.5, E shift² = 1.5.
  EXPECT_NEAR(p.node(y).signal.second_moment, 2.5 * 0.5 / (0.5 + 1e-5) + 1.5, 1e-12);
  EXPECT_NEAR(p.node(y).signal.cross_moment, 1.5, 1e-12);
  EXPECT_NEAR(p.node(y).signal.mean, -1, 1e-12);
  EXPECT_NEAR(p.node(x).gradient_second_moment, 2.5 / (0.5 + 1e-5), 1e-10);
  EXPECT_NEAR(p.parameter("a_norm.weight").gradient_second_moment, 0.5 / (0.5 + 1e-5), 1e-12);
  EXPECT_NEAR(p.parameter("a_norm.bias").gradient_second_moment, 1, 1e-12);
  EXPECT_FALSE(p.node(y).signal.exact);
}

TEST(BatchNormRule, ALargeBatchInPlainLoopsAgrees) {
  // One unit, a batch of 400 inputs that share a part: gradients by the op's definition.
  constexpr std::size_t kBatch = 400;
  std::mt19937_64 engine(7);
  std::normal_distribution<double> normal;
  Average gradients, squares;
  for (int draw = 0; draw < 400; ++draw) {
    const double shared = std::sqrt(1.5) * normal(engine);
    Tensor x(kBatch), delta(kBatch);
    double mean = 0, variance = 0;
    for (double& value : x) mean += (value = shared + std::sqrt(0.5) * normal(engine)) / kBatch;
    for (const double value : x) variance += (value - mean) * (value - mean) / kBatch;
    double delta_mean = 0, delta_x = 0, square = 0;
    for (std::size_t i = 0; i < kBatch; ++i) {
      delta[i] = normal(engine);
      const double y = (x[i] - mean) / std::sqrt(variance);
      delta_mean += delta[i] / kBatch;
      delta_x += delta[i] * y / kBatch;
      square += y * y / kBatch;
    }
    squares.add(square);
    double sum = 0;
    for (std::size_t i = 0; i < kBatch; ++i) {
      const double y = (x[i] - mean) / std::sqrt(variance);
      sum += std::pow((delta[i] - delta_mean - y * delta_x) / std::sqrt(variance), 2) / kBatch;
    }
    gradients.add(sum);
  }
  net::Graph graph;
  const net::NodeId x = graph.add_input("x", {1});
  const net::NodeId y = graph.add("norm", net::batch_norm(1e-12, false), {x});
  graph.set_output(y);
  const Prediction p = predict(graph, {}, {.input_second_moment = 2, .input_correlation = 0.75});
  squares.expect_near(p.node(y).signal.second_moment, 1e-9, "second moment");
  gradients.expect_near(p.node(x).gradient_second_moment, 2.0 / kBatch, "gradient");
}

TEST(LayerNormRule, ReluNetworksNeitherGrowNorShrink) {
  for (const net::OpPtr& norm : {net::layer_norm(1e-12), net::rms_norm(1e-12)}) {
    const net::Graph graph = normalized_network(norm, "relu", 10);
    const Prediction p = predict(graph, he);
    const std::string kind(norm->kind());
    EXPECT_NEAR(p.node(std::string("layer10.norm.").append(kind)).signal.second_moment, 1, 1e-9);
    EXPECT_NEAR(p.node(std::string("layer2.norm.").append(kind)).gradient_second_moment /
                    p.node(std::string("layer9.norm.").append(kind)).gradient_second_moment,
                1, 1e-9);
    EXPECT_TRUE(p.node(std::string("layer10.norm.").append(kind)).signal.exact);
  }
}

// (x - mean)/√(variance + ε)·scale + shift over rows of `width`.
Tensor normalize(const std::vector<Tensor>& t, std::size_t width, bool centre, double epsilon) {
  Tensor y = t[0];
  for (std::size_t row = 0; row < y.size(); row += width) {
    double mean = 0, square = 0;
    for (std::size_t i = 0; i < width; ++i) mean += y[row + i] / static_cast<double>(width);
    if (!centre) mean = 0;
    for (std::size_t i = 0; i < width; ++i) square += std::pow(y[row + i] - mean, 2) / static_cast<double>(width);
    for (std::size_t i = 0; i < width; ++i) y[row + i] = (y[row + i] - mean) / std::sqrt(square + epsilon);
  }
  return y;
}

TEST(LayerNormRule, AgreesWithDraws) {
  expect_prediction_holds({.op = net::layer_norm(0.1),
                           .inputs = {{2, 300}},
                           .parameters = {{0.2, 1.2}, {0.3, 0.5}},
                           .input_mean = 0.8,
                           .input_std_dev = 1.3,
                           .forward =
                               [](const std::vector<Tensor>& t) {
                                 Tensor y = normalize(t, 300, true, 0.1);
                                 for (std::size_t i = 0; i < y.size(); ++i) y[i] = y[i] * t[1][i % 300] + t[2][i % 300];
                                 return y;
                               },
                           .draws = 3000,
                           .slack = 0.01,
                           .gradient_slack = 0.01});
}

TEST(RmsNormRule, AgreesWithDraws) {
  expect_prediction_holds({.op = net::rms_norm(0.1),
                           .inputs = {{2, 300}},
                           .parameters = {{0.2, 1.2}},
                           .input_mean = 0.8,
                           .input_std_dev = 1.3,
                           .forward =
                               [](const std::vector<Tensor>& t) {
                                 Tensor y = normalize(t, 300, false, 0.1);
                                 for (std::size_t i = 0; i < y.size(); ++i) y[i] *= t[1][i % 300];
                                 return y;
                               },
                           .draws = 3000,
                           .slack = 0.01,
                           .gradient_slack = 0.01});
}

TEST(GroupNormRule, AgreesWithDraws) {
  // Eight channels of 40 positions in two groups: 160 neighbouring elements each.
  expect_prediction_holds({.op = net::group_norm(2, 0.1),
                           .inputs = {{8, 5, 8}},
                           .parameters = {{0.2, 1.2}, {0.3, 0.5}},
                           .input_mean = 0.8,
                           .input_std_dev = 1.3,
                           .forward =
                               [](const std::vector<Tensor>& t) {
                                 Tensor y = normalize(t, 160, true, 0.1);
                                 for (std::size_t i = 0; i < y.size(); ++i) y[i] = y[i] * t[1][i / 40] + t[2][i / 40];
                                 return y;
                               },
                           .draws = 3000,
                           .slack = 0.015,
                           .gradient_slack = 0.015});
}

TEST(GroupNormRule, OneChannelPerGroupIsNotSaidToBeExact) {
  net::Graph graph;
  const net::NodeId x = graph.add_input("x", {4, 9});
  const net::NodeId whole = graph.add("a", net::group_norm(2, 1e-5, false), {x});
  const net::NodeId single = graph.add("b", net::group_norm(4, 1e-5, false), {whole});
  graph.set_output(single);
  const Prediction p = predict(graph, {});
  EXPECT_TRUE(p.node(whole).signal.exact);
  EXPECT_FALSE(p.node(single).signal.exact);
}

}  // namespace
}  // namespace fanin::theory
