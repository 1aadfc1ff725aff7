#include "fanin/theory/linear_learning.hpp"

#include <cmath>
#include <string>

#include "fanin/core/error.hpp"

namespace fanin::theory {
namespace {

void check(const LinearMode& mode) {
  const auto positive = [](const char* name, double value) {
    if (value > 0 && std::isfinite(value)) return;
    throw Error(ErrorCode::bad_value, "linear mode",
                std::string(name) + " is " + std::to_string(value) + "; it must be positive and finite");
  };
  positive("the strength", mode.strength);
  positive("the initial strength", mode.initial);
  positive("the time constant", mode.time);
}

}  // namespace

double linear_mode_strength(const LinearMode& mode, double t) {
  check(mode);
  if (std::isnan(t)) throw Error(ErrorCode::bad_value, "linear mode", "the time is not a number");
  // Divided by the exponential, so that late times do not overflow.
  const double rest = (mode.strength / mode.initial - 1) * std::exp(-2 * mode.strength * t / mode.time);
  return mode.strength / (1 + rest);
}

double linear_mode_time(const LinearMode& mode, double strength) {
  check(mode);
  const double odds = strength * (mode.strength - mode.initial) / (mode.initial * (mode.strength - strength));
  if (!(odds > 0) || !std::isfinite(odds)) {
    throw Error(ErrorCode::bad_value, "linear mode",
                "from " + std::to_string(mode.initial) + " the mode never reaches " + std::to_string(strength) +
                    "; it tends to " + std::to_string(mode.strength));
  }
  return mode.time / (2 * mode.strength) * std::log(odds);
}

}  // namespace fanin::theory
