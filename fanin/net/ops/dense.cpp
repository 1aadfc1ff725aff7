#include "fanin/net/ops/dense.hpp"

#include "fanin/core/error.hpp"

namespace fanin::net {

Dense::Dense(std::int64_t units) : units_(units) {
  if (units < 1) {
    throw Error(ErrorCode::bad_value, "dense", "units must be 1 or more, found " + std::to_string(units));
  }
}

std::string Dense::attributes() const { return "units=" + std::to_string(units_); }

Shape Dense::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_input(*this, inputs);
  if (input.rank() == 0) throw Error(ErrorCode::bad_shape, "dense", "a scalar has no features to multiply");
  std::vector<std::int64_t> extents = input.extents();
  extents.back() = units_;
  return Shape(std::move(extents));
}

std::vector<ParameterSpec> Dense::parameters(std::span<const Shape> inputs) const {
  const std::int64_t features = single_input(*this, inputs).extents().back();
  return {{"weight", ParameterRole::weight, {{{Axis::out, units_}}, {{Axis::in, features}}}}};
}

Cost Dense::cost(std::span<const Shape> inputs) const {
  const double products = static_cast<double>(single_input(*this, inputs).count()) * static_cast<double>(units_);
  return {.forward_flops = 2 * products, .backward_flops = 4 * products, .gemm_flops = 6 * products};
}

OpPtr dense(std::int64_t units) { return std::make_shared<Dense>(units); }

}  // namespace fanin::net
