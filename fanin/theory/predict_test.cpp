#include "fanin/theory/predict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/bias.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/shorthand.hpp"
#include "fanin/theory/correlation.hpp"

namespace fanin::theory {
namespace {

/// sw2/fan_in on weights, sb2 on biases.
ParameterLookup mean_field(double weight_variance, double bias_variance) {
  return [=](const net::ParameterSpec& p) {
    return ParameterMoments(p.has_fans() ? weight_variance / static_cast<double>(net::fans(p).fan_in) : bias_variance);
  };
}

net::Graph network(const std::vector<std::int64_t>& widths, const char* activation) {
  return net::dense_network(widths, net::parse_activation(activation));
}

TEST(Predict, HeKeepsAReluNetworkAtItsInput) {
  const net::Graph graph = network(std::vector<std::int64_t>(20, 64), "relu");
  const Prediction p = predict(graph, mean_field(2, 0), {.input_second_moment = 0.5});
  EXPECT_NEAR(p.node("layer1.dense").signal.second_moment, 1, 1e-12);
  EXPECT_NEAR(p.node("layer19.bias").signal.second_moment, 1, 1e-12);
  EXPECT_NEAR(p.node("layer7.activation").signal.second_moment, 0.5, 1e-12);
  EXPECT_NEAR(p.node("layer7.activation").signal.mean, 1 / std::sqrt(2 * 3.141592653589793), 1e-12);
  EXPECT_NEAR(p.node("layer1.activation").gradient_second_moment, 2, 1e-11);  // the output layer has no φ': × 2
  EXPECT_NEAR(p.node("layer1.bias").gradient_second_moment, 1, 1e-11);
  EXPECT_TRUE(p.node(graph.output()).signal.exact);
}

TEST(Predict, XavierOnReluHalvesPerLayer) {
  const net::Graph graph = network(std::vector<std::int64_t>(32, 100), "relu");
  const Prediction p = predict(graph, mean_field(1, 0));
  EXPECT_NEAR(p.node("layer31.dense").signal.second_moment / std::ldexp(1.0, -30), 1, 1e-10);
  EXPECT_NEAR(p.node("layer1.bias").gradient_second_moment / std::ldexp(1.0, -30), 1, 1e-10);
}

TEST(Predict, LayersFollowTheVarianceAndCorrelationMaps) {
  const net::Graph graph = network({50, 50, 50, 50, 50}, "gelu");
  const ScalarFunction gelu = net::parse_activation("gelu");
  const Variances v{.weight_variance = 1.8, .bias_variance = 0.2};
  const Prediction p = predict(graph, mean_field(1.8, 0.2), {.input_correlation = 0.3});
  double q = 2.0, c = (1.8 * 0.3 + 0.2) / 2.0;
  for (int layer = 1; layer <= 4; ++layer) {
    const Signal& u = p.node("layer" + std::to_string(layer) + ".bias").signal;
    EXPECT_NEAR(u.second_moment, q, 1e-11);
    EXPECT_NEAR(u.correlation(), c, 1e-10);
    c = correlation_map(gelu, q, c, v);
    q = variance_map(gelu, q, v);
  }
}

TEST(Predict, UnequalWidthsUseEachFan) {
  net::Graph graph;
  net::NodeId x = graph.add_input("x", {30});
  x = graph.add("a", net::dense(10), {x});
  x = graph.add("b", net::dense(5), {x});
  graph.set_output(x);
  const Prediction p = predict(graph, variances_by_name({{"a.weight", 0.1}, {"b.weight", 0.2}}));
  EXPECT_NEAR(p.node("a.dense").signal.second_moment, 3, 1e-14);
  EXPECT_NEAR(p.node("b.dense").signal.second_moment, 6, 1e-14);
  EXPECT_NEAR(p.node("a.dense").gradient_second_moment, 1, 1e-14);  // 5 × .2
  EXPECT_NEAR(p.node("x").gradient_second_moment, 1, 1e-14);        // 10 × .1
  EXPECT_NEAR(p.parameter("a.weight").gradient_second_moment, 1, 1e-14);
  EXPECT_NEAR(p.parameter("b.weight").gradient_second_moment, 3, 1e-14);
}

TEST(Predict, PositionsShareTheWeights) {
  net::Graph graph;
  net::NodeId x = graph.add_input("tokens", {7, 16});
  x = graph.add("a", net::dense(4), {x});
  x = graph.add("a", net::bias(), {x});
  graph.set_output(x);
  const Prediction p = predict(graph, mean_field(1, 0));
  EXPECT_NEAR(p.parameter("a.weight").gradient_second_moment, 7, 1e-13);
  EXPECT_NEAR(p.parameter("a.bias").gradient_second_moment, 7, 1e-13);
}

TEST(Predict, AConstantBiasShiftsTheMean) {
  net::Graph graph;
  net::NodeId x = graph.add_input("x", {100});
  x = graph.add("a", net::dense(100), {x});
  x = graph.add("a", net::bias(), {x});
  x = graph.add("a", net::activation("relu"), {x});
  graph.set_output(x);
  const auto lookup = [](const net::ParameterSpec& p) {
    return p.has_fans() ? ParameterMoments(0.01) : ParameterMoments(0, 0.5);
  };
  const Prediction p = predict(graph, lookup);
  EXPECT_NEAR(p.node("a.bias").signal.mean, 0.5, 1e-14);
  EXPECT_NEAR(p.node("a.bias").signal.second_moment, 1.25, 1e-14);
  EXPECT_NEAR(p.node("a.activation").signal.second_moment,
              second_moment(net::parse_activation("relu"), {.q = 1, .mean = 0.5}), 1e-13);
}

TEST(Predict, WhatIsAssumedBeyondTheWideLimitIsSaid) {
  net::Graph graph;
  net::NodeId x = graph.add_input("x", {8});
  x = graph.add("a", net::activation("tanh"), {x});
  graph.set_output(x);
  EXPECT_FALSE(predict(graph, mean_field(1, 0)).node(x).signal.exact);
}

/// A drawn network in plain loops: second moments of the pre-activations and of their gradients.
struct Drawn {
  std::vector<double> forward, backward;  // one per layer
};

Drawn draw(const std::vector<std::int64_t>& widths, const net::Activation& phi, double sw2, double sb2,
           std::mt19937_64& engine) {
  std::normal_distribution<double> normal;
  const std::size_t layers = widths.size() - 1;
  std::vector<std::vector<double>> weights(layers), u(layers);
  std::vector<double> x(static_cast<std::size_t>(widths[0]));
  for (double& value : x) value = normal(engine);
  Drawn out;
  for (std::size_t l = 0; l < layers; ++l) {
    const std::size_t in = x.size(), units = static_cast<std::size_t>(widths[l + 1]);
    weights[l].resize(in * units);
    u[l].resize(units);
    for (double& w : weights[l]) w = std::sqrt(sw2 / static_cast<double>(in)) * normal(engine);
    double square = 0;
    for (std::size_t i = 0; i < units; ++i) {
      u[l][i] = std::sqrt(sb2) * normal(engine);
      for (std::size_t j = 0; j < in; ++j) u[l][i] += weights[l][i * in + j] * x[j];
      square += u[l][i] * u[l][i];
    }
    out.forward.push_back(square / static_cast<double>(units));
    x.resize(units);
    for (std::size_t i = 0; i < units; ++i) x[i] = phi.value(u[l][i]);
  }
  std::vector<double> gradient(u.back().size());
  for (double& g : gradient) g = normal(engine);
  out.backward.resize(layers);
  for (std::size_t l = layers; l-- > 0;) {
    double square = 0;
    for (const double g : gradient) square += g * g;
    out.backward[l] = square / static_cast<double>(gradient.size());
    if (l == 0) break;
    const std::size_t in = u[l - 1].size();
    std::vector<double> below(in, 0);
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      for (std::size_t j = 0; j < in; ++j) below[j] += weights[l][i * in + j] * gradient[i];
    }
    for (std::size_t j = 0; j < in; ++j) below[j] *= phi.derivative(u[l - 1][j]);
    gradient = below;
  }
  return out;
}

TEST(Predict, AgreesWithDrawnNetworks) {
  // The mean over networks within 4 standard errors, plus the finite-width bias of order layers/width.
  const std::vector<std::int64_t> widths{96, 128, 160, 128, 96};
  constexpr int kNetworks = 150;
  std::mt19937_64 engine(2024);
  for (const auto& [name, sw2, sb2] : {std::tuple{"relu", 2.0, 0.0}, {"tanh", 1.7, 0.05}, {"gelu", 2.2, 0.1}}) {
    const net::Activation phi = net::parse_activation(name);
    const Prediction p = predict(net::dense_network(widths, phi), mean_field(sw2, sb2));
    std::vector<double> sum(8), sum2(8);
    for (int network = 0; network < kNetworks; ++network) {
      const Drawn d = draw(widths, phi, sw2, sb2, engine);
      for (std::size_t l = 0; l < 4; ++l) {
        sum[l] += d.forward[l], sum2[l] += d.forward[l] * d.forward[l];
        sum[4 + l] += d.backward[l], sum2[4 + l] += d.backward[l] * d.backward[l];
      }
    }
    for (std::size_t l = 0; l < 4; ++l) {
      const NodePrediction& node = p.node("layer" + std::to_string(l + 1) + ".bias");
      const double predicted[] = {node.signal.second_moment, node.gradient_second_moment};
      for (const std::size_t way : {0U, 1U}) {
        const double mean = sum[4 * way + l] / kNetworks;
        const double error = std::sqrt((sum2[4 * way + l] / kNetworks - mean * mean) / kNetworks);
        EXPECT_NEAR(mean, predicted[way], 4 * error + 0.005 * predicted[way])
            << name << " layer " << l + 1 << (way == 0 ? " forward" : " backward");
      }
    }
  }
}

TEST(Predict, OverflowAndUnderflowAreValues) {
  const net::Graph deep = network(std::vector<std::int64_t>(400, 4), "relu");
  const Prediction explodes = predict(deep, mean_field(1e3, 0));
  EXPECT_FALSE(std::isfinite(explodes.node("layer399.dense").signal.second_moment));
  const Prediction vanishes = predict(deep, mean_field(1e-3, 0));
  EXPECT_EQ(vanishes.node("layer399.dense").signal.second_moment, 0);
  const Prediction zero = predict(deep, mean_field(0, 0), {.input_correlation = 0.5});
  EXPECT_EQ(zero.node("layer3.activation").signal.second_moment, 0);
}

/// An op that only this test knows.
class Mystery final : public net::Op {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "mystery"; }
  [[nodiscard]] std::string attributes() const override { return {}; }
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override { return inputs[0]; }
  [[nodiscard]] net::Cost cost(std::span<const Shape>) const override { return {}; }
};

TEST(Predict, AnOpWithoutARuleIsUnsupported) {
  net::Graph graph;
  net::NodeId x = graph.add_input("x", {8});
  x = graph.add("odd", std::make_shared<Mystery>(), {x});
  graph.set_output(x);
  try {
    (void)predict(graph, mean_field(1, 0));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unsupported);
    EXPECT_EQ(error.where(), "odd.mystery");
    EXPECT_THAT(error.message(), ::testing::HasSubstr("dense"));
  }
}

TEST(Predict, ImpossibleRequestsAreRefused) {
  const net::Graph graph = network({4, 4, 2}, "tanh");
  EXPECT_THROW((void)predict(graph, mean_field(-1, 0)), Error);
  EXPECT_THROW((void)predict(graph, mean_field(std::nan(""), 0)), Error);
  EXPECT_THROW((void)predict(graph, mean_field(1, 0), {.input_mean = 2}), Error);
  EXPECT_THROW((void)predict(graph, mean_field(1, 0), {.input_correlation = 1.5}), Error);
  EXPECT_THROW((void)predict(graph, mean_field(1, 0), {.output_gradient_second_moment = -1}), Error);
  const Prediction p = predict(graph, mean_field(1, 0));
  EXPECT_THROW((void)p.node("layer9.dense"), Error);
  try {
    (void)predict(graph, variances_by_name({{"layer1.weights", 1}}));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.where(), "layer1.weight");
    EXPECT_THAT(error.message(), ::testing::HasSubstr("did you mean layer1.weights"));
  }
}

}  // namespace
}  // namespace fanin::theory
