#include "fanin/net/ops/group_norm.hpp"

#include "fanin/core/error.hpp"
#include "fanin/net/ops/affine.hpp"
#include "fanin/net/ops/spatial.hpp"

namespace fanin::net {
namespace {

constexpr double kEpsilon = 1e-5;

}  // namespace

GroupNorm::GroupNorm(std::int64_t groups, double epsilon, bool affine)
    : groups_(checked_attribute(groups, 1, "group_norm", "groups")),
      epsilon_(checked_epsilon(epsilon, "group_norm")),
      affine_(affine) {}

std::string GroupNorm::attributes() const {
  const std::string rest = norm_attributes(epsilon_, kEpsilon, affine_);
  return "groups=" + std::to_string(groups_) + (rest.empty() ? "" : ", ") + rest;
}

Shape GroupNorm::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_input(*this, inputs);
  if (input.rank() == 0 || input[0] % groups_ != 0) {
    throw Error(
        ErrorCode::bad_shape, "group_norm",
        "the first axis of " + to_string(input) + " does not split into " + std::to_string(groups_) + " groups");
  }
  return input;
}

std::vector<ParameterSpec> GroupNorm::parameters(std::span<const Shape> inputs) const {
  if (!affine_) return {};
  return affine_parameters(output_shape(inputs)[0], /*shift=*/true);
}

Cost GroupNorm::cost(std::span<const Shape> inputs) const { return norm_cost(output_shape(inputs)); }

OpPtr group_norm(std::int64_t groups, double epsilon, bool affine) {
  return std::make_shared<GroupNorm>(groups, epsilon, affine);
}

}  // namespace fanin::net
