#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::random {
namespace {

TEST(Integers, AreUniformBelowTheirBound) {
  constexpr std::uint64_t kBound = 10;
  std::vector<std::uint64_t> draws(1000000);
  fill_integers(Stream(1, "integers"), 0, kBound, draws);
  std::array<double, kBound> counts{};
  for (const std::uint64_t draw : draws) {
    ASSERT_LT(draw, kBound);
    ++counts[draw];
  }
  const double expected = static_cast<double>(draws.size()) / kBound;
  double chi_squared = 0;
  for (const double count : counts) chi_squared += (count - expected) * (count - expected) / expected;
  EXPECT_LT(chi_squared, 27.9);  // the 0.999 quantile with 9 degrees of freedom
}

TEST(Integers, AreTheHighHalfOfTheProductWithTheWord) {
  const Stream stream(2, "integers");
  std::vector<std::uint64_t> words(200);
  fill_integers(stream, 0, ~std::uint64_t{0}, words);  // floor(word (1 - 2^-64)): within 1 of the word
  for (const std::uint64_t bound :
       {std::uint64_t{1}, std::uint64_t{3}, std::uint64_t{1} << 32, std::uint64_t{0x123456789ABCDEF}}) {
    std::vector<std::uint64_t> draws(words.size());
    fill_integers(stream, 0, bound, draws);
    for (std::size_t i = 0; i < draws.size(); ++i) {
      const long double exact = static_cast<long double>(words[i]) * 0x1p-64L * static_cast<long double>(bound);
      EXPECT_NEAR(static_cast<double>(static_cast<long double>(draws[i]) - exact), -0.5, 0.51) << i;
    }
  }
}

TEST(Integers, OfASliceAreThoseOfTheWhole) {
  const Stream stream(3, "slice");
  std::vector<std::uint64_t> whole(300);
  fill_integers(stream, 1000, 77, whole);
  for (std::size_t first : {0, 1, 63, 64, 100}) {
    std::vector<std::uint64_t> part(150);
    fill_integers(stream, 1000 + first, 77, part);
    EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin() + static_cast<std::ptrdiff_t>(first)));
  }
  EXPECT_THROW(fill_integers(stream, 0, 0, whole), Error);
  EXPECT_THROW(fill_integers(stream, ~std::uint64_t{0}, 5, whole), Error);
}

TEST(Permutation, HoldsEveryNumberOnce) {
  for (const std::uint64_t n : {0, 1, 2, 63, 64, 65, 1000}) {
    auto order = permutation(Stream(4, "order"), n);
    ASSERT_EQ(order.size(), n);
    std::sort(order.begin(), order.end());
    for (std::uint64_t i = 0; i < n; ++i) ASSERT_EQ(order[i], i);
  }
  EXPECT_THROW(permutation(Stream(4, "order"), (std::uint64_t{1} << 32) + 1), Error);
}

TEST(Permutation, OfFourComesInAllTwentyFourOrdersEquallyOften) {
  std::vector<double> counts(256, 0);
  constexpr int kRuns = 48000;
  for (int run = 0; run < kRuns; ++run) {
    const auto order = permutation(Stream(static_cast<std::uint64_t>(run), "shuffle"), 4);
    ++counts[order[0] + 4 * order[1] + 16 * order[2] + 64 * order[3]];
  }
  const double expected = kRuns / 24.0;
  double chi_squared = 0;
  int orders = 0;
  for (const double count : counts) {
    if (count == 0) continue;
    ++orders;
    chi_squared += (count - expected) * (count - expected) / expected;
  }
  EXPECT_EQ(orders, 24);
  EXPECT_LT(chi_squared, 49.7);  // the 0.999 quantile with 23 degrees of freedom
}

}  // namespace
}  // namespace fanin::random
