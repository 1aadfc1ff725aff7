// Whether labels or targets have to do with the inputs in a way that is easy to see: simple answers learned from half
// of the rows and judged on the other half.
#pragma once

#include <cstdint>
#include <span>

namespace fanin::experiment {

struct LabelSignal {
  double value = 0;   ///< better than chance by
  double error = 0;   ///< its standard error
  double linear = 0;  ///< what the linear one of the simple answers gives
};

/// Classification: the accuracy of the nearest class mean or of the nearest row, whichever is better, minus that of the
/// most frequent class. Features are brought to unit variance first.
/// @param inputs  [rows, features]. @param labels  [rows], in [0, classes).
LabelSignal class_signal(std::span<const float> inputs, std::span<const std::int32_t> labels, std::int64_t features,
                         std::int64_t classes);

/// Regression: 1 − residual variance of a linear fit (20 steps of conjugate gradients) or of the nearest row's target,
/// whichever is better, mean over outputs, the first 16 of them.
/// @param targets  [rows, outputs].
LabelSignal target_signal(std::span<const float> inputs, std::span<const float> targets, std::int64_t features,
                          std::int64_t outputs);

}  // namespace fanin::experiment
