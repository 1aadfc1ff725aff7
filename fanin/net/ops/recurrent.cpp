#include "fanin/net/ops/recurrent.hpp"

#include "fanin/core/error.hpp"
#include "fanin/net/ops/spatial.hpp"

namespace fanin::net {
namespace {

Dimension packed(std::int64_t gates, Axis axis, std::int64_t units) {
  if (gates == 1) return {{axis, units}};
  return {{Axis::gate, gates}, {axis, units}};
}

}  // namespace

void check_recurrent(const RecurrentOptions& options, std::string_view op) {
  checked_attribute(options.units, 1, op, "units");
}

std::string recurrent_attributes(const RecurrentOptions& options) {
  std::string text = "units=" + std::to_string(options.units);
  if (!options.bias) text += ", bias=false";
  if (options.last_only) text += ", last_only";
  if (options.reverse) text += ", reverse";
  return text;
}

Shape recurrent_output(const RecurrentOptions& options, const Shape& input, std::string_view op) {
  if (input.rank() != 2) {
    throw Error(ErrorCode::bad_shape, std::string(op), "it takes a sequence [time, in], found " + to_string(input));
  }
  return options.last_only ? Shape{options.units} : Shape{input[0], options.units};
}

std::vector<ParameterSpec> recurrent_parameters(const RecurrentOptions& options, const Shape& input, std::int64_t gates,
                                                int biases) {
  const Dimension rows = packed(gates, Axis::out, options.units);
  std::vector<ParameterSpec> all{{"weight_ih", ParameterRole::weight, {rows, {{Axis::in, input[1]}}}},
                                 {"weight_hh", ParameterRole::recurrent, {rows, {{Axis::in, options.units}}}}};
  if (!options.bias) return all;
  const Dimension shifts = packed(gates, Axis::channel, options.units);
  if (biases == 1) {
    all.push_back({"bias", ParameterRole::bias, {shifts}});
  } else {
    all.push_back({"bias_ih", ParameterRole::bias, {shifts}});
    all.push_back({"bias_hh", ParameterRole::bias, {shifts}});
  }
  return all;
}

Cost recurrent_cost(const RecurrentOptions& options, const Shape& input, std::int64_t gates, double pointwise) {
  const auto time = static_cast<double>(input[0]);
  const auto units = static_cast<double>(options.units);
  const double products = time * static_cast<double>(gates) * units * (static_cast<double>(input[1]) + units);
  return {.forward_flops = 2 * products + time * units * pointwise,
          .backward_flops = 4 * products + 2 * time * units * pointwise,
          .gemm_flops = 6 * products};
}

}  // namespace fanin::net
