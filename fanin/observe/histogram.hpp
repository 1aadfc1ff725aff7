// How a tensor's values spread: a few dozen equal bins around the mean.
//
//     const Histogram h = histogram(values, tensor_statistics(values));
//     h.counts[k];                             // values in [low + k·w, low + (k + 1)·w), w = (high - low)/bins
#pragma once

#include <span>

#include "fanin/core/tensor_statistics.hpp"
#include "fanin/observe/trace.hpp"

namespace fanin::observe {

inline constexpr int kHistogramBins = 48;

/// Bins from the smallest to the largest value, but no further than four standard deviations from the mean: a single
/// outlier must not push all others into one bin. The counts add up to the number of finite values.
/// @param statistics  of `values`.
/// @return  not taken where no value is finite; a single bin [x, x] where all of them are x.
Histogram histogram(std::span<const float> values, const TensorStatistics& statistics);

}  // namespace fanin::observe
