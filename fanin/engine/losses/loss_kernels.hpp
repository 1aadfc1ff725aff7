// The losses on network outputs, one file each in this folder. A batch may come in parts: what all
// parts share divides the gradients.
#pragma once

#include <cstdint>
#include <span>

#include "fanin/engine/plan.hpp"

namespace fanin::engine {

/// Predictions (rows times positions) of a part of a batch and what they are compared with.
struct LossTask {
  std::int64_t predictions = 0;          ///< in this part
  std::int64_t outputs = 0;              ///< classes, or values per prediction
  const float* values = nullptr;         ///< the network's, [predictions, outputs]
  const std::int32_t* labels = nullptr;  ///< [predictions], where net::takes_labels
  const float* targets = nullptr;        ///< [predictions, outputs], otherwise
  double normalizer = 1;                 ///< predictions of the whole batch: gradients are those of the mean over it
  double label_smoothing = 0;
  float* gradient = nullptr;  ///< [predictions, outputs]; null: not wanted. May not alias values.
};

/// loss_sum is summed over the predictions.
using LossFunction = BatchResult (*)(const LossTask& task) noexcept;

/// Softmax cross-entropy of integer labels, in nats, safe for any finite logits: the largest logit is
/// subtracted first. A label outside [0, outputs) makes the loss NaN.
BatchResult softmax_cross_entropy(const LossTask& task) noexcept;
/// Softmax against the distribution in `targets`; right when both have their largest at the same class.
BatchResult soft_cross_entropy(const LossTask& task) noexcept;
/// Sigmoid and cross-entropy for each output, mean over the outputs; right when every output is on its
/// target's side of one half.
BatchResult binary_cross_entropy(const LossTask& task) noexcept;
/// Mean over the outputs of the squared difference, as PyTorch's MSELoss.
BatchResult mean_squared_error(const LossTask& task) noexcept;
/// Mean over the outputs, as PyTorch's HuberLoss with delta 1.
BatchResult huber(const LossTask& task) noexcept;

LossFunction loss_function(net::Loss loss) noexcept;

/// The same in double precision, readable: values, and labels or targets, as in LossTask.
struct ReferenceLossTask {
  std::int64_t predictions = 0;
  std::int64_t outputs = 0;
  std::span<const double> values = {};
  std::span<const std::int32_t> labels = {};
  std::span<const float> targets = {};
  double label_smoothing = 0;
};
/// The mean over the predictions.
double reference_loss_mean(net::Loss loss, const ReferenceLossTask& task);
double reference_softmax_cross_entropy(const ReferenceLossTask& task);
double reference_soft_cross_entropy(const ReferenceLossTask& task);
double reference_binary_cross_entropy(const ReferenceLossTask& task);
double reference_mean_squared_error(const ReferenceLossTask& task);
double reference_huber(const ReferenceLossTask& task);

}  // namespace fanin::engine
