#include "fanin/net/ops/conv.hpp"

#include "fanin/core/error.hpp"

namespace fanin::net {
namespace {

const Shape& checked_input(const Op& op, const ConvOptions& options, std::span<const Shape> inputs) {
  const Shape& input = single_input(op, inputs);
  if (input.rank() != options.window.kernel.size() + 1) {
    throw Error(ErrorCode::bad_shape, "conv",
                "a kernel of " + std::to_string(options.window.kernel.size()) +
                    " axes needs an input [channels, spatial axes…] of one axis more, found " + to_string(input));
  }
  if (input[0] % options.groups != 0) {
    throw Error(
        ErrorCode::bad_shape, "conv",
        std::to_string(input[0]) + " input channels do not split into " + std::to_string(options.groups) + " groups");
  }
  return input;
}

}  // namespace

Conv::Conv(const ConvOptions& options) : options_(options) {
  const std::size_t axes = options.window.kernel.size();
  if (axes < 1 || axes > 3) throw Error(ErrorCode::bad_value, "conv", "the kernel needs 1, 2 or 3 spatial axes");
  options_.window = expanded(options.window, axes, "conv");
  checked_attribute(options.channels, 1, "conv", "channels");
  checked_attribute(options.groups, 1, "conv", "groups");
  if (options.channels % options.groups != 0) {
    throw Error(ErrorCode::bad_value, "conv",
                std::to_string(options.channels) + " output channels do not split into " +
                    std::to_string(options.groups) + " groups");
  }
}

std::string Conv::attributes() const {
  std::string text = "channels=" + std::to_string(options_.channels) + ", " + to_string(options_.window);
  if (options_.groups != 1) text += ", groups=" + std::to_string(options_.groups);
  if (!options_.bias) text += ", bias=false";
  return text;
}

Shape Conv::output_shape(std::span<const Shape> inputs) const {
  std::vector<std::int64_t> extents = window_positions(options_.window, checked_input(*this, options_, inputs), "conv");
  extents.insert(extents.begin(), options_.channels);
  return Shape(std::move(extents));
}

std::vector<ParameterSpec> Conv::parameters(std::span<const Shape> inputs) const {
  const std::int64_t groups = options_.groups;
  Dimension outputs{{Axis::out, options_.channels / groups}};
  if (groups > 1) outputs.insert(outputs.begin(), {Axis::group, groups});
  ParameterSpec weight{"weight",
                       ParameterRole::weight,
                       {std::move(outputs), {{Axis::in, checked_input(*this, options_, inputs)[0] / groups}}}};
  for (const std::int64_t taps : options_.window.kernel) weight.dimensions.push_back({{Axis::kernel, taps}});
  std::vector<ParameterSpec> all{std::move(weight)};
  if (options_.bias) all.push_back({"bias", ParameterRole::bias, {{{Axis::channel, options_.channels}}}});
  return all;
}

Cost Conv::cost(std::span<const Shape> inputs) const {
  double taps = static_cast<double>(checked_input(*this, options_, inputs)[0] / options_.groups);
  for (const std::int64_t k : options_.window.kernel) taps *= static_cast<double>(k);
  const auto outputs = static_cast<double>(output_shape(inputs).count());
  const double products = outputs * taps;
  const double additions = options_.bias ? outputs : 0;
  return {.forward_flops = 2 * products + additions,
          .backward_flops = 4 * products + additions,
          .gemm_flops = 6 * products};
}

OpPtr conv(const ConvOptions& options) { return std::make_shared<Conv>(options); }

}  // namespace fanin::net
