#include "fanin/theory/batch_norm.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include "fanin/core/error.hpp"

namespace fanin::theory {
namespace {

ScalarFunction named(const char* name) { return net::parse_activation(name); }

TEST(BatchNorm, ReluRatesReproduceThePrintedTable) {
  struct Row {
    long batch;
    double rate;
  };
  for (const Row& row : {Row{4, 3.084061}, Row{8, 1.788190}, Row{16, 1.589950}, Row{32, 1.521953}, Row{64, 1.493063},
                         Row{128, 1.479681}, Row{1024, 1.468501}}) {
    EXPECT_NEAR(batch_norm_gradient_rate(named("relu"), row.batch), row.rate, 5.01e-7) << row.batch;
  }
}

TEST(BatchNorm, LinearRatesAreTheirClosedForm) {
  for (const long batch : {4L, 5L, 32L, 1000L}) {
    const double b = static_cast<double>(batch);
    EXPECT_NEAR(batch_norm_gradient_rate(named("linear"), batch), (b - 2) / (b - 3), 1e-12);
  }
}

TEST(BatchNorm, LargeBatchRatesReproduceThePrintedOnes) {
  EXPECT_NEAR(batch_norm_gradient_rate(named("relu")), std::numbers::pi / (std::numbers::pi - 1), 1e-12);
  EXPECT_NEAR(batch_norm_gradient_rate(named("relu")), 1.466942, 5.01e-7);
  EXPECT_NEAR(batch_norm_gradient_rate(named("tanh")), 1.177807, 5.01e-7);
  EXPECT_NEAR(batch_norm_gradient_rate(named("gelu")), 1.318845, 5.01e-7);
  EXPECT_NEAR(batch_norm_gradient_rate(named("silu")), 1.212081, 5.01e-7);
  EXPECT_NEAR(batch_norm_gradient_rate(named("selu")), 1.071575, 5.01e-7);
  EXPECT_NEAR(batch_norm_gradient_rate(named("relu"), 1000000), batch_norm_gradient_rate(named("relu")), 1e-5);
  EXPECT_NEAR(batch_norm_gradient_rate(named("leaky_relu(0.3)"), 1000000),
              batch_norm_gradient_rate(named("leaky_relu(0.3)")), 1e-5);
}

TEST(BatchNorm, TheFiniteBatchRateAgreesWithMonteCarlo) {
  // One layer of the source file's derivation by brute force: leaky_relu, B = 8. The gradient above
  // is white in the space of mean zero, the activations' covariance is that of the fixed point.
  constexpr int kBatch = 8, kDraws = 200000;
  const double a = 0.25;
  std::mt19937_64 engine(3);
  std::normal_distribution<double> normal;
  const auto centred = [&] {
    std::vector<double> v(kBatch);
    double mean = 0;
    for (double& x : v) mean += x = normal(engine);
    for (double& x : v) x -= mean / kBatch;
    return v;
  };
  double diagonal = 0, product = 0, gradient = 0, gradient2 = 0;
  for (int draw = 0; draw < kDraws; ++draw) {
    const std::vector<double> h = centred(), g = centred();
    double r2 = 0;
    for (const double x : h) r2 += x * x / kBatch;
    const double r = std::sqrt(r2);
    std::vector<double> y(kBatch), d(kBatch);
    double mean = 0, along = 0, sum = 0;
    for (int i = 0; i < kBatch; ++i) {
      const double x = h[i] / r;
      y[i] = x > 0 ? x : a * x;
      d[i] = g[i] * (x > 0 ? 1 : a);
      mean += d[i] / kBatch, along += d[i] * x / kBatch, sum += y[i];
    }
    double squares = 0, back = 0;
    for (int i = 0; i < kBatch; ++i) {
      squares += y[i] * y[i];
      const double delta = (d[i] - mean - along * h[i] / r) / r;
      back += delta * delta / (kBatch - 1);
    }
    diagonal += squares / kBatch, product += (sum * sum - squares) / (kBatch * (kBatch - 1));
    gradient += back, gradient2 += back * back;
  }
  // h above has k = 1; the network's k is that of its activations, and the rate goes as 1/k.
  const double k = (diagonal - product) / kDraws, mean = gradient / kDraws;
  const double error = std::sqrt((gradient2 / kDraws - mean * mean) / kDraws) / k;
  EXPECT_NEAR(batch_norm_gradient_rate(named("leaky_relu(0.25)"), kBatch), mean / k, 5 * error);
}

TEST(BatchNorm, DepthFollowsTheRateAndBadRequestsAreRefused) {
  EXPECT_NEAR(batch_norm_trainable_depth(std::exp(0.5)), 32, 1e-12);
  EXPECT_THROW((void)batch_norm_gradient_rate(named("relu"), 3), Error);
  EXPECT_THROW((void)batch_norm_gradient_rate(named("tanh"), 32), Error);
}

}  // namespace
}  // namespace fanin::theory
