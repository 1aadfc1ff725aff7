#include "fanin/net/ops/layer_norm.hpp"

#include "fanin/core/error.hpp"
#include "fanin/net/ops/affine.hpp"

namespace fanin::net {
namespace {

constexpr double kEpsilon = 1e-5;

}  // namespace

LayerNorm::LayerNorm(double epsilon, bool affine) : epsilon_(checked_epsilon(epsilon, "layer_norm")), affine_(affine) {}

std::string LayerNorm::attributes() const { return norm_attributes(epsilon_, kEpsilon, affine_); }

Shape LayerNorm::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_input(*this, inputs);
  if (input.rank() == 0) throw Error(ErrorCode::bad_shape, "layer_norm", "a scalar has no axis to normalize");
  return input;
}

std::vector<ParameterSpec> LayerNorm::parameters(std::span<const Shape> inputs) const {
  if (!affine_) return {};
  return affine_parameters(output_shape(inputs).extents().back(), /*shift=*/true);
}

Cost LayerNorm::cost(std::span<const Shape> inputs) const { return norm_cost(output_shape(inputs)); }

OpPtr layer_norm(double epsilon, bool affine) { return std::make_shared<LayerNorm>(epsilon, affine); }

}  // namespace fanin::net
