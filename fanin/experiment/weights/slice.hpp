// One slice of one tensor of a plan, drawn alone: the same values that the whole file would hold there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fanin/experiment/weights/plan.hpp"
#include "fanin/io/array.hpp"

namespace fanin::experiment {

/// Elements [from, to) of a tensor, row-major.
struct SliceRequest {
  std::string tensor;
  std::uint64_t from = 0;
  std::optional<std::uint64_t> to;  ///< nothing: up to the end
};

/// "layer1.weight:0:100"; an empty FROM or TO means the beginning or the end. The name may hold colons.
/// @throws Error bad_syntax.
SliceRequest parse_slice(std::string_view text);

/// The slice as an array of rank 1. @param threads  >= 1; the bytes do not depend on it.
/// @throws Error unknown_name; bad_shape (out of range, or FROM after TO); bad_value (beyond memory).
io::Array draw_slice(const WeightPlan& plan, const SliceRequest& slice, unsigned threads);

}  // namespace fanin::experiment
