// One op's kernel alone, outside of any plan: values and gradients against numbers from elsewhere. All tensors here
// are row-major; the kernel is given the layout it asks for.
//
//     SingleOp op(net::conv({.channels = 4, .window = {.kernel = {3, 3}}}), {Shape{2, 5, 5}}, /*rows=*/3);
//     op.run({x}, {weight, bias}, dy);
//     op.output; op.input_gradients[0]; op.parameter_gradients[0];
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fanin/core/aligned_buffer.hpp"
#include "fanin/core/gemm.hpp"
#include "fanin/engine/compile.hpp"
#include "fanin/engine/kernel.hpp"
#include "fanin/engine/layout_conversion.hpp"
#include "fanin/net/graph.hpp"

namespace fanin::engine {

class SingleOp final {
 public:
  std::vector<float> output = {};
  std::vector<std::vector<float>> input_gradients = {};
  std::vector<std::vector<float>> parameter_gradients = {};

  SingleOp(net::OpPtr op, std::vector<Shape> input_shapes, std::int64_t rows)
      : shapes_(std::move(input_shapes)), rows_(rows) {
    use_one_thread();
    net::Graph graph;
    std::vector<net::NodeId> inputs;
    for (const Shape& shape : shapes_) inputs.push_back(graph.add_input(std::string(inputs.size() + 1, 'x'), shape));
    node_ = graph.node(graph.add("op", std::move(op), inputs));
  }

  void run(const std::vector<std::vector<float>>& inputs, const std::vector<std::vector<float>>& parameters,
           const std::vector<float>& output_gradient) {
    const CompileHints hints{.batch_size = rows_, .input_shapes = shapes_};
    const OpEntry& entry = find_op(node_);
    const OpTraits traits = entry.traits(node_, hints);
    last_ = traits.layout == LayoutRule::channels_last;
    std::vector<AlignedBuffer<float>> memory;
    const auto take = [&memory](std::size_t floats) { return memory.emplace_back(floats).data(); };
    const auto count = [this](const Shape& shape) { return static_cast<std::size_t>(rows_ * shape.count()); };
    KernelBuffers buffers{.output = take(count(node_.shape)),
                          .saved = take(traits.saved_floats),
                          .workspace = take(traits.workspace_floats),
                          .batch = take(traits.batch_floats),
                          .layout = last_ ? Layout::channels_last : Layout::row_major};
    float* const dy = take(count(node_.shape));
    buffers.output_gradient = dy;
    for (std::size_t i = 0; i < shapes_.size(); ++i) {
      float* const x = take(count(shapes_[i]));
      copy(shapes_[i], inputs[i].data(), x, true);
      buffers.inputs.push_back(x);
      buffers.input_gradients.push_back(take(count(shapes_[i])));
    }
    copy(node_.shape, output_gradient.data(), dy, true);
    std::vector<ParameterSlot> slots;
    for (const net::ParameterSpec& spec : node_.parameters) {
      const auto values = static_cast<std::size_t>(spec.shape().count());
      slots.push_back({.spec = spec, .count = values, .value = take(values), .gradient = take(values)});
    }
    const std::unique_ptr<Kernel> kernel = entry.make(node_, hints, buffers, slots);
    for (std::size_t i = 0; i < slots.size(); ++i) store_values(slots[i], parameters[i].data(), slots[i].value);

    kernel->forward({.rows = rows_, .batch_rows = rows_, .training = true});
    kernel->backward({.rows = rows_, .batch_rows = rows_});
    output.resize(count(node_.shape));
    copy(node_.shape, buffers.output, output.data(), false);
    input_gradients.clear();
    for (std::size_t i = 0; i < shapes_.size(); ++i) {
      copy(shapes_[i], buffers.input_gradients[i], input_gradients.emplace_back(count(shapes_[i])).data(), false);
    }
    parameter_gradients.clear();
    for (const ParameterSlot& slot : slots) {
      load_values(slot, slot.gradient, parameter_gradients.emplace_back(slot.count).data());
    }
  }

 private:
  // Into the kernel's layout, or out of it.
  void copy(const Shape& shape, const float* from, float* to, bool into) const {
    const std::int64_t channels = last_ ? shape[0] : 1;
    const std::int64_t positions = shape.count() / channels;
    transpose_samples(rows_, into ? channels : positions, into ? positions : channels, from, to);
  }

  std::vector<Shape> shapes_;
  std::int64_t rows_;
  net::Node node_;
  bool last_ = false;
};

}  // namespace fanin::engine
