// Statistical proof at fixed seeds: moments, distribution functions, tails, and independence of
// neighbouring names, seeds and slices. Bounds are four standard errors unless they say otherwise.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <boost/math/constants/constants.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "fanin/random/stream.hpp"

namespace fanin::random {
namespace {

constexpr std::size_t kDraws = 100000000;
constexpr std::size_t kChunk = 1 << 18;
constexpr double kErrors = 4;

/// Sums of the powers 1 to 4 and counts beyond cuts, over kDraws values in chunks.
struct Sums {
  std::array<double, 4> powers{};
  std::array<double, 3> above{};  // beyond +3, +4, +5
  std::array<double, 3> below{};
};

Sums sums_of(const Law& law, std::uint64_t seed) {
  const Stream stream(seed, "statistics");
  std::vector<float> values(kChunk);
  Sums sums;
  constexpr std::size_t kLanes = 16;
  for (std::size_t first = 0; first < kDraws; first += kChunk) {
    const std::size_t count = std::min(kChunk, kDraws - first);
    fill(stream, first, law, std::span(values).first(count));
    std::array<std::array<double, kLanes>, 4> lanes{};
    std::array<std::array<int, kLanes>, 6> tails{};
    for (std::size_t i = 0; i + kLanes <= count; i += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const auto x = static_cast<double>(values[i + lane]);
        lanes[0][lane] += x;
        lanes[1][lane] += x * x;
        lanes[2][lane] += x * x * x;
        lanes[3][lane] += x * x * x * x;
        for (std::size_t k = 0; k < 3; ++k) {
          tails[k][lane] += x > 3.0 + static_cast<double>(k);
          tails[3 + k][lane] += x < -3.0 - static_cast<double>(k);
        }
      }
    }
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      for (std::size_t k = 0; k < 4; ++k) sums.powers[k] += lanes[k][lane];
      for (std::size_t k = 0; k < 3; ++k) {
        sums.above[k] += tails[k][lane];
        sums.below[k] += tails[3 + k][lane];
      }
    }
  }
  static_assert(kDraws % kLanes == 0 && kChunk % kLanes == 0);
  return sums;
}

// `raw` holds the exact raw moments 1 to 8.
void expect_moments(const Sums& sums, const std::array<double, 8>& raw) {
  for (std::size_t k = 0; k < 4; ++k) {
    const double error = std::sqrt((raw[2 * k + 1] - raw[k] * raw[k]) / static_cast<double>(kDraws));
    EXPECT_NEAR(sums.powers[k] / static_cast<double>(kDraws), raw[k], kErrors * error) << "moment " << k + 1;
  }
}

double upper_tail(double x) { return 0.5 * boost::math::erfc(x / boost::math::constants::root_two<double>()); }

TEST(Statistics, NormalMomentsAndTailsAreRightOnHundredMillionDraws) {
  const Sums sums = sums_of(Normal{}, 1);
  expect_moments(sums, {0, 1, 0, 3, 0, 15, 0, 105});
  for (std::size_t k = 0; k < 3; ++k) {
    const double expected =
        static_cast<double>(kDraws) * upper_tail(3.0 + static_cast<double>(k));  // 134990, 3167, 28.7
    EXPECT_NEAR(sums.above[k], expected, kErrors * std::sqrt(expected)) << "beyond +" << 3 + k;
    EXPECT_NEAR(sums.below[k], expected, kErrors * std::sqrt(expected)) << "beyond -" << 3 + k;
  }
}

TEST(Statistics, UniformMomentsAreRightOnHundredMillionDraws) {
  const Sums sums = sums_of(Uniform{.low = -1, .high = 1}, 2);
  expect_moments(sums, {0, 1.0 / 3, 0, 1.0 / 5, 0, 1.0 / 7, 0, 1.0 / 9});
}

TEST(Statistics, TruncatedNormalMomentsAreRightOnHundredMillionDraws) {
  const TruncatedNormal law{};
  const Sums sums = sums_of(law, 3);
  // E x^k between -b and b: (k - 1) E x^(k-2) - 2 b^(k-1) f(b) / Z, times s^k.
  const double density = std::exp(-2.0) * boost::math::constants::one_div_root_two_pi<double>();
  const double mass = 1 - 2 * upper_tail(2);
  std::array<double, 8> raw{};
  double previous = 1;
  const double s = std_dev_before_cut(law);
  for (int k = 2; k <= 8; k += 2) {
    previous = (k - 1) * previous - 2 * std::pow(2.0, k - 1) * density / mass;
    raw[static_cast<std::size_t>(k) - 1] = previous * std::pow(s, k);
  }
  EXPECT_NEAR(raw[1], 1, 1e-12);  // `std_dev` is meant after the cut
  expect_moments(sums, raw);
}

// The largest distance between the empirical and the exact distribution function, times sqrt(n).
double kolmogorov_smirnov(std::vector<double> values, const std::function<double(double)>& distribution) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double distance = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double exact = distribution(values[i]);
    const auto rank = static_cast<double>(i);
    distance = std::max({distance, exact - rank / n, (rank + 1) / n - exact});
  }
  return distance * std::sqrt(n);
}

TEST(Statistics, DistributionsPassKolmogorovAndSmirnov) {
  constexpr double kCritical = 1.95;  // exceeded once in a thousand
  const auto draws = [](const Law& law) {
    std::vector<float> values(500000);
    fill(Stream(4, "ks"), 0, law, std::span(values));
    return std::vector<double>(values.begin(), values.end());
  };
  EXPECT_LT(kolmogorov_smirnov(draws(Uniform{}), [](double x) { return x; }), kCritical);
  EXPECT_LT(kolmogorov_smirnov(draws(Normal{}), [](double x) { return upper_tail(-x); }), kCritical);
  for (const auto& [low, high] : {std::pair{-2.0, 2.0}, {-4.0, 1.0}, {3.0, 5.0}, {-3.0, -2.5}, {0.9, 8.0}}) {
    const TruncatedNormal law{.low = low, .high = high, .corrected = false};
    const double above_low = upper_tail(low);
    const double mass = above_low - upper_tail(high);
    EXPECT_LT(kolmogorov_smirnov(draws(law), [&](double x) { return (above_low - upper_tail(x)) / mass; }), kCritical)
        << low;
  }
}

TEST(Statistics, DoublesPassKolmogorovAndSmirnov) {
  const auto draws = [](const Law& law) {
    std::vector<double> values(500000);
    fill(Stream(5, "ks"), 0, law, std::span(values));
    return values;
  };
  EXPECT_LT(kolmogorov_smirnov(draws(Uniform{}), [](double x) { return x; }), 1.95);
  EXPECT_LT(kolmogorov_smirnov(draws(Normal{}), [](double x) { return upper_tail(-x); }), 1.95);
  const TruncatedNormal cut{.low = -2, .high = 2, .corrected = false};
  const double mass = 1 - 2 * upper_tail(2);
  EXPECT_LT(kolmogorov_smirnov(draws(cut), [&](double x) { return (upper_tail(-2) - upper_tail(x)) / mass; }), 1.95);
}

TEST(Statistics, BernoulliSucceedsAsOftenAsItShould) {
  std::vector<float> values(10000000);
  const auto n = static_cast<double>(values.size());
  for (const double probability : {1e-4, 0.1, 0.5, 0.9}) {
    fill(Stream(6, "bernoulli"), 0, Bernoulli{.probability = probability}, std::span(values));
    const auto successes = static_cast<double>(std::count(values.begin(), values.end(), 1.0F));
    EXPECT_NEAR(successes / n, probability, kErrors * std::sqrt(probability * (1 - probability) / n)) << probability;
  }
}

double correlation(const std::vector<float>& a, const std::vector<float>& b, bool squares) {
  double product = 0;
  double a_squared = 0;
  double b_squared = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const auto x = static_cast<double>(a[i]);
    const auto y = static_cast<double>(b[i]);
    const double u = squares ? x * x - 1 : x;
    const double v = squares ? y * y - 1 : y;
    product += u * v;
    a_squared += u * u;
    b_squared += v * v;
  }
  return product / std::sqrt(a_squared * b_squared);
}

void expect_uncorrelated(const std::vector<float>& a, const std::vector<float>& b, const std::string& what) {
  const double bound = kErrors / std::sqrt(static_cast<double>(std::min(a.size(), b.size())));
  EXPECT_LT(std::abs(correlation(a, b, false)), bound) << what;
  EXPECT_LT(std::abs(correlation(a, b, true)), bound) << what << ", squares";
}

TEST(Statistics, NeighbouringNamesSeedsAndSlicesAreUncorrelated) {
  constexpr std::size_t kCount = 2000000;
  const auto normals = [](std::uint64_t seed, const std::string& name, std::uint64_t first) {
    std::vector<float> values(kCount);
    fill(Stream(seed, name), first, Normal{}, std::span(values));
    return values;
  };
  const auto base = normals(1, "layer1.weight", 0);
  expect_uncorrelated(base, normals(1, "layer2.weight", 0), "names one letter apart");
  expect_uncorrelated(base, normals(1, "layer1.weighu", 0), "names one bit apart");
  expect_uncorrelated(base, normals(1, "", 0), "the empty name");
  expect_uncorrelated(base, normals(2, "layer1.weight", 0), "neighbouring seeds");
  expect_uncorrelated(base, normals(1 | std::uint64_t{1} << 32, "layer1.weight", 0), "seeds apart in the upper half");
  for (const std::uint64_t lag : {1, 2, 3, 4, 15, 16, 17, 32, 48, 63, 64, 65, 128, 1024, 4096}) {
    expect_uncorrelated(base, normals(1, "layer1.weight", lag), "lag " + std::to_string(lag));
  }
  expect_uncorrelated(base, normals(1, "layer1.weight", kCount), "slices next to each other");
}

}  // namespace
}  // namespace fanin::random
