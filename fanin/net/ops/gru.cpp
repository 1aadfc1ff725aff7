#include "fanin/net/ops/gru.hpp"

namespace fanin::net {
namespace {

constexpr std::int64_t kGates = 3;
constexpr int kBiases = 2;

}  // namespace

Gru::Gru(const RecurrentOptions& options) : options_(options) { check_recurrent(options, "gru"); }

Shape Gru::output_shape(std::span<const Shape> inputs) const {
  return recurrent_output(options_, single_input(*this, inputs), "gru");
}

std::vector<ParameterSpec> Gru::parameters(std::span<const Shape> inputs) const {
  (void)output_shape(inputs);
  return recurrent_parameters(options_, inputs[0], kGates, kBiases);
}

Cost Gru::cost(std::span<const Shape> inputs) const {
  (void)output_shape(inputs);
  return recurrent_cost(options_, inputs[0], kGates, 12);
}

OpPtr gru(const RecurrentOptions& options) { return std::make_shared<Gru>(options); }

}  // namespace fanin::net
