#include "fanin/net/ops/pooling.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/engine/ops/table.hpp"
#include "fanin/engine/pooling_kernels.hpp"

namespace fanin::engine {
namespace {

constexpr std::int64_t kLargestAttribute = std::int64_t{1} << 20;

const net::PoolingOptions& options_of(const net::Node& node) {
  return static_cast<const net::Pooling&>(*node.op).options();
}

// A global average is one window over everything.
PoolingTask task_of(const net::Node& node, const Shape& input) {
  const net::PoolingOptions& options = options_of(node);
  PoolingTask task{.channels = input[0]};
  const bool global = options.type == net::PoolingKind::global_average;
  if (global) {
    task.src[2] = task.kernel[2] = input.count() / input[0];
    return task;
  }
  const std::size_t first = 3 - (input.rank() - 1);
  for (std::size_t axis = 0; axis + 1 < input.rank(); ++axis) {
    task.src[first + axis] = input[axis + 1];
    task.dst[first + axis] = node.shape[axis + 1];
    task.kernel[first + axis] = options.window.kernel[axis];
    task.stride[first + axis] = options.window.stride[axis];
    task.padding[first + axis] = options.window.padding[axis];
  }
  return task;
}

void check(const net::Node& node) {
  for (const auto* list : {&options_of(node).window.kernel, &options_of(node).window.stride}) {
    if (std::all_of(list->begin(), list->end(), [](std::int64_t value) { return value <= kLargestAttribute; }))
      continue;
    throw Error(ErrorCode::unsupported, "node '" + node.name + "'", "the engine takes kernels and strides up to 2^20");
  }
}

class MaxPoolingKernel final : public Kernel {
 public:
  MaxPoolingKernel(const PoolingTask& task, const KernelBuffers& buffers) : task_(task), buffers_(buffers) {}

  void forward(const ForwardRun& run) noexcept override {
    task_.rows = run.rows;
    max_pooling(task_, buffers_.inputs[0], buffers_.output, reinterpret_cast<std::int32_t*>(buffers_.saved));
  }
  void backward(const BackwardRun& run) noexcept override {
    if (buffers_.input_gradients[0] == nullptr) return;
    task_.rows = run.rows;
    max_pooling_gradient(task_, buffers_.output_gradient, reinterpret_cast<const std::int32_t*>(buffers_.saved),
                         buffers_.input_gradients[0]);
  }

 private:
  PoolingTask task_;
  KernelBuffers buffers_;
};

class AveragePoolingKernel final : public Kernel {
 public:
  AveragePoolingKernel(const PoolingTask& task, const KernelBuffers& buffers) : task_(task), buffers_(buffers) {}

  void forward(const ForwardRun& run) noexcept override {
    task_.rows = run.rows;
    average_pooling(task_, buffers_.inputs[0], buffers_.output);
  }
  void backward(const BackwardRun& run) noexcept override {
    if (buffers_.input_gradients[0] == nullptr) return;
    task_.rows = run.rows;
    average_pooling_gradient(task_, buffers_.output_gradient, buffers_.input_gradients[0]);
  }

 private:
  PoolingTask task_;
  KernelBuffers buffers_;
};

OpTraits traits(const net::Node& node, const CompileHints& hints) {
  check(node);
  static_assert(sizeof(float) == sizeof(std::int32_t));  // `saved` holds the taps that were taken
  const bool max = options_of(node).type == net::PoolingKind::max;
  const Shape whole{hints.batch_size, node.shape.count()};  // refuses an overflow
  return {.layout = LayoutRule::channels_last, .saved_floats = max ? static_cast<std::size_t>(whole.count()) : 0};
}

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers,
                             std::span<ParameterSlot>) {
  const PoolingTask task = task_of(node, hints.input_shapes[0]);
  if (options_of(node).type == net::PoolingKind::max) return std::make_unique<MaxPoolingKernel>(task, buffers);
  return std::make_unique<AveragePoolingKernel>(task, buffers);
}

void reference(const net::Node& node, const ReferenceTensors& t) {
  const PoolingTask p = task_of(node, t.input_shapes[0]);
  const bool max = options_of(node).type == net::PoolingKind::max;
  const auto volume = [](const std::array<std::int64_t, 3>& e) { return e[0] * e[1] * e[2]; };
  const std::int64_t taps = volume(p.kernel);
  for (std::size_t i = 0; i < t.output.size(); ++i) {
    const std::int64_t position = static_cast<std::int64_t>(i) % volume(p.dst);
    const std::int64_t plane = static_cast<std::int64_t>(i) / volume(p.dst);  // row and channel
    const std::array<std::int64_t, 3> at{position / (p.dst[1] * p.dst[2]), position / p.dst[2] % p.dst[1],
                                         position % p.dst[2]};
    double result = max ? -std::numeric_limits<double>::infinity() : 0;
    for (std::int64_t tap = 0; tap < taps; ++tap) {
      const std::array<std::int64_t, 3> k{tap / (p.kernel[1] * p.kernel[2]), tap / p.kernel[2] % p.kernel[1],
                                          tap % p.kernel[2]};
      std::int64_t source = plane;
      bool inside = true;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const std::int64_t x = at[axis] * p.stride[axis] + k[axis] - p.padding[axis];
        inside = inside && x >= 0 && x < p.src[axis];
        source = source * p.src[axis] + x;
      }
      if (!inside) continue;
      const double value = t.inputs[0][static_cast<std::size_t>(source)];
      result = max ? std::max(result, value) : result + value / static_cast<double>(taps);
    }
    t.output[i] = result;
  }
}

}  // namespace

const OpEntry kPoolingEntry{"pooling", traits, make, reference};

}  // namespace fanin::engine
