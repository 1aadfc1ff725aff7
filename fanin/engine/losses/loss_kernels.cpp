#include "fanin/engine/losses/loss_kernels.hpp"

namespace fanin::engine {

LossFunction loss_function(net::Loss loss) noexcept {
  switch (loss) {
    case net::Loss::softmax_cross_entropy: return softmax_cross_entropy;
    case net::Loss::soft_cross_entropy: return soft_cross_entropy;
    case net::Loss::binary_cross_entropy: return binary_cross_entropy;
    case net::Loss::mean_squared_error: return mean_squared_error;
    case net::Loss::huber: return huber;
  }
  return nullptr;
}

double reference_loss_mean(net::Loss loss, const ReferenceLossTask& task) {
  switch (loss) {
    case net::Loss::softmax_cross_entropy: return reference_softmax_cross_entropy(task);
    case net::Loss::soft_cross_entropy: return reference_soft_cross_entropy(task);
    case net::Loss::binary_cross_entropy: return reference_binary_cross_entropy(task);
    case net::Loss::mean_squared_error: return reference_mean_squared_error(task);
    case net::Loss::huber: return reference_huber(task);
  }
  return 0;
}

}  // namespace fanin::engine
