// The definition against mathematics: its polynomials, its laws at the ends of the words, its bounds.
#include "fanin/random/reference.hpp"

#include <gtest/gtest.h>

#include <boost/math/constants/constants.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <limits>
#include <random>

namespace fanin::random {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <typename T>
T max_word() {
  return std::numeric_limits<T>::max();
}

// Words at the ends, around zero, and everywhere.
template <typename T>
std::vector<T> sample_words(int count) {
  std::vector<T> words;
  for (T i = 0; i < 40; ++i) {
    words.push_back(std::numeric_limits<T>::min() + i * i * i);
    words.push_back(std::numeric_limits<T>::max() - i * i * i);
    words.push_back(i);
    words.push_back(static_cast<T>(-i));
  }
  std::mt19937_64 engine(5);
  for (int i = 0; i < count; ++i) words.push_back(static_cast<T>(engine() >> (64 - 8 * sizeof(T))));
  return words;
}

template <typename T>
void check_normal_pair(double tolerance) {
  using Word = reference::Word<T>;
  const auto plan = plan_of<T>(Normal{}, sizeof(T) == 4 ? DType::f32 : DType::f64);
  const auto words = sample_words<Word>(200000);
  const long double width = std::ldexp(1.0L, -8 * static_cast<int>(sizeof(T)));
  const long double half_pi = boost::math::constants::half_pi<long double>();
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const long double t = (static_cast<long double>(words[i]) + 0.5L) * width;
    const long double radius = std::sqrt(-2 * (t < 0 ? std::log1p(t) : std::log(t)));
    using Bits = std::make_unsigned_t<Word>;
    const auto bits = static_cast<Bits>(words[i + 1]);
    const long double angle = static_cast<long double>(static_cast<Word>(bits << 2 | 2)) * width * half_pi;
    long double x = radius * std::cos(angle);
    long double y = radius * std::sin(angle);
    if (static_cast<Word>(bits) < 0) x = -x;
    if (static_cast<Word>(bits << 1) < 0) std::swap(x, y);
    const auto pair = reference::normal_pair<T>(words[i], words[i + 1], plan);
    ASSERT_NEAR(static_cast<double>(pair[0]), static_cast<double>(x), tolerance * static_cast<double>(radius))
        << words[i] << " " << words[i + 1];
    ASSERT_NEAR(static_cast<double>(pair[1]), static_cast<double>(y), tolerance * static_cast<double>(radius));
  }
}

TEST(Definition, BoxMullerInF32IsWithinSixUnitsInTheLastPlace) { check_normal_pair<float>(6 * 0x1p-24); }
TEST(Definition, BoxMullerInF64IsWithinSixUnitsInTheLastPlace) { check_normal_pair<double>(6 * 0x1p-53); }

TEST(Definition, NormalValuesReachBeyondSixStandardDeviationsOnBothSides) {
  const auto plan = plan_of<float>(Normal{}, DType::f32);
  const std::int32_t straight = -(1 << 29);  // angle bits 111000…: quarter 3 of 4
  const auto far = reference::normal_pair<float>(0, straight, plan);
  EXPECT_NEAR(std::hypot(far[0], far[1]), std::sqrt(2 * 33 * std::log(2.0)), 1e-5);  // 6.76
  const auto near = reference::normal_pair<float>(-1, straight, plan);
  EXPECT_NEAR(std::hypot(near[0], near[1]), std::sqrt(0x1p-32), 1e-11);  // the smallest radius: never 0
}

template <typename T>
double exact_quantile(double y, double tail) {
  // 1/2 + y is exact near the middle; the tail is exact at the ends.
  const double root_two = boost::math::constants::root_two<double>();
  if (std::abs(y) < 0.25) return root_two * boost::math::erf_inv(2 * y);
  return std::copysign(root_two * boost::math::erfc_inv(2 * tail), y);
}

TEST(Definition, QuantileInF32IsRightToEightUnitsInTheLastPlace) {
  for (float tail = 0.4999F; tail > 1.5e-11F; tail *= 0.99937F) {
    const float y = 0.5F - tail;
    if (std::abs(y) <= coefficients::kCentreF32) continue;
    const double exact = exact_quantile<float>(static_cast<double>(y), static_cast<double>(tail));
    ASSERT_NEAR(static_cast<double>(reference::quantile(y, tail)) / exact, 1, 8 * 0x1p-24) << tail;
  }
  for (float y = -coefficients::kCentreF32; y < coefficients::kCentreF32; y += 1.37e-5F) {
    const double exact = exact_quantile<float>(static_cast<double>(y), 0.5 - std::abs(static_cast<double>(y)));
    ASSERT_NEAR(static_cast<double>(reference::quantile(y, 0.5F)), exact, 8 * 0x1p-24 * std::abs(exact)) << y;
  }
}

TEST(Definition, QuantileInF64IsRightToThirtyUnitsInTheLastPlaceOrBetter) {
  for (double tail = 0.4999; tail > 1e-300; tail *= 0.9937) {
    const double exact = exact_quantile<double>(0.5 - tail, tail);
    ASSERT_NEAR(reference::quantile(0.5 - tail, tail) / exact, 1, 30 * 0x1p-53) << tail;
  }
  for (double y = -0.425; y < 0.425; y += 1.37e-5) {
    const double exact = exact_quantile<double>(y, 0.5 - std::abs(y));
    ASSERT_NEAR(reference::quantile(y, 0.5), exact, 30 * 0x1p-53 * std::abs(exact)) << y;
  }
}

// The share of the words below a word, and above it: each with all its digits.
template <typename T>
std::pair<double, double> shares(T word) {
  const long double width = std::ldexp(1.0L, -8 * static_cast<int>(sizeof(T)));
  const long double below = static_cast<long double>(word) - static_cast<long double>(std::numeric_limits<T>::min());
  const long double above = static_cast<long double>(std::numeric_limits<T>::max()) - static_cast<long double>(word);
  return {static_cast<double>((below + 0.5L) * width), static_cast<double>((above + 0.5L) * width)};
}

// Every truncated value against the exact inverse of its own probability.
void check_truncated(const TruncatedNormal& law, double tolerance_f32, double tolerance_f64) {
  const double root_two = boost::math::constants::root_two<double>();
  const auto upper_tail = [&](double x) { return 0.5 * boost::math::erfc(x / root_two); };
  const double below = upper_tail(-law.low);
  const double above = upper_tail(law.high);
  const double mass = law.low > 0 ? upper_tail(law.low) - above : upper_tail(-law.high) - below;
  const auto exact = [&](std::pair<double, double> share) {
    if (!fits_f32(law) && law.low > 0) std::swap(share.first, share.second);  // mirrored into a lower tail
    const double lower = below + share.first * mass;
    const double upper = above + share.second * mass;
    return lower < upper ? -root_two * boost::math::erfc_inv(2 * lower) : root_two * boost::math::erfc_inv(2 * upper);
  };
  const auto plan64 = plan_of<double>(law, DType::f64);
  for (const std::int64_t word : sample_words<std::int64_t>(20000)) {
    ASSERT_NEAR(reference::truncated_normal<double>(word, plan64), exact(shares(word)), tolerance_f64) << word;
  }
  if (!fits_f32(law)) return;
  const auto plan32 = plan_of<float>(law, DType::f32);
  for (const std::int32_t word : sample_words<std::int32_t>(20000)) {
    ASSERT_NEAR(static_cast<double>(reference::truncated_normal<float>(word, plan32)), exact(shares(word)),
                tolerance_f32)
        << word;
  }
}

TEST(Definition, TruncatedNormalInvertsTheDistributionFunctionOfThePiece) {
  for (const auto& [low, high] : {std::pair{-2.0, 2.0},
                                  {-1.0, 3.0},
                                  {-6.0, 6.0},
                                  {-kInfinity, kInfinity},
                                  {0.9, kInfinity},
                                  {-kInfinity, -0.9},
                                  {0.0, 0.001},
                                  {-4.5, 0.25}}) {
    SCOPED_TRACE(low);
    check_truncated({.low = low, .high = high, .corrected = false}, 3e-6, 1e-14);
  }
  for (const auto& [low, high] : {std::pair{3.0, 5.0}, {8.0, kInfinity}, {-30.0, -20.0}, {36.0, 37.0}}) {
    SCOPED_TRACE(low);
    check_truncated({.low = low, .high = high, .corrected = false}, 0, 1e-12);
  }
}

TEST(Definition, NoValueLeavesTheBoundsOfItsLaw) {
  for (const DType dtype : {DType::f32, DType::bf16, DType::f16}) {
    const Uniform narrow{.low = 0.1, .high = 0.3};
    const auto plan = plan_of<float>(narrow, dtype);
    EXPECT_GE(static_cast<double>(plan.lowest), narrow.low);
    EXPECT_LT(static_cast<double>(plan.highest), narrow.high);
    for (const std::int32_t word : sample_words<std::int32_t>(1000)) {
      const double value = static_cast<double>(reference::uniform<float>(word, plan));
      ASSERT_GE(value, narrow.low);
      ASSERT_LT(value, narrow.high);
    }
    const TruncatedNormal cut{.mean = 0.7, .std_dev = 0.1, .low = -1.5, .high = 2.5, .corrected = false};
    const auto cut_plan = plan_of<float>(cut, dtype);
    for (const std::int32_t word : sample_words<std::int32_t>(1000)) {
      const double value = static_cast<double>(reference::truncated_normal<float>(word, cut_plan));
      ASSERT_GE(value, 0.7 - 1.5 * 0.1);
      ASSERT_LE(value, 0.7 + 2.5 * 0.1);
    }
  }
}

TEST(Definition, SinglePointLawsGiveTheirPoint) {
  for (const std::int32_t word : sample_words<std::int32_t>(100)) {
    EXPECT_EQ(reference::uniform<float>(word, plan_of<float>(Uniform{.low = 0.7, .high = 0.7}, DType::f32)), 0.7F);
    EXPECT_EQ(reference::truncated_normal<float>(
                  word, plan_of<float>(TruncatedNormal{.mean = 0.7, .std_dev = 0}, DType::f32)),
              0.7F);
  }
}

TEST(Definition, F64ValuesAreTheF32ValuesWithMoreDigits) {
  const Stream stream(11, "digits");
  const auto compare = [&](const auto& law, double tolerance) {
    const auto singles = reference::tile_values<float>(stream, 9, plan_of<float>(law, DType::f32));
    const auto doubles = reference::tile_values<double>(stream, 9, plan_of<double>(law, DType::f64));
    for (std::size_t i = 0; i < singles.size(); ++i) {
      EXPECT_NEAR(static_cast<double>(singles[i]), doubles[i], tolerance);
    }
  };
  compare(Uniform{}, 2e-7);
  compare(Normal{}, 2e-6);
  compare(TruncatedNormal{}, 2e-6);
  compare(Bernoulli{.probability = 0.4}, 0);
}

}  // namespace
}  // namespace fanin::random
