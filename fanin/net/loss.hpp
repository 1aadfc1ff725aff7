// Losses, as named in a description. The engine holds a file of the same name for each.
#pragma once

#include <span>
#include <string_view>

namespace fanin::net {

/// A network's output is [outputs] or [positions, outputs]; every position is a prediction of its own,
/// and the loss is the mean over the batch and its positions.
enum class Loss {
  softmax_cross_entropy,  ///< integer labels in [0, classes), one per position; in nats
  soft_cross_entropy,     ///< softmax against a distribution over the classes per position; in nats
  binary_cross_entropy,   ///< targets in [0, 1] for logits; mean over the outputs also; in nats
  mean_squared_error,     ///< real targets; mean over the outputs also
  huber,                  ///< real targets: d²/2 up to |d| = 1, |d| - 1/2 beyond; mean over the outputs also
};

/// Whether the loss compares with integer labels; the others take targets of the output's shape.
constexpr bool takes_labels(Loss loss) noexcept { return loss == Loss::softmax_cross_entropy; }
/// Whether an answer can be right or wrong: all but mean_squared_error and huber.
constexpr bool has_accuracy(Loss loss) noexcept { return loss != Loss::mean_squared_error && loss != Loss::huber; }

std::string_view to_string(Loss loss) noexcept;
/// Also "cross_entropy", "bce" and "mse". @throws Error unknown_name with the nearest names.
Loss parse_loss(std::string_view text);
/// The canonical names, in the order of the enumeration.
std::span<const std::string_view> loss_names() noexcept;

struct LossInfo {
  std::string_view name;
  std::string_view alias;     ///< another name, or empty
  std::string_view compares;  ///< what a prediction z is compared with
  std::string_view formula;
};
/// In the order of the enumeration; s is the logistic function, d = z - y.
std::span<const LossInfo> known_losses() noexcept;

}  // namespace fanin::net
