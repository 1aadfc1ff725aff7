#include "fanin/observe/histogram.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace fanin::observe {
namespace {

std::int64_t sum(const Histogram& h) { return std::accumulate(h.counts.begin(), h.counts.end(), std::int64_t{0}); }

Histogram of(const std::vector<float>& values) { return histogram(values, tensor_statistics(values)); }

TEST(Histogram, EveryBinOfAnEvenSpreadHoldsAsManyValues) {
  std::vector<float> values;
  for (int i = 0; i < 48 * 10; ++i) values.push_back((static_cast<float>(i) + 0.5F) / 480);
  const Histogram h = of(values);
  ASSERT_EQ(h.counts.size(), 48U);
  EXPECT_NEAR(h.low, 0.5 / 480, 1e-6);
  EXPECT_NEAR(h.high, 479.5 / 480, 1e-6);
  for (const std::int64_t count : h.counts) EXPECT_NEAR(static_cast<double>(count), 10, 1);
  EXPECT_EQ(sum(h), 480);
}

TEST(Histogram, AnOutlierStandsInTheLastBinAndDoesNotSqueezeTheOthers) {
  std::vector<float> values;
  for (int i = 0; i < 1000; ++i) values.push_back(std::sin(static_cast<float>(i)));
  values.push_back(1e4F);
  const Histogram h = of(values);
  EXPECT_LT(h.high, 2000);
  EXPECT_EQ(h.counts.back(), 1);
  EXPECT_EQ(sum(h), 1001);
}

TEST(Histogram, AConstantIsASingleBinAndNothingFiniteIsNone) {
  const Histogram constant = of(std::vector<float>(7, 0.25F));
  EXPECT_EQ(constant.low, 0.25);
  EXPECT_EQ(constant.high, 0.25);
  EXPECT_THAT(constant.counts, ::testing::ElementsAre(7));
  EXPECT_FALSE(of({std::nanf(""), HUGE_VALF}).taken());
  EXPECT_FALSE(of({}).taken());
}

TEST(Histogram, ValuesThatAreNotFiniteAreLeftOut) {
  const Histogram h = of({0, 1, std::nanf(""), 2, -HUGE_VALF, 3});
  EXPECT_EQ(sum(h), 4);
}

TEST(Histogram, TheWidestAndTheNarrowestRangesStayInside) {
  const float most = std::numeric_limits<float>::max();
  EXPECT_EQ(sum(of({-most, 0, most})), 3);
  const float least = std::numeric_limits<float>::denorm_min();
  EXPECT_EQ(sum(of({0, least, 2 * least})), 3);
}

}  // namespace
}  // namespace fanin::observe
