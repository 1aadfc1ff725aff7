#include "fanin/net/ops/pooling.hpp"

#include "fanin/core/error.hpp"

namespace fanin::net {
namespace {

std::string_view name_of(PoolingKind type) {
  switch (type) {
    case PoolingKind::max: return "max";
    case PoolingKind::average: return "average";
    case PoolingKind::global_average: return "global_average";
  }
  return "unknown";
}

}  // namespace

Pooling::Pooling(const PoolingOptions& options) : options_(options) {
  if (options.type == PoolingKind::global_average) return;
  const std::size_t axes = options.window.kernel.size();
  if (axes < 1 || axes > 3) throw Error(ErrorCode::bad_value, "pooling", "the kernel needs 1, 2 or 3 spatial axes");
  if (options_.window.stride.empty()) options_.window.stride = options_.window.kernel;
  options_.window = expanded(options_.window, axes, "pooling");
  for (std::size_t axis = 0; axis < axes; ++axis) {
    if (options_.window.dilation[axis] != 1) throw Error(ErrorCode::bad_value, "pooling", "dilation is not supported");
    if (2 * options_.window.padding[axis] > options_.window.kernel[axis]) {
      throw Error(ErrorCode::bad_value, "pooling",
                  "padding must be at most half the kernel, or windows hold only padding");
    }
  }
}

std::string Pooling::attributes() const {
  const std::string type(name_of(options_.type));
  return options_.type == PoolingKind::global_average ? type : type + ", " + to_string(options_.window);
}

Shape Pooling::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_input(*this, inputs);
  if (options_.type == PoolingKind::global_average) {
    if (input.rank() < 2) {
      throw Error(ErrorCode::bad_shape, "pooling", "it takes [channels, spatial axes…], found " + to_string(input));
    }
    return Shape{input[0]};
  }
  if (input.rank() != options_.window.kernel.size() + 1) {
    throw Error(ErrorCode::bad_shape, "pooling",
                "a window of " + std::to_string(options_.window.kernel.size()) +
                    " axes needs an input [channels, spatial axes…] of one axis more, found " + to_string(input));
  }
  std::vector<std::int64_t> extents = window_positions(options_.window, input, "pooling");
  extents.insert(extents.begin(), input[0]);
  return Shape(std::move(extents));
}

Cost Pooling::cost(std::span<const Shape> inputs) const {
  double work = static_cast<double>(single_input(*this, inputs).count());
  if (options_.type != PoolingKind::global_average) {
    work = static_cast<double>(output_shape(inputs).count());
    for (const std::int64_t taps : options_.window.kernel) work *= static_cast<double>(taps);
  }
  return {.forward_flops = work, .backward_flops = work};
}

OpPtr pooling(const PoolingOptions& options) { return std::make_shared<Pooling>(options); }

}  // namespace fanin::net
