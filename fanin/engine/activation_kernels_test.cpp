#include "fanin/engine/activation_kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "fanin/net/activation.hpp"
#include "tests/golden/golden_file.hpp"
#include "tests/simd_targets.hpp"

namespace fanin::engine {
namespace {

std::vector<float> grid() {
  std::vector<float> points;
  for (float z = -12; z <= 12; z += 0.0137F) points.push_back(z);
  for (const float z :
       {0.0F, 1e-30F, -1e-30F, 1e-6F, -1e-6F, 20.0F, -20.0F, 88.0F, -88.0F, 100.0F, -100.0F, 1e4F, -1e4F}) {
    points.push_back(z);
  }
  return points;
}

TEST(ActivationKernels, EveryFunctionHasKernels) {
  for (const net::ActivationFunction* function : net::activation_functions()) {
    EXPECT_NE(find_activation_kernels(function->name), nullptr) << function->name;
  }
  EXPECT_EQ(activation_kernels().size(), net::activation_functions().size());
  EXPECT_EQ(find_activation_kernels("none"), nullptr);
}

TEST(ActivationKernels, ValuesAndSlopesAgreeWithTheDefinition) {
  for_every_simd_target([] {
    for (const net::ActivationFunction* function : net::activation_functions()) {
      SCOPED_TRACE(function->name);
      const net::Activation phi(*function);
      const ActivationKernels& kernels = *find_activation_kernels(function->name);
      const auto a = static_cast<float>(phi.parameter());
      const std::vector<float> x = grid();
      std::vector<float> y(x.size());
      std::vector<float> dx(x.size());
      const std::vector<float> ones(x.size(), 1.0F);
      kernels.forward(a, x.size(), x.data(), y.data());
      const float* const saved = kernels.saves == Saves::input ? x.data() : y.data();
      kernels.backward(a, x.size(), saved, ones.data(), dx.data());
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double z = x[i];
        const double value = phi.value(z);
        const double slope = phi.derivative(z);
        ASSERT_NEAR(y[i], value, 1e-6 * std::max(1.0, std::abs(value))) << "at " << z;
        ASSERT_NEAR(dx[i], slope, 2e-6 * std::max(1.0, std::abs(slope))) << "at " << z;
      }
    }
  });
}

TEST(ActivationKernels, ValuesAndSlopesAgreeWithPyTorchAlsoAtTheKinks) {
  for_every_simd_target([] {
    const golden::GoldenFile file(FANIN_GOLDEN_DIR "/engine_activations.txt");
    const std::vector<float> z = file.floats("z");
    const std::vector<float> ones(z.size(), 1.0F);
    std::size_t compared = 0;
    for (const auto& [key, expected] : file.arrays) {
      if (!key.ends_with(".value")) continue;
      const std::string entry = key.substr(0, key.size() - 6);
      SCOPED_TRACE(entry);
      const std::string name = entry == "leaky_relu_steep" ? "leaky_relu" : entry;
      const ActivationKernels* kernels = find_activation_kernels(name);
      ASSERT_NE(kernels, nullptr);
      const float a = file.contains(entry + ".parameter") ? static_cast<float>(file.number(entry + ".parameter")) : 0;
      std::vector<float> y(z.size());
      std::vector<float> dx(z.size());
      kernels->forward(a, z.size(), z.data(), y.data());
      kernels->backward(a, z.size(), kernels->saves == Saves::input ? z.data() : y.data(), ones.data(), dx.data());
      for (std::size_t i = 0; i < z.size(); ++i) {
        const double slope = file.at(entry + ".derivative")[i];
        ASSERT_NEAR(y[i], expected[i], 1e-6 * std::max(1.0, std::abs(expected[i]))) << "at " << z[i];
        ASSERT_NEAR(dx[i], slope, 2e-6 * std::max(1.0, std::abs(slope))) << "at " << z[i];
      }
      ++compared;
    }
    EXPECT_EQ(compared, 19U);  // 18 functions, leaky_relu with two slopes
  });
}

TEST(ActivationKernels, EveryLengthAndMisalignmentGivesTheSameBits) {
  for_every_simd_target([] {
    const std::vector<float> x = grid();
    for (const ActivationKernels& kernels : activation_kernels()) {
      std::vector<float> whole(x.size());
      kernels.forward(0.3F, x.size(), x.data(), whole.data());
      for (std::size_t offset = 0; offset < 5; ++offset) {
        for (std::size_t count = 0; count < 40; ++count) {
          std::vector<float> part(x.begin() + static_cast<std::ptrdiff_t>(offset),
                                  x.begin() + static_cast<std::ptrdiff_t>(offset + count));
          kernels.forward(0.3F, count, part.data(), part.data());
          for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(part[i], whole[offset + i]) << kernels.name;
        }
      }
    }
  });
}

TEST(ActivationKernels, NaNStaysNaN) {
  for_every_simd_target([] {
    for (const ActivationKernels& kernels : activation_kernels()) {
      float value = std::nanf("");
      kernels.forward(0.1F, 1, &value, &value);
      EXPECT_TRUE(std::isnan(value)) << kernels.name;
    }
  });
}

}  // namespace
}  // namespace fanin::engine
