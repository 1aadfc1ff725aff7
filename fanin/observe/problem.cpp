// The ids of the problems, and a page of plain words about each.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/observe/diagnosis.hpp"

namespace fanin::observe {
namespace {

constexpr std::array<std::string_view, 24> kIds{
    "vanishing_gradient", "exploding_gradient", "vanishing_activation", "exploding_activation", "saturated_activation",
    "dead_relu",          "symmetric_units",    "correlation_collapse", "poor_init_scale",      "wrong_fan_mode",
    "gain_mismatch",      "bias_init",          "untrained_layer",      "non_finite",           "diverging_loss",
    "oscillating_loss",   "stagnant_loss",      "update_too_small",     "update_too_large",     "weight_growth",
    "unscaled_input",     "label_problem",      "missing_nonlinearity", "learning_rate"};

constexpr std::array<Problem, kIds.size()> kProblems = [] {
  std::array<Problem, kIds.size()> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<Problem>(i);
  return all;
}();

}  // namespace

std::string_view to_string(Problem problem) noexcept { return kIds[static_cast<std::size_t>(problem)]; }

Problem parse_problem(std::string_view id) {
  const auto found = std::find(kIds.begin(), kIds.end(), id);
  if (found != kIds.end()) return kProblems[static_cast<std::size_t>(found - kIds.begin())];
  const std::vector<std::string> names(kIds.begin(), kIds.end());
  std::string message = "there is no problem '" + std::string(id);
  message += "'; " + suggestion(id, names);
  throw Error(ErrorCode::unknown_name, "", message);
}

std::span<const Problem> all_problems() noexcept { return kProblems; }

bool is_initialization(Problem problem) noexcept {
  switch (problem) {
    case Problem::vanishing_gradient:
    case Problem::exploding_gradient:
    case Problem::vanishing_activation:
    case Problem::exploding_activation:
    case Problem::saturated_activation:
    case Problem::dead_relu:
    case Problem::symmetric_units:
    case Problem::correlation_collapse:
    case Problem::poor_init_scale:
    case Problem::wrong_fan_mode:
    case Problem::gain_mismatch:
    case Problem::bias_init: return true;
    default: return false;
  }
}

std::string_view to_string(Severity severity) noexcept {
  constexpr std::array<std::string_view, 3> kNames{"note", "warning", "error"};
  return kNames[static_cast<std::size_t>(severity)];
}

std::string_view to_string(Verdict verdict) noexcept {
  constexpr std::array<std::string_view, 3> kNames{"healthy", "unhealthy", "uncertain"};
  return kNames[static_cast<std::size_t>(verdict)];
}

}  // namespace fanin::observe
