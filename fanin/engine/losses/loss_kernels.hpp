// The losses on a batch of network outputs, one file each in this folder.
#pragma once

#include <cstdint>
#include <span>

#include "fanin/engine/plan.hpp"

namespace fanin::engine {

/// Softmax cross-entropy of integer labels, in nats, safe for any finite logits: the row's largest
/// logit is subtracted first.
/// @param logits    [rows, classes].
/// @param labels    [rows], each in [0, classes); any other makes the loss NaN.
/// @param gradient  [rows, classes], ∂(mean loss)/∂logits; null: not wanted. May not alias logits.
BatchResult softmax_cross_entropy(std::int64_t rows, std::int64_t classes, const float* logits,
                                  const std::int32_t* labels, float* gradient) noexcept;

/// Mean squared error over rows and outputs, as PyTorch's MSELoss; loss_sum is that mean times rows.
/// @param gradient  ∂(mean loss)/∂outputs; null: not wanted.
BatchResult mean_squared_error(std::int64_t rows, std::int64_t outputs, const float* values, const float* targets,
                               float* gradient) noexcept;

/// The same in double precision, readable: the mean loss over the rows.
double reference_softmax_cross_entropy(std::int64_t rows, std::int64_t classes, std::span<const double> logits,
                                       std::span<const std::int32_t> labels);
double reference_mean_squared_error(std::span<const double> values, std::span<const float> targets);

}  // namespace fanin::engine
