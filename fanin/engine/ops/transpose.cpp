#include "fanin/net/ops/transpose.hpp"

#include <cstring>
#include <numeric>
#include <vector>

#include "fanin/engine/layout_conversion.hpp"
#include "fanin/engine/ops/table.hpp"

namespace fanin::engine {
namespace {

// Axis i of the output is this axis of the input.
std::vector<std::size_t> axes_of(const net::Node& node) {
  const std::vector<std::int64_t>& given = static_cast<const net::Transpose&>(*node.op).axes();
  std::vector<std::size_t> axes(given.begin(), given.end());
  if (!axes.empty()) return axes;
  axes.resize(node.shape.rank());
  std::iota(axes.begin(), axes.end(), std::size_t{0});
  std::swap(axes[axes.size() - 1], axes[axes.size() - 2]);
  return axes;
}

std::vector<std::size_t> inverse(const std::vector<std::size_t>& axes) {
  std::vector<std::size_t> back(axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i) back[axes[i]] = i;
  return back;
}

std::vector<std::size_t> row_major_strides(const Shape& shape) {
  std::vector<std::size_t> strides(shape.rank(), 1);
  for (std::size_t i = shape.rank(); i-- > 1;) strides[i - 1] = strides[i] * static_cast<std::size_t>(shape[i]);
  return strides;
}

// The copy of a sample into another order, with neighbours that stay neighbours taken as one axis.
class Reordering {
 public:
  Reordering(const Shape& from, const std::vector<std::size_t>& axes)
      : floats_(static_cast<std::size_t>(from.count())) {
    const std::vector<std::size_t> strides = row_major_strides(from);
    for (const std::size_t axis : axes) {
      const auto extent = static_cast<std::size_t>(from[axis]);
      if (extent == 1) continue;
      if (!axes_.empty() && axes_.back().stride == extent * strides[axis]) {
        axes_.back() = {axes_.back().extent * extent, strides[axis]};
      } else {
        axes_.push_back({extent, strides[axis]});
      }
    }
    if (axes_.empty()) axes_.push_back({1, 1});
  }

  void apply(std::int64_t rows, const float* from, float* to) const noexcept {
    if (axes_.size() == 2 && axes_[0].stride == 1) {  // a matrix
      transpose_samples(rows, static_cast<std::int64_t>(axes_[1].extent), static_cast<std::int64_t>(axes_[0].extent),
                        from, to);
      return;
    }
    for (std::int64_t row = 0; row < rows; ++row, from += floats_) to = copy(0, from, to);
  }

 private:
  struct Axis {
    std::size_t extent;
    std::size_t stride;  // in the source
  };

  // The axes from `which` on; returns the end of what was written.
  float* copy(std::size_t which, const float* from, float* to) const noexcept {
    const auto [extent, stride] = axes_[which];
    if (which + 1 < axes_.size()) {
      for (std::size_t i = 0; i < extent; ++i) to = copy(which + 1, from + i * stride, to);
      return to;
    }
    if (stride == 1) {
      std::memcpy(to, from, extent * sizeof(float));
    } else {
      for (std::size_t i = 0; i < extent; ++i) to[i] = from[i * stride];
    }
    return to + extent;
  }

  std::size_t floats_;
  std::vector<Axis> axes_;
};

class TransposeKernel final : public Kernel {
 public:
  TransposeKernel(const net::Node& node, const Shape& input, const KernelBuffers& buffers)
      : buffers_(buffers), forward_(input, axes_of(node)), backward_(node.shape, inverse(axes_of(node))) {}

  void forward(const ForwardRun& run) noexcept override {
    forward_.apply(run.rows, buffers_.inputs[0], buffers_.output);
  }
  void backward(const BackwardRun& run) noexcept override {
    if (buffers_.input_gradients[0] == nullptr) return;
    backward_.apply(run.rows, buffers_.output_gradient, buffers_.input_gradients[0]);
  }

 private:
  KernelBuffers buffers_;
  Reordering forward_;
  Reordering backward_;
};

OpTraits traits(const net::Node&, const CompileHints&) { return {}; }

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers,
                             std::span<ParameterSlot>) {
  return std::make_unique<TransposeKernel>(node, hints.input_shapes[0], buffers);
}

void reference(const net::Node& node, const ReferenceTensors& t) {
  const std::vector<std::size_t> axes = axes_of(node);
  const std::vector<std::size_t> output_strides = row_major_strides(node.shape);
  const std::vector<std::size_t> input_strides = row_major_strides(t.input_shapes[0]);
  const auto floats = static_cast<std::size_t>(node.shape.count());
  for (std::size_t i = 0; i < t.output.size(); ++i) {
    std::size_t from = i / floats * floats;
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
      const auto extent = static_cast<std::size_t>(node.shape[axis]);
      from += i % floats / output_strides[axis] % extent * input_strides[axes[axis]];
    }
    t.output[i] = t.inputs[0][from];
  }
}

}  // namespace

const OpEntry kTransposeEntry{"transpose", traits, make, reference};

}  // namespace fanin::engine
