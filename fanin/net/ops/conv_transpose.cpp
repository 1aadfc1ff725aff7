#include "fanin/net/ops/conv_transpose.hpp"

#include <algorithm>

#include "fanin/core/error.hpp"

namespace fanin::net {
namespace {

const Shape& checked_input(const Op& op, const ConvTransposeOptions& options, std::span<const Shape> inputs) {
  const Shape& input = single_input(op, inputs);
  if (input.rank() != options.window.kernel.size() + 1) {
    throw Error(ErrorCode::bad_shape, "conv_transpose",
                "a kernel of " + std::to_string(options.window.kernel.size()) +
                    " axes needs an input [channels, spatial axes…] of one axis more, found " + to_string(input));
  }
  if (input[0] % options.groups != 0) {
    throw Error(
        ErrorCode::bad_shape, "conv_transpose",
        std::to_string(input[0]) + " input channels do not split into " + std::to_string(options.groups) + " groups");
  }
  return input;
}

}  // namespace

ConvTranspose::ConvTranspose(const ConvTransposeOptions& options) : options_(options) {
  const std::size_t axes = options.window.kernel.size();
  if (axes < 1 || axes > 3) {
    throw Error(ErrorCode::bad_value, "conv_transpose", "the kernel needs 1, 2 or 3 spatial axes");
  }
  options_.window = expanded(options.window, axes, "conv_transpose");
  // The window's own rules serve the output padding too: one entry for all, or one per axis.
  options_.output_padding =
      expanded({.kernel = {1}, .padding = options.output_padding}, axes, "conv_transpose output").padding;
  for (std::size_t axis = 0; axis < axes; ++axis) {
    if (options_.output_padding[axis] >= std::max(options_.window.stride[axis], options_.window.dilation[axis])) {
      throw Error(ErrorCode::bad_value, "conv_transpose", "output_padding must be below the stride or the dilation");
    }
  }
  checked_attribute(options.channels, 1, "conv_transpose", "channels");
  checked_attribute(options.groups, 1, "conv_transpose", "groups");
  if (options.channels % options.groups != 0) {
    throw Error(ErrorCode::bad_value, "conv_transpose",
                std::to_string(options.channels) + " output channels do not split into " +
                    std::to_string(options.groups) + " groups");
  }
}

std::string ConvTranspose::attributes() const {
  std::string text = "channels=" + std::to_string(options_.channels) + ", " + to_string(options_.window);
  const auto& extra = options_.output_padding;
  if (std::any_of(extra.begin(), extra.end(), [](std::int64_t e) { return e != 0; })) {
    text += ", output_padding=" + joined(extra);
  }
  if (options_.groups != 1) text += ", groups=" + std::to_string(options_.groups);
  if (!options_.bias) text += ", bias=false";
  return text;
}

Shape ConvTranspose::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = checked_input(*this, options_, inputs);
  std::vector<std::int64_t> extents{options_.channels};
  const Window& window = options_.window;
  for (std::size_t axis = 0; axis < window.kernel.size(); ++axis) {
    // The product is bounded by rechecking it as a shape: attributes and extents are below 2^62 alone.
    (void)Shape{input[axis + 1], window.stride[axis]};
    const std::int64_t extent = (input[axis + 1] - 1) * window.stride[axis] - 2 * window.padding[axis] +
                                window.dilation[axis] * (window.kernel[axis] - 1) + options_.output_padding[axis] + 1;
    if (extent < 1) {
      throw Error(ErrorCode::bad_shape, "conv_transpose",
                  "padding " + std::to_string(window.padding[axis]) + " leaves nothing of input " + to_string(input));
    }
    extents.push_back(extent);
  }
  return Shape(std::move(extents));
}

std::vector<ParameterSpec> ConvTranspose::parameters(std::span<const Shape> inputs) const {
  const std::int64_t groups = options_.groups;
  Dimension sources{{Axis::in, checked_input(*this, options_, inputs)[0] / groups}};
  if (groups > 1) sources.insert(sources.begin(), {Axis::group, groups});
  ParameterSpec weight{
      "weight", ParameterRole::weight, {std::move(sources), {{Axis::out, options_.channels / groups}}}};
  for (const std::int64_t taps : options_.window.kernel) weight.dimensions.push_back({{Axis::kernel, taps}});
  std::vector<ParameterSpec> all{std::move(weight)};
  if (options_.bias) all.push_back({"bias", ParameterRole::bias, {{{Axis::channel, options_.channels}}}});
  return all;
}

Cost ConvTranspose::cost(std::span<const Shape> inputs) const {
  double taps = static_cast<double>(options_.channels / options_.groups);
  for (const std::int64_t k : options_.window.kernel) taps *= static_cast<double>(k);
  const double products = static_cast<double>(checked_input(*this, options_, inputs).count()) * taps;
  const double additions = options_.bias ? static_cast<double>(output_shape(inputs).count()) : 0;
  return {.forward_flops = 2 * products + additions,
          .backward_flops = 4 * products + additions,
          .gemm_flops = 6 * products};
}

OpPtr conv_transpose(const ConvTransposeOptions& options) { return std::make_shared<ConvTranspose>(options); }

}  // namespace fanin::net
