// The range of values of a law, and whether a tensor's values leave it.
#pragma once

#include <optional>

#include "fanin/init/law.hpp"
#include "fanin/init/statistics.hpp"

namespace fanin::init {

struct LawBounds {
  double low = 0;
  double high = 0;
};

/// Nothing for a law without bounds.
std::optional<LawBounds> bounds_of(const Law& law);
/// By more than the rounding to a 16-bit type explains: half a percent of the larger bound.
bool lies_outside(const Statistics& found, const LawBounds& bounds);

}  // namespace fanin::init
