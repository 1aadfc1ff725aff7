#include "fanin/net/ops/rms_norm.hpp"

#include "fanin/core/error.hpp"
#include "fanin/net/ops/affine.hpp"

namespace fanin::net {
namespace {

constexpr double kEpsilon = 1e-6;

}  // namespace

RmsNorm::RmsNorm(double epsilon, bool affine) : epsilon_(checked_epsilon(epsilon, "rms_norm")), affine_(affine) {}

std::string RmsNorm::attributes() const { return norm_attributes(epsilon_, kEpsilon, affine_); }

Shape RmsNorm::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_input(*this, inputs);
  if (input.rank() == 0) throw Error(ErrorCode::bad_shape, "rms_norm", "a scalar has no axis to normalize");
  return input;
}

std::vector<ParameterSpec> RmsNorm::parameters(std::span<const Shape> inputs) const {
  if (!affine_) return {};
  return affine_parameters(output_shape(inputs).extents().back(), /*shift=*/false);
}

Cost RmsNorm::cost(std::span<const Shape> inputs) const { return norm_cost(output_shape(inputs)); }

OpPtr rms_norm(double epsilon, bool affine) { return std::make_shared<RmsNorm>(epsilon, affine); }

}  // namespace fanin::net
