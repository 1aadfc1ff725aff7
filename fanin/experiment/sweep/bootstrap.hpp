// Bootstrap intervals: how far a mean moves when the values are drawn anew from themselves.
//
//     const Interval interval = bootstrap_mean(differences, "he_normal - glorot_normal");
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace fanin::experiment {

struct Interval {
  double low = 0;  ///< NaN below two values
  double high = 0;
};

inline constexpr std::int64_t kBootstrapResamples = 10'000;

/// The 95 % percentile interval of the mean.
/// @param values  independent and finite.
/// @param name    names the random stream, with seed 1: the same values and name give the same interval everywhere.
/// @source  Efron & Tibshirani 1993, chapter 13.
Interval bootstrap_mean(std::span<const double> values, std::string_view name,
                        std::int64_t resamples = kBootstrapResamples);

}  // namespace fanin::experiment
