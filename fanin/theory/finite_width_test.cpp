#include "fanin/theory/finite_width.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "fanin/core/error.hpp"

namespace fanin::theory {
namespace {

TEST(FiniteWidth, BornDeadReproducesTheTable) {
  // Nine hidden layers: Lu et al. 2019's formula.
  struct Row {
    std::int64_t width;
    double probability;
  };
  for (const Row& row : {Row{2, .9249}, Row{3, .6993}, Row{5, .2485}, Row{10, .0088}}) {
    EXPECT_NEAR(born_dead_probability(std::vector<std::int64_t>(9, row.width)), row.probability, 5.01e-5);
  }
  EXPECT_NEAR(born_dead_probability(std::vector<std::int64_t>(4, 60)) / std::ldexp(4.0, -60), 1, 1e-12);
  EXPECT_EQ(born_dead_probability({}), 0);
}

TEST(FiniteWidth, BornDeadAgreesWithDrawnNetworks) {
  std::mt19937_64 engine(13);
  std::normal_distribution<double> normal;
  constexpr int kNetworks = 4000, kWidth = 3, kLayers = 5;
  int dead = 0;
  for (int network = 0; network < kNetworks; ++network) {
    std::vector<double> x{1, 0.5, -0.2};
    for (int layer = 0; layer < kLayers; ++layer) {
      std::vector<double> y(kWidth, 0);
      for (double& out : y) {
        for (const double in : x) out += normal(engine) * in;
        out = out > 0 ? out : 0;
      }
      x = y;
    }
    dead += x == std::vector<double>(kWidth, 0);
  }
  const double p = born_dead_probability(std::vector<std::int64_t>(kLayers, kWidth));
  EXPECT_NEAR(static_cast<double>(dead) / kNetworks, p, 4 * std::sqrt(p * (1 - p) / kNetworks));
}

TEST(FiniteWidth, TheSquaredLengthAgreesWithDrawnNetworks) {
  // M_L: mean square of the last layer's pre-activations over that of the first hidden layer's inputs.
  std::mt19937_64 engine(17);
  std::normal_distribution<double> normal;
  constexpr int kNetworks = 20000;
  const std::vector<std::int64_t> widths{24, 16, 32};
  double sum = 0, sum2 = 0, sum4 = 0;
  for (int network = 0; network < kNetworks; ++network) {
    // Given the length of the layer below, a layer's pre-activations are independent normals.
    double square = 1;
    for (const std::int64_t width : widths) {
      double next = 0;
      for (std::int64_t i = 0; i < width; ++i) {
        const double u = std::sqrt(2 * square) * normal(engine);
        if (u > 0) next += u * u / static_cast<double>(width);
      }
      square = next;
    }
    sum += square, sum2 += square * square, sum4 += square * square * square * square;
  }
  const double second = sum2 / kNetworks;
  EXPECT_NEAR(sum / kNetworks, 1, 4 * std::sqrt((second - 1) / kNetworks));
  const double error = std::sqrt((sum4 / kNetworks - second * second) / kNetworks);
  EXPECT_NEAR(second, relu_length_second_moment(widths), 4 * error);
  EXPECT_NEAR(relu_length_second_moment(widths), (1 + 5.0 / 24) * (1 + 5.0 / 16) * (1 + 5.0 / 32), 1e-14);
}

TEST(FiniteWidth, ResidualStreamsGrowByTheirBranch) {
  EXPECT_NEAR(residual_variance_factor(1, 10), 1024, 1e-10);
  EXPECT_NEAR(residual_variance_factor(1.0 / 50, 50), std::pow(1 + 1.0 / 50, 50), 1e-12);
  EXPECT_LT(residual_variance_factor(1e-6, 1000000), std::exp(1.0));
}

TEST(FiniteWidth, ImpossibleWidthsAreRefused) {
  const std::vector<std::int64_t> bad{4, 0};
  EXPECT_THROW((void)born_dead_probability(bad), Error);
  EXPECT_THROW((void)relu_length_second_moment(bad), Error);
  EXPECT_THROW((void)residual_variance_factor(-1, 3), Error);
}

}  // namespace
}  // namespace fanin::theory
