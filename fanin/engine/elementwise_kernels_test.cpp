#include "fanin/engine/elementwise_kernels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "tests/simd_targets.hpp"

namespace fanin::engine {
namespace {

std::vector<float> normal_values(std::size_t count, unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

TEST(ElementwiseKernels, EveryLengthAndMisalignmentIsExact) {
  for_every_simd_target([] {
    const std::vector<float> a = normal_values(200, 1);
    const std::vector<float> b = normal_values(200, 2);
    for (const std::size_t offset : {0U, 1U, 3U}) {
      for (std::size_t count = 0; count < 150; ++count) {
        const float* const x = a.data() + offset;
        const float* const y = b.data() + 2 * offset;
        std::vector<float> sum(count + 1, 7), scaled(count + 1, 7), shifted(count + 1, 7), products(count + 1, 7);
        std::vector<float> rectified(count + 1, 7), gradient(count + 1, 7);
        add(count, x, y, sum.data());
        multiply(count, 0.3F, x, scaled.data());
        shift(count, 0.3F, x, shifted.data());
        product(count, x, y, products.data());
        add_and_rectify(count, x, y, rectified.data());
        rectified_gradient(count, x, y, gradient.data());
        for (std::size_t i = 0; i < count; ++i) {
          ASSERT_EQ(sum[i], x[i] + y[i]);
          ASSERT_EQ(scaled[i], 0.3F * x[i]);
          ASSERT_EQ(shifted[i], 0.3F + x[i]);
          ASSERT_EQ(products[i], x[i] * y[i]);
          ASSERT_EQ(rectified[i], std::max(0.0F, x[i] + y[i]));
          ASSERT_EQ(gradient[i], x[i] > 0 ? y[i] : 0.0F);
        }
        ASSERT_EQ(sum[count] + scaled[count] + shifted[count] + products[count], 28) << "writes past the end";
        ASSERT_EQ(rectified[count] + gradient[count], 14) << "writes past the end";
      }
    }
  });
}

TEST(ElementwiseKernels, SumsAreAccurateOverManyValues) {
  for_every_simd_target([] {
    for (const std::size_t count : {0U, 1U, 17U, 4096U, 4097U, 1000003U}) {
      const std::vector<float> a = normal_values(count, 1);
      const std::vector<float> b = normal_values(count, 2);
      double products = 0, values = 0, magnitude = 0;
      for (std::size_t i = 0; i < count; ++i) {
        products += static_cast<double>(a[i]) * static_cast<double>(b[i]);
        values += static_cast<double>(a[i]);
        magnitude += std::abs(static_cast<double>(a[i]));
      }
      EXPECT_NEAR(dot(count, a.data(), b.data()), products, 1e-7 * magnitude);
      EXPECT_NEAR(sum(count, a.data()), values, 1e-7 * magnitude);
    }
  });
}

TEST(ElementwiseKernels, RowsShareTheirFactorsAndAddUpInOrder) {
  for_every_simd_target([] {
    for (const std::size_t units : {1U, 5U, 16U, 67U}) {
      constexpr std::size_t kRows = 3;
      const std::vector<float> x = normal_values(kRows * units, 1);
      const std::vector<float> dy = normal_values(kRows * units, 2);
      std::vector<float> y(x.size()), sums(units, 9);
      multiply_rows(kRows, units, x.data(), dy.data(), y.data());
      for (std::size_t i = 0; i < x.size(); ++i) ASSERT_EQ(y[i], x[i] * dy[i % units]);
      sum_products_of_rows(kRows, units, x.data(), dy.data(), sums.data());
      for (std::size_t u = 0; u < units; ++u) {
        float expected = 0;
        for (std::size_t row = 0; row < kRows; ++row) expected += x[row * units + u] * dy[row * units + u];
        ASSERT_EQ(sums[u], expected);
      }
    }
  });
}

}  // namespace
}  // namespace fanin::engine
