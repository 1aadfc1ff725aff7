#include "fanin/net/ops/reshape.hpp"

#include <algorithm>

#include "fanin/core/error.hpp"
#include "fanin/net/ops/spatial.hpp"

namespace fanin::net {
namespace {

std::int64_t count_of_known(const std::vector<std::int64_t>& extents) {
  std::vector<std::int64_t> known;
  for (const std::int64_t extent : extents) {
    if (extent != -1) known.push_back(checked_attribute(extent, 1, "reshape", "an extent"));
  }
  if (extents.size() - known.size() > 1) {
    throw Error(ErrorCode::bad_value, "reshape", "only one extent may be -1, found " + joined(extents));
  }
  return Shape(std::move(known)).count();
}

}  // namespace

Reshape::Reshape(std::vector<std::int64_t> extents)
    : extents_(std::move(extents)), known_count_(count_of_known(extents_)) {}

std::string Reshape::attributes() const { return "shape=" + joined(extents_); }

Shape Reshape::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_input(*this, inputs);
  std::vector<std::int64_t> extents = extents_;
  const auto free = std::find(extents.begin(), extents.end(), std::int64_t{-1});
  if (free != extents.end() && input.count() % known_count_ == 0) *free = input.count() / known_count_;
  if (std::count(extents.begin(), extents.end(), std::int64_t{-1}) != 0 || Shape(extents).count() != input.count()) {
    throw Error(ErrorCode::bad_shape, "reshape",
                "the " + std::to_string(input.count()) + " elements of " + to_string(input) + " do not fill " +
                    joined(extents_));
  }
  return Shape(std::move(extents));
}

Cost Reshape::cost(std::span<const Shape>) const { return {}; }

OpPtr reshape(std::vector<std::int64_t> extents) { return std::make_shared<Reshape>(std::move(extents)); }

}  // namespace fanin::net
