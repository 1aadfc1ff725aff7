#include "fanin/net/loss.hpp"

#include <array>
#include <string>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"

namespace fanin::net {
namespace {

constexpr std::array<std::string_view, 5> kNames{"softmax_cross_entropy", "soft_cross_entropy", "binary_cross_entropy",
                                                 "mean_squared_error", "huber"};

}  // namespace

std::string_view to_string(Loss loss) noexcept { return kNames[static_cast<std::size_t>(loss)]; }

std::span<const std::string_view> loss_names() noexcept { return kNames; }

Loss parse_loss(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (text == kNames[i]) return static_cast<Loss>(i);
  }
  if (text == "cross_entropy") return Loss::softmax_cross_entropy;
  if (text == "bce") return Loss::binary_cross_entropy;
  if (text == "mse") return Loss::mean_squared_error;
  std::vector<std::string> known(kNames.begin(), kNames.end());
  known.insert(known.end(), {"cross_entropy", "bce", "mse"});
  throw Error(ErrorCode::unknown_name, "loss", "no loss '" + std::string(text) + "'; " + suggestion(text, known));
}

}  // namespace fanin::net
