#include "fanin/experiment/training/clipping.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"

namespace fanin::experiment {
namespace {

// In the order of engine::Clipping.
constexpr std::array<ClippingInfo, 4> kClippings{{
    {"none", "g", ""},
    {"value", "each value of g into [-limit, limit]", "torch.nn.utils.clip_grad_value_"},
    {"norm", "g*min(1, limit/||g||), each parameter by its own norm", "Keras, clipnorm"},
    {"global_norm", "g*min(1, limit/||G||)", "Pascanu et al. 2013, arXiv:1211.5063"},
}};

}  // namespace

engine::Clipping parse_clipping(std::string_view text) {
  const auto* const found = std::find_if(kClippings.begin(), kClippings.end(),
                                         [text](const ClippingInfo& info) { return info.name == text; });
  if (found != kClippings.end()) return static_cast<engine::Clipping>(found - kClippings.begin());
  std::vector<std::string> names;
  for (const ClippingInfo& info : kClippings) names.emplace_back(info.name);
  throw Error(ErrorCode::unknown_name, "--clip", "no clipping '" + std::string(text) + "'; " + suggestion(text, names));
}

std::span<const ClippingInfo> known_clippings() noexcept { return kClippings; }

}  // namespace fanin::experiment
