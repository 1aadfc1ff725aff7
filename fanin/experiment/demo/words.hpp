// Numbers inside a demonstration's sentences.
#pragma once

#include <array>
#include <cstdio>
#include <string>

namespace fanin::experiment {

/// Three significant digits: "0.0412", "1.2e-05", "nan".
inline std::string brief(double value) {
  std::array<char, 32> digits{};
  std::snprintf(digits.data(), digits.size(), "%.3g", value);
  return digits.data();
}

}  // namespace fanin::experiment
