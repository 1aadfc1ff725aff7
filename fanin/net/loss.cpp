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

constexpr std::array<LossInfo, 5> kLosses{{
    {kNames[0], "cross_entropy", "a label k", "-log(softmax(z)[k])"},
    {kNames[1], "", "probabilities p, one for each class", "-sum(p*log(softmax(z)))"},
    {kNames[2], "bce", "y from 0 to 1, for each output", "mean of -y*log(s(z)) - (1 - y)*log(1 - s(z))"},
    {kNames[3], "mse", "numbers y", "mean of d^2"},
    {kNames[4], "", "numbers y", "mean of d^2/2 up to |d| = 1, of |d| - 1/2 beyond"},
}};

}  // namespace

std::string_view to_string(Loss loss) noexcept { return kNames[static_cast<std::size_t>(loss)]; }

std::span<const std::string_view> loss_names() noexcept { return kNames; }

std::span<const LossInfo> known_losses() noexcept { return kLosses; }

Loss parse_loss(std::string_view text) {
  std::vector<std::string> known(kNames.begin(), kNames.end());
  for (std::size_t i = 0; i < kLosses.size(); ++i) {
    if (text == kLosses[i].name || (!text.empty() && text == kLosses[i].alias)) return static_cast<Loss>(i);
    if (!kLosses[i].alias.empty()) known.emplace_back(kLosses[i].alias);
  }
  throw Error(ErrorCode::unknown_name, "loss", "no loss '" + std::string(text) + "'; " + suggestion(text, known));
}

}  // namespace fanin::net
