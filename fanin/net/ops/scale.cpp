#include "fanin/net/ops/scale.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "fanin/core/error.hpp"

namespace fanin::net {
namespace {

std::string shortest(double value) {
  std::array<char, 32> digits{};
  const auto [end, status] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  (void)status;  // 32 characters hold every double
  return {digits.data(), end};
}

}  // namespace

Scale::Scale(double value, ScaleKind type) : value_(value), type_(type) {
  if (!std::isfinite(value)) throw Error(ErrorCode::bad_value, "scale", "the multiplier must be finite");
}

std::string Scale::attributes() const {
  const std::string value = "value=" + shortest(value_);
  switch (type_) {
    case ScaleKind::fixed: return value;
    case ScaleKind::trainable: return value + ", trainable";
    case ScaleKind::per_unit: return value + ", trainable, per_unit";
  }
  return value;
}

Shape Scale::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_input(*this, inputs);
  if (type_ == ScaleKind::per_unit && input.rank() == 0) {
    throw Error(ErrorCode::bad_shape, "scale", "a scalar has no units to scale one by one");
  }
  return input;
}

std::vector<ParameterSpec> Scale::parameters(std::span<const Shape> inputs) const {
  if (type_ == ScaleKind::fixed) return {};
  const std::int64_t count = type_ == ScaleKind::per_unit ? output_shape(inputs).extents().back() : 1;
  return {{"scale", ParameterRole::scale, {{{Axis::channel, count}}}}};
}

Cost Scale::cost(std::span<const Shape> inputs) const {
  const auto count = static_cast<double>(output_shape(inputs).count());
  return {.forward_flops = count, .backward_flops = type_ == ScaleKind::fixed ? count : 3 * count};
}

OpPtr scale(double value) { return std::make_shared<Scale>(value, ScaleKind::fixed); }
OpPtr trainable_scale(ScaleKind type, double value) { return std::make_shared<Scale>(value, type); }

}  // namespace fanin::net
