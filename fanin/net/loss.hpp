// Losses, as named in a description. The engine holds a file of the same name for each.
#pragma once

#include <string_view>

namespace fanin::net {

enum class Loss {
  softmax_cross_entropy,  ///< integer labels in [0, classes); mean over the batch, in nats
  mean_squared_error,     ///< real targets; mean over the batch and the outputs
};

std::string_view to_string(Loss loss) noexcept;
/// Also "cross_entropy" and "mse". @throws Error unknown_name with the nearest names.
Loss parse_loss(std::string_view text);

}  // namespace fanin::net
