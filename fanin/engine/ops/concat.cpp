#include "fanin/net/ops/concat.hpp"

#include <cstring>
#include <vector>

#include "fanin/engine/ops/table.hpp"

namespace fanin::engine {
namespace {

std::size_t axis_of(const net::Node& node) {
  const std::int64_t axis = static_cast<const net::Concat&>(*node.op).axis();
  return static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(node.shape.rank()) : axis);
}

// A sample as runs of contiguous values, of which every input holds a part.
struct Runs {
  std::size_t count = 1;
  std::vector<std::size_t> parts = {};  // values of each input in a run
  std::size_t whole = 0;                // values of the output in a run
};

Runs runs_of(const net::Node& node, std::span<const Shape> inputs, bool channels_last) {
  const std::size_t axis = axis_of(node);
  std::vector<std::size_t> order;  // of the axes in memory
  for (std::size_t i = channels_last ? 1 : 0; i < node.shape.rank(); ++i) order.push_back(i);
  if (channels_last) order.push_back(0);
  Runs runs;
  std::size_t inner = 1;  // values for each position of the axis
  bool outside = true;
  for (const std::size_t i : order) {
    if (i == axis) {
      outside = false;
    } else {
      (outside ? runs.count : inner) *= static_cast<std::size_t>(node.shape[i]);
    }
  }
  for (const Shape& input : inputs) runs.parts.push_back(static_cast<std::size_t>(input[axis]) * inner);
  runs.whole = static_cast<std::size_t>(node.shape[axis]) * inner;
  return runs;
}

class ConcatKernel final : public Kernel {
 public:
  ConcatKernel(const KernelBuffers& buffers, Runs runs) : buffers_(buffers), runs_(std::move(runs)) {}

  void forward(const ForwardRun& run) noexcept override {
    std::size_t offset = 0;
    for (std::size_t i = 0; i < runs_.parts.size(); offset += runs_.parts[i++]) {
      copy(run.rows, runs_.parts[i], buffers_.inputs[i], runs_.parts[i], buffers_.output + offset, runs_.whole);
    }
  }

  void backward(const BackwardRun& run) noexcept override {
    std::size_t offset = 0;
    for (std::size_t i = 0; i < runs_.parts.size(); offset += runs_.parts[i++]) {
      float* const dx = buffers_.input_gradients[i];
      if (dx == nullptr) continue;
      copy(run.rows, runs_.parts[i], buffers_.output_gradient + offset, runs_.whole, dx, runs_.parts[i]);
    }
  }

 private:
  // `values` of each run, from runs that lie `from_stride` apart to runs that lie `to_stride` apart.
  void copy(std::int64_t rows, std::size_t values, const float* from, std::size_t from_stride, float* to,
            std::size_t to_stride) const noexcept {
    for (std::size_t k = 0; k < static_cast<std::size_t>(rows) * runs_.count; ++k) {
      std::memcpy(to + k * to_stride, from + k * from_stride, values * sizeof(float));
    }
  }

  KernelBuffers buffers_;
  Runs runs_;
};

OpTraits traits(const net::Node&, const CompileHints&) { return {.layout = LayoutRule::any}; }

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers,
                             std::span<ParameterSlot>) {
  return std::make_unique<ConcatKernel>(buffers,
                                        runs_of(node, hints.input_shapes, buffers.layout == Layout::channels_last));
}

void reference(const net::Node& node, const ReferenceTensors& t) {
  const std::size_t axis = axis_of(node);
  std::size_t outer = static_cast<std::size_t>(t.rows);
  for (std::size_t i = 0; i < axis; ++i) outer *= static_cast<std::size_t>(node.shape[i]);
  std::size_t to = 0;
  for (std::size_t k = 0; k < outer; ++k) {
    for (const std::span<const double> input : t.inputs) {
      const std::size_t part = input.size() / outer;
      for (std::size_t i = 0; i < part; ++i) t.output[to++] = input[k * part + i];
    }
  }
}

}  // namespace

const OpEntry kConcatEntry{"concat", traits, make, reference};

}  // namespace fanin::engine
