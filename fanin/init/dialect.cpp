#include "fanin/init/dialect.hpp"

#include <array>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"

namespace fanin::init {
namespace {

using net::Axis;

constexpr std::array kDialects{Dialect::fanin, Dialect::pytorch, Dialect::keras, Dialect::jax, Dialect::timm};

std::int64_t product(const net::ParameterSpec& tensor, Axis axis) {
  std::int64_t count = 1;
  for (const net::Dimension& dimension : tensor.dimensions) {
    for (const net::AxisFactor& factor : dimension) {
      if (factor.axis == axis) count *= factor.extent;
    }
  }
  return count;
}

bool has(const net::ParameterSpec& tensor, Axis axis) {
  for (const net::Dimension& dimension : tensor.dimensions) {
    for (const net::AxisFactor& factor : dimension) {
      if (factor.axis == axis) return true;
    }
  }
  return false;
}

/// torch.nn.init._calculate_fan_in_and_fan_out: (size(1), size(0)), both times the rest.
net::Fans pytorch_fans(const net::ParameterSpec& tensor) {
  const Shape shape = tensor.shape();
  if (shape.rank() < 2) {
    throw Error(ErrorCode::bad_shape, tensor.name,
                "PyTorch computes fans from rank 2 on, found " + fanin::to_string(shape));
  }
  net::Fans fans{shape[1], shape[0]};
  for (std::size_t axis = 2; axis < shape.rank(); ++axis) {
    fans.fan_in *= shape[axis];
    fans.fan_out *= shape[axis];
  }
  return fans;
}

/// keras.src.initializers.random_initializers.compute_fans, on the kernel Keras would hold.
net::Fans keras_fans(const net::ParameterSpec& tensor) {
  const Shape shape = tensor.shape();
  if (shape.rank() == 1) return {shape[0], shape[0]};
  if (!tensor.has_fans()) {
    if (shape.rank() == 2) return {shape[0], shape[1]};  // an embedding [vocabulary, width]
    throw Error(ErrorCode::bad_shape, tensor.name, "Keras holds no kernel of shape " + fanin::to_string(shape));
  }
  const std::int64_t taps = product(tensor, Axis::kernel);
  const std::int64_t in = product(tensor, Axis::in);
  const std::int64_t out = product(tensor, Axis::out);
  const std::int64_t groups = product(tensor, Axis::group);
  const std::int64_t heads = product(tensor, Axis::head);
  if (has(tensor, Axis::head)) return {heads * in, out * in};             // [in, heads, width]: `in` counts as taps
  if (groups > 1 && in == 1) return {groups * taps, out * taps};          // depthwise [k…, channels, multiplier]
  if (input_axis_first(tensor)) return {out * taps, groups * in * taps};  // transposed [k…, out, in]
  return {in * taps, product(tensor, Axis::gate) * groups * out * taps};
}

/// jax.nn.initializers._compute_fans with in_axis=-2, out_axis=-1, on the kernel Flax would hold.
net::Fans jax_fans(const net::ParameterSpec& tensor) {
  const Shape shape = tensor.shape();
  if (shape.rank() < 2) {
    throw Error(ErrorCode::bad_shape, tensor.name,
                "JAX computes fans from rank 2 on, found " + fanin::to_string(shape));
  }
  if (!tensor.has_fans()) return {shape[0], shape[1]};
  const net::Fans own = net::fans(tensor);  // Flax holds gates, projections and transposed kernels apart
  return {own.fan_in, own.fan_out * product(tensor, Axis::group)};
}

}  // namespace

bool input_axis_first(const net::ParameterSpec& tensor) {
  if (tensor.dimensions.empty()) return false;
  for (const net::AxisFactor& factor : tensor.dimensions.front()) {
    if (factor.axis == Axis::in) return true;
    if (factor.axis == Axis::out) return false;
  }
  return false;
}

std::string_view to_string(Dialect dialect) noexcept {
  switch (dialect) {
    case Dialect::fanin: return "fanin";
    case Dialect::pytorch: return "pytorch";
    case Dialect::keras: return "keras";
    case Dialect::jax: return "jax";
    case Dialect::timm: return "timm";
  }
  return "unknown";
}

Dialect parse_dialect(std::string_view text) {
  std::vector<std::string> names;
  for (const Dialect dialect : kDialects) {
    if (text == to_string(dialect)) return dialect;
    names.emplace_back(to_string(dialect));
  }
  throw Error(ErrorCode::unknown_name, "dialect",
              "no dialect '" + std::string(text.substr(0, 64)) + "'; " + suggestion(text, names));
}

net::Fans dialect_fans(Dialect dialect, const net::ParameterSpec& tensor) {
  switch (dialect) {
    case Dialect::pytorch:
    case Dialect::timm: return pytorch_fans(tensor);
    case Dialect::keras: return keras_fans(tensor);
    case Dialect::jax: return jax_fans(tensor);
    case Dialect::fanin: break;
  }
  return net::fans(tensor);
}

void refuse_dialect(std::string_view scheme, Dialect dialect, const std::string& instead) {
  throw Error(ErrorCode::unsupported, "initializer " + std::string(scheme),
              "dialect=" + std::string(to_string(dialect)) + " has no such initializer; " + instead);
}

}  // namespace fanin::init
