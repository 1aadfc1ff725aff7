#include "fanin/net/ops/rnn.hpp"

namespace fanin::net {

Rnn::Rnn(const RecurrentOptions& options, const Activation& function) : options_(options), function_(function) {
  check_recurrent(options, "rnn");
}

std::string Rnn::attributes() const { return recurrent_attributes(options_) + ", " + to_string(function_); }

Shape Rnn::output_shape(std::span<const Shape> inputs) const {
  return recurrent_output(options_, single_input(*this, inputs), "rnn");
}

std::vector<ParameterSpec> Rnn::parameters(std::span<const Shape> inputs) const {
  (void)output_shape(inputs);
  return recurrent_parameters(options_, inputs[0], 1, 1);
}

Cost Rnn::cost(std::span<const Shape> inputs) const {
  (void)output_shape(inputs);
  return recurrent_cost(options_, inputs[0], 1, 3);
}

OpPtr rnn(const RecurrentOptions& options, std::string_view activation) {
  return std::make_shared<Rnn>(options, parse_activation(activation));
}

}  // namespace fanin::net
