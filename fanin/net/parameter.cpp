#include "fanin/net/parameter.hpp"

#include "fanin/core/error.hpp"

namespace fanin::net {

std::string_view to_string(ParameterRole role) noexcept {
  switch (role) {
    case ParameterRole::weight: return "weight";
    case ParameterRole::bias: return "bias";
    case ParameterRole::scale: return "scale";
    case ParameterRole::shift: return "shift";
    case ParameterRole::embedding: return "embedding";
    case ParameterRole::recurrent: return "recurrent";
  }
  return "unknown";
}

std::string_view to_string(Axis axis) noexcept {
  switch (axis) {
    case Axis::out: return "out";
    case Axis::in: return "in";
    case Axis::kernel: return "kernel";
    case Axis::group: return "group";
    case Axis::gate: return "gate";
    case Axis::head: return "head";
    case Axis::expert: return "expert";
    case Axis::vocabulary: return "vocabulary";
    case Axis::position: return "position";
    case Axis::channel: return "channel";
  }
  return "unknown";
}

Shape ParameterSpec::shape() const {
  std::vector<std::int64_t> extents;
  extents.reserve(dimensions.size());
  for (const Dimension& dimension : dimensions) {
    std::vector<std::int64_t> factors;
    for (const AxisFactor& factor : dimension) factors.push_back(factor.extent);
    extents.push_back(Shape(std::move(factors)).count());  // the count's overflow check serves here too
  }
  return Shape(std::move(extents));
}

bool ParameterSpec::has_fans() const noexcept {
  bool has_in = false;
  bool has_out = false;
  for (const Dimension& dimension : dimensions) {
    for (const AxisFactor& factor : dimension) {
      has_in = has_in || factor.axis == Axis::in;
      has_out = has_out || factor.axis == Axis::out;
    }
  }
  return has_in && has_out;
}

Fans fans(const ParameterSpec& parameter) {
  if (!parameter.has_fans()) {
    throw Error(ErrorCode::bad_shape, parameter.name,
                (parameter.role == ParameterRole::embedding ? "an " : "a ") + std::string(to_string(parameter.role)) +
                    " of shape " + to_string(parameter.shape()) +
                    " has no fans (no input or no output axis); give it a rule that needs none, such as zeros, "
                    "constant(value) or normal(std=...)");
  }
  Fans result{1, 1};
  for (const Dimension& dimension : parameter.dimensions) {
    for (const auto& [axis, extent] : dimension) {
      if (axis == Axis::in || axis == Axis::kernel) result.fan_in *= extent;
      if (axis == Axis::out || axis == Axis::head || axis == Axis::kernel) result.fan_out *= extent;
    }
  }
  return result;
}

}  // namespace fanin::net
