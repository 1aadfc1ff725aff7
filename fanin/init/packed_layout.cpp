#include "fanin/init/packed_layout.hpp"

#include "fanin/core/error.hpp"

namespace fanin::init {
namespace {

int part_of(net::Axis axis, bool per_head) {
  switch (axis) {
    case net::Axis::out: return 1;
    case net::Axis::in: return 2;
    case net::Axis::kernel: return 3;
    case net::Axis::head: return per_head ? 0 : 1;
    default: return 0;
  }
}

}  // namespace

PackedLayout::PackedLayout(const net::ParameterSpec& tensor, bool per_head) {
  (void)net::fans(tensor);  // refuses what has no input or no output axis, and says what to do
  if (tensor.shape().count() == 0) {
    throw Error(ErrorCode::bad_shape, tensor.name, "its shape " + to_string(tensor.shape()) + " has no elements");
  }
  for (const net::Dimension& dimension : tensor.dimensions) {
    for (const net::AxisFactor& factor : dimension) {
      factors_.push_back({.part = part_of(factor.axis, per_head), .extent = factor.extent});
      if (factor.axis == net::Axis::kernel) kernel_.push_back(factor.extent);
    }
  }
  std::int64_t stride = 1;
  for (auto factor = factors_.rbegin(); factor != factors_.rend(); ++factor) {
    factor->stride = stride;
    stride *= factor->extent;
    factor->part_stride = extents_[factor->part];
    extents_[factor->part] *= factor->extent;
  }
}

std::int64_t PackedLayout::center_tap(bool lower) const noexcept {
  std::int64_t tap = 0;
  for (const std::int64_t extent : kernel_) tap = tap * extent + (lower ? (extent - 1) / 2 : extent / 2);
  return tap;
}

bool PackedLayout::blocks_are_contiguous() const noexcept {
  bool inside = false;
  for (const Factor& factor : factors_) {
    if (factor.extent == 1) continue;
    if (factor.part == 0 && inside) return false;
    inside = inside || factor.part != 0;
  }
  return true;
}

bool PackedLayout::is_row_major() const noexcept {
  int part = 0;
  for (const Factor& factor : factors_) {
    if (factor.extent == 1) continue;
    if (factor.part < part) return false;
    part = factor.part;
  }
  return true;
}

Place PackedLayout::at(std::int64_t element) const noexcept {
  std::int64_t index[4] = {0, 0, 0, 0};
  for (const Factor& factor : factors_) {
    index[factor.part] += element / factor.stride % factor.extent * factor.part_stride;
  }
  return {index[0], index[1], index[2], index[3]};
}

std::int64_t PackedLayout::element(const Place& place) const noexcept {
  const std::int64_t index[4] = {place.block, place.out, place.in, place.tap};
  std::int64_t result = 0;
  for (const Factor& factor : factors_) {
    result += index[factor.part] / factor.part_stride % factor.extent * factor.stride;
  }
  return result;
}

}  // namespace fanin::init
