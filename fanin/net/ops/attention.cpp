#include "fanin/net/ops/attention.hpp"

#include "fanin/core/error.hpp"
#include "fanin/net/ops/spatial.hpp"

namespace fanin::net {

Attention::Attention(const AttentionOptions& options) : options_(options) {
  checked_attribute(options.heads, 1, "attention", "heads");
}

std::string Attention::attributes() const {
  std::string text = "heads=" + std::to_string(options_.heads);
  if (options_.causal) text += ", causal";
  if (!options_.bias) text += ", bias=false";
  if (options_.logits == LogitScale::head_width) text += ", logits=head_width";
  return text;
}

Shape Attention::output_shape(std::span<const Shape> inputs) const {
  if (inputs.empty() || inputs.size() > 2) {
    throw Error(ErrorCode::bad_shape, "attention",
                "it takes one sequence, or a second one for keys and values; found " + std::to_string(inputs.size()) +
                    " inputs");
  }
  for (const Shape& input : inputs) {
    if (input.rank() != 2 || input[1] != inputs[0][1]) {
      throw Error(ErrorCode::bad_shape, "attention",
                  "its inputs are sequences [time, width] of one width, found " + to_string(inputs[0]) +
                      (inputs.size() == 2 ? " and " + to_string(inputs[1]) : ""));
    }
  }
  if (inputs[0][1] % options_.heads != 0) {
    throw Error(ErrorCode::bad_shape, "attention",
                "a width of " + std::to_string(inputs[0][1]) + " does not split into " +
                    std::to_string(options_.heads) + " heads");
  }
  if (inputs.size() == 2 && options_.causal) {
    throw Error(ErrorCode::bad_shape, "attention", "a causal mask needs queries and keys from one sequence");
  }
  return inputs[0];
}

std::vector<ParameterSpec> Attention::parameters(std::span<const Shape> inputs) const {
  const std::int64_t width = output_shape(inputs)[1];
  const Dimension packed{{Axis::gate, 3}, {Axis::head, options_.heads}, {Axis::out, width / options_.heads}};
  std::vector<ParameterSpec> all{{"in_proj_weight", ParameterRole::weight, {packed, {{Axis::in, width}}}}};
  if (options_.bias) all.push_back({"in_proj_bias", ParameterRole::bias, {{{Axis::gate, 3}, {Axis::channel, width}}}});
  all.push_back({"out_proj.weight", ParameterRole::weight, {{{Axis::out, width}}, {{Axis::in, width}}}});
  if (options_.bias) all.push_back({"out_proj.bias", ParameterRole::bias, {{{Axis::channel, width}}}});
  return all;
}

Cost Attention::cost(std::span<const Shape> inputs) const {
  const Shape output = output_shape(inputs);
  const auto width = static_cast<double>(output[1]);
  const auto queries = static_cast<double>(output[0]);
  const auto keys = static_cast<double>(inputs.back()[0]);
  const double projections = width * width * (2 * queries + 2 * keys);
  const double products = projections + 2 * queries * keys * width;
  const double softmax = 5 * queries * keys * static_cast<double>(options_.heads);
  return {
      .forward_flops = 2 * products + softmax, .backward_flops = 4 * products + softmax, .gemm_flops = 6 * products};
}

OpPtr attention(const AttentionOptions& options) { return std::make_shared<Attention>(options); }

}  // namespace fanin::net
