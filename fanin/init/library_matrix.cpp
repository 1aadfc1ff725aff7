#include "fanin/init/library_matrix.hpp"

#include <string>
#include <vector>

#include "fanin/core/error.hpp"

namespace fanin::init {
namespace {

using net::Axis;
using net::ParameterSpec;

/// The stored shape alone: [out, in, kernel…].
ParameterSpec by_shape(const ParameterSpec& tensor) {
  const Shape shape = tensor.shape();
  if (shape.rank() < 2) {
    throw Error(ErrorCode::bad_shape, tensor.name,
                "the library wants a matrix, rank 2 or more, found " + fanin::to_string(shape));
  }
  ParameterSpec flat = tensor;
  flat.dimensions = {{{Axis::out, shape[0]}}, {{Axis::in, shape[1]}}};
  for (std::size_t axis = 2; axis < shape.rank(); ++axis) flat.dimensions.push_back({{Axis::kernel, shape[axis]}});
  return flat;
}

std::int64_t product(const ParameterSpec& tensor, Axis axis) {
  std::int64_t count = 1;
  for (const net::Dimension& dimension : tensor.dimensions) {
    for (const net::AxisFactor& factor : dimension) count *= factor.axis == axis ? factor.extent : 1;
  }
  return count;
}

bool has(const ParameterSpec& tensor, Axis axis) {
  for (const net::Dimension& dimension : tensor.dimensions) {
    for (const net::AxisFactor& factor : dimension) {
      if (factor.axis == axis) return true;
    }
  }
  return false;
}

ParameterSpec relabelled(const ParameterSpec& tensor, Axis from, Axis to) {
  ParameterSpec result = tensor;
  for (net::Dimension& dimension : result.dimensions) {
    for (net::AxisFactor& factor : dimension) {
      if (factor.axis == from) factor.axis = to;
    }
  }
  return result;
}

/// [vocabulary, width], as Keras and Flax store it, is a kernel [in, out] to them.
ParameterSpec embedding_as_kernel(const ParameterSpec& tensor) {
  ParameterSpec flat = tensor;
  const Shape shape = tensor.shape();
  flat.dimensions = {{{Axis::in, shape[0]}}, {{Axis::out, shape[1]}}};
  return flat;
}

ParameterSpec keras_kernel(const ParameterSpec& tensor) {
  if (!tensor.has_fans() && tensor.shape().rank() == 2) return embedding_as_kernel(tensor);
  if (has(tensor, Axis::head)) return relabelled(tensor, Axis::head, Axis::in);  // (in·heads) by width
  const bool depthwise = product(tensor, Axis::group) > 1 && product(tensor, Axis::in) == 1;
  ParameterSpec kernel = relabelled(tensor, Axis::group, depthwise ? Axis::in : Axis::out);
  kernel = relabelled(kernel, Axis::gate, Axis::out);
  if (!input_axis_first(tensor)) return kernel;
  // A transposed convolution's kernel is [kernel…, out, in].
  kernel = relabelled(kernel, Axis::in, Axis::channel);
  kernel = relabelled(kernel, Axis::out, Axis::in);
  return relabelled(kernel, Axis::channel, Axis::out);
}

ParameterSpec flax_kernel(const ParameterSpec& tensor) {
  if (!tensor.has_fans() && tensor.shape().rank() == 2) return embedding_as_kernel(tensor);
  return relabelled(tensor, Axis::group, Axis::out);
}

/// The rank of the tensor where the library stores it.
std::size_t library_rank(Dialect dialect, const ParameterSpec& tensor) {
  if (dialect == Dialect::pytorch || dialect == Dialect::timm || !tensor.has_fans()) return tensor.shape().rank();
  std::size_t kernel_axes = 0;
  for (const net::Dimension& dimension : tensor.dimensions) {
    for (const net::AxisFactor& factor : dimension) kernel_axes += factor.axis == Axis::kernel ? 1 : 0;
  }
  return 2 + kernel_axes + (has(tensor, Axis::head) ? 1 : 0);
}

}  // namespace

PackedLayout library_layout(Dialect dialect, const ParameterSpec& tensor, bool per_head) {
  switch (dialect) {
    case Dialect::pytorch:
    case Dialect::timm: return PackedLayout(by_shape(tensor));
    case Dialect::keras: return PackedLayout(keras_kernel(tensor));
    case Dialect::jax: return PackedLayout(flax_kernel(tensor));
    case Dialect::fanin: break;
  }
  return PackedLayout(tensor, per_head);
}

void check_library_rank(Dialect dialect, const ParameterSpec& tensor, std::string_view function, std::size_t lowest,
                        std::size_t highest) {
  if (dialect == Dialect::fanin) return;
  const std::size_t rank = library_rank(dialect, tensor);
  if (rank >= lowest && rank <= highest) return;
  std::string wanted = std::to_string(lowest);
  if (highest > lowest) wanted += " to " + std::to_string(highest);
  throw Error(ErrorCode::bad_shape, tensor.name,
              std::string(function) + " in " + std::string(to_string(dialect)) + " takes tensors of rank " + wanted +
                  ", and there this one, " + fanin::to_string(tensor.shape()) + " here, has rank " +
                  std::to_string(rank) + "; leave the dialect out");
}

}  // namespace fanin::init
