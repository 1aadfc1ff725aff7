#include "fanin/net/ops/lstm.hpp"

namespace fanin::net {
namespace {

constexpr std::int64_t kGates = 4;
constexpr int kBiases = 1;

}  // namespace

Lstm::Lstm(const RecurrentOptions& options) : options_(options) { check_recurrent(options, "lstm"); }

Shape Lstm::output_shape(std::span<const Shape> inputs) const {
  return recurrent_output(options_, single_input(*this, inputs), "lstm");
}

std::vector<ParameterSpec> Lstm::parameters(std::span<const Shape> inputs) const {
  (void)output_shape(inputs);
  return recurrent_parameters(options_, inputs[0], kGates, kBiases);
}

Cost Lstm::cost(std::span<const Shape> inputs) const {
  (void)output_shape(inputs);
  return recurrent_cost(options_, inputs[0], kGates, 13);
}

OpPtr lstm(const RecurrentOptions& options) { return std::make_shared<Lstm>(options); }

}  // namespace fanin::net
