#include <gtest/gtest.h>

#include <cmath>

#include "fanin/engine/losses/loss_kernels.hpp"
#include "tests/golden/golden_file.hpp"
#include "tests/simd_targets.hpp"

namespace fanin::engine {
namespace {

TEST(SoftmaxCrossEntropy, ExtremeLogitsGiveTheExactLossAndGradient) {
  for_every_simd_target([] {
    const golden::GoldenFile file(FANIN_GOLDEN_DIR "/engine_softmax_cross_entropy.txt");
    const std::vector<float> logits = file.floats("logits");
    const std::size_t rows = file.at("labels").size();
    for (std::size_t row = 0; row < rows; ++row) {
      const auto label = static_cast<std::int32_t>(file.at("labels")[row]);
      std::vector<float> gradient(5);
      const BatchResult result = softmax_cross_entropy({.predictions = 1,
                                                        .outputs = 5,
                                                        .values = logits.data() + 5 * row,
                                                        .labels = &label,
                                                        .gradient = gradient.data()});
      const double expected = file.at("loss")[row];
      EXPECT_NEAR(result.loss_sum, expected, 1e-6 + 1e-6 * expected) << "row " << row;
      for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_NEAR(gradient[i], file.at("gradient")[5 * row + i], 3e-7) << "row " << row;
      }
    }
  });
}

TEST(SoftmaxCrossEntropy, CountsRightAnswersAndDividesTheGradientByTheRows) {
  for_every_simd_target([] {
    for (const std::int64_t classes : {2, 10, 16, 17, 40}) {
      std::vector<float> logits(static_cast<std::size_t>(3 * classes));
      for (std::size_t i = 0; i < logits.size(); ++i) logits[i] = std::sin(static_cast<float>(i));
      std::vector<std::int32_t> labels{0, 1, static_cast<std::int32_t>(classes - 1)};
      std::vector<float> gradient(logits.size());
      const BatchResult result = softmax_cross_entropy({.predictions = 3,
                                                        .outputs = classes,
                                                        .values = logits.data(),
                                                        .labels = labels.data(),
                                                        .normalizer = 3,
                                                        .gradient = gradient.data()});
      const std::vector<double> exact(logits.begin(), logits.end());
      EXPECT_NEAR(
          result.loss_sum / 3,
          reference_softmax_cross_entropy({.predictions = 3, .outputs = classes, .values = exact, .labels = labels}),
          1e-6);
      std::int64_t correct = 0;
      for (std::int64_t row = 0; row < 3; ++row) {
        const auto first = logits.begin() + row * classes;
        correct += std::max_element(first, first + classes) - first == labels[static_cast<std::size_t>(row)] ? 1 : 0;
      }
      EXPECT_EQ(result.correct, correct);
      float sum = 0;
      for (const float g : gradient) sum += g;
      EXPECT_NEAR(sum, 0, 1e-6);
    }
  });
}

TEST(SoftmaxCrossEntropy, TiesGoToTheFirstClassAndNaNIsNeverRight) {
  const float equal[3] = {0, 0, 0};
  const std::int32_t labels[2] = {0, 1};
  EXPECT_EQ(softmax_cross_entropy({.predictions = 1, .outputs = 3, .values = equal, .labels = labels}).correct, 1);
  EXPECT_EQ(softmax_cross_entropy({.predictions = 1, .outputs = 3, .values = equal, .labels = labels + 1}).correct, 0);
  const float broken[3] = {std::nanf(""), std::nanf(""), std::nanf("")};
  const std::int32_t last = 2;
  const BatchResult result = softmax_cross_entropy({.predictions = 1, .outputs = 3, .values = broken, .labels = &last});
  EXPECT_EQ(result.correct, 0);
  EXPECT_TRUE(std::isnan(result.loss_sum));
  const float partly[3] = {1, std::nanf(""), 2};  // NaN in any logit is NaN in the loss
  EXPECT_TRUE(
      std::isnan(softmax_cross_entropy({.predictions = 1, .outputs = 3, .values = partly, .labels = &last}).loss_sum));
}

}  // namespace
}  // namespace fanin::engine
