#include "fanin/net/ops/batch_norm.hpp"

#include "fanin/core/error.hpp"
#include "fanin/net/ops/affine.hpp"

namespace fanin::net {
namespace {

constexpr double kEpsilon = 1e-5;

}  // namespace

BatchNorm::BatchNorm(double epsilon, bool affine) : epsilon_(checked_epsilon(epsilon, "batch_norm")), affine_(affine) {}

std::string BatchNorm::attributes() const { return norm_attributes(epsilon_, kEpsilon, affine_); }

Shape BatchNorm::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_input(*this, inputs);
  if (input.rank() == 0) throw Error(ErrorCode::bad_shape, "batch_norm", "a scalar has no axis to normalize");
  return input;
}

std::vector<ParameterSpec> BatchNorm::parameters(std::span<const Shape> inputs) const {
  if (!affine_) return {};
  return affine_parameters(output_shape(inputs)[0], /*shift=*/true);
}

std::vector<StatisticSpec> BatchNorm::statistics(std::span<const Shape> inputs) const {
  const Shape channels{output_shape(inputs)[0]};
  return {{"running_mean", channels, 0}, {"running_var", channels, 1}};
}

Cost BatchNorm::cost(std::span<const Shape> inputs) const { return norm_cost(output_shape(inputs)); }

OpPtr batch_norm(double epsilon, bool affine) { return std::make_shared<BatchNorm>(epsilon, affine); }

}  // namespace fanin::net
