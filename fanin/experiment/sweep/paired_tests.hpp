// Tests of paired differences: is their mean zero? And Holm's correction where several questions are asked at once.
//
//     const std::vector<double> p{paired_t_p_value(against_he), paired_t_p_value(against_glorot)};
//     const std::vector<double> adjusted = holm(p);   // compare these with 0.05
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fanin::experiment {

/// All three are two-sided and take the differences of pairs, finite and independent; NaN where nothing can be
/// said. Differences that are all zero give 1.

/// Student's t on the differences, which it takes for normal. NaN below two, and where all differ from zero by the
/// same: their spread, which the test lives by, is then unknown.
double paired_t_p_value(std::span<const double> differences);

inline constexpr std::int64_t kMostSignFlips = 20;  ///< pairs whose 2^n signs are all tried

/// The share of all 2^n ways to give the differences signs whose mean is at least as far from zero: it assumes nothing
/// but that a difference of a pair could as well have had the other sign. From n pairs it gives 2^(1-n) at least.
/// @param differences  at most kMostSignFlips. @throws Error bad_value beyond.
double sign_flip_p_value(std::span<const double> differences);

/// Wilcoxon's signed ranks: zeros are left out, equal sizes share their mean rank. Exact up to 100 differences, also
/// with ties; beyond, the normal approximation with the correction for ties and for continuity.
/// @source  Wilcoxon 1945; Pratt & Gibbons 1981, section 3.
double wilcoxon_p_value(std::span<const double> differences);

/// Adjusted p-values in the same order: rejecting where one is below α errs with probability α at most in the whole
/// family. NaN stays NaN and does not count. @source  Holm 1979.
std::vector<double> holm(std::span<const double> p_values);

/// Mid-ranks from 1: the smallest value has rank 1, equal values share the mean of their ranks.
std::vector<double> mid_ranks(std::span<const double> values);

}  // namespace fanin::experiment
