// Bootstrap intervals: how far a mean moves when the values are drawn anew from themselves.
//
//     const Interval interval = bootstrap_mean(differences, "he_normal - glorot_normal");
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace fanin::experiment {

struct Interval {
  double low = 0;  ///< NaN below kFewestValues
  double high = 0;
};

inline constexpr std::int64_t kBootstrapResamples = 10'000;

/// Resampled means never leave the values' range, which holds the mean of a symmetric law with probability 1 - 2^(1-n)
/// only: below six values no such interval can keep 95 %.
inline constexpr std::size_t kFewestValues = 6;

/// The 95 % interval of the mean by expanded percentiles: its tails are wider than 2.5 % by what the percentile
/// interval of n values is too narrow, which takes the n of the variance for n - 1 and the normal law for Student's.
/// @param values    independent and finite.
/// @param name      names the random stream, with seed 1: the same values and name give the same interval everywhere.
/// @accuracy        covers the mean of normal values in 93 % (n = 6), 94 % (n = 10) and 95 % (n = 30) of all cases,
/// where
///                  plain percentiles cover it in 86, 90 and 94 %; of exponential ones in 87, 91 and 93 %.
/// @source          Hesterberg 2015, The American Statistician 69, 371-386, "expanded percentile intervals".
Interval bootstrap_mean(std::span<const double> values, std::string_view name,
                        std::int64_t resamples = kBootstrapResamples);

}  // namespace fanin::experiment
