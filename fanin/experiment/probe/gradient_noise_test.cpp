#include "fanin/experiment/probe/gradient_noise.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "fanin/core/shape.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

void show(GradientNoise& noise, std::vector<float> values) {
  const Shape shape{static_cast<std::int64_t>(values.size())};
  noise.see({net::TapKind::weight_gradient, "w", values, &shape});
}

TEST(GradientNoise, IsTheVarianceOverTheMeanOfFewParts) {
  // Parts (1, 2) and (3, 2), each of 5 rows: mean (2, 2), variances (2, 0); a row's is five times a part's.
  GradientNoise noise;
  show(noise, {1, 2});
  show(noise, {3, 2});
  EXPECT_NEAR(noise.of("w", 5).noise_scale, 5 * 2.0 / 8, 1e-12);
  EXPECT_NEAR(noise.of("w", 5).signal_to_noise, 4.0 / 2, 1e-12);  // the second element does not vary
}

TEST(GradientNoise, FindsTheCovarianceThatPartsWereDrawnWith) {
  // 64 parts of 4 rows around a mean of 1 in 1000 elements: a row's variance is 3, so tr Σ/‖g‖² is 3.
  GradientNoise noise;
  for (int part = 0; part < 64; ++part) {
    std::vector<float> values(1000);
    random::fill_normal(random::Stream(static_cast<std::uint64_t>(part), "test"), 0,
                        {.mean = 1, .std_dev = std::sqrt(3.0 / 4)}, values);
    show(noise, values);
  }
  // The measured ‖g‖² is larger than 1000 by tr Σ/(64·4) = 1.2 %.
  EXPECT_NEAR(noise.of("w", 4).noise_scale, 3 / 1.0117, 3 * 3 * std::sqrt(2.0 / 64000));
}

TEST(GradientNoise, IsUnknownForOnePartAndForAGradientOfZeros) {
  GradientNoise noise;
  EXPECT_TRUE(std::isnan(noise.of("w", 5).noise_scale));
  show(noise, {0, 0});
  EXPECT_TRUE(std::isnan(noise.of("w", 5).noise_scale));
  show(noise, {0, 0});
  EXPECT_TRUE(std::isnan(noise.of("w", 5).noise_scale));
  EXPECT_TRUE(std::isnan(noise.of("w", 5).signal_to_noise));
}

}  // namespace
}  // namespace fanin::experiment
