#include "fanin/net/loss.hpp"

#include <array>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"

namespace fanin::net {

std::string_view to_string(Loss loss) noexcept {
  return loss == Loss::softmax_cross_entropy ? "softmax_cross_entropy" : "mean_squared_error";
}

Loss parse_loss(std::string_view text) {
  if (text == "softmax_cross_entropy" || text == "cross_entropy") return Loss::softmax_cross_entropy;
  if (text == "mean_squared_error" || text == "mse") return Loss::mean_squared_error;
  const std::array<std::string, 4> known{"softmax_cross_entropy", "cross_entropy", "mean_squared_error", "mse"};
  throw Error(ErrorCode::unknown_name, "loss", "no loss '" + std::string(text) + "'; " + suggestion(text, known));
}

}  // namespace fanin::net
