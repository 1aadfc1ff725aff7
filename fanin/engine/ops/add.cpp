#include "fanin/net/ops/add.hpp"

#include <cstring>

#include "fanin/engine/elementwise_kernels.hpp"
#include "fanin/engine/ops/table.hpp"

namespace fanin::engine {
namespace {

class AddKernel final : public Kernel {
 public:
  AddKernel(const net::Node& node, const KernelBuffers& buffers)
      : buffers_(buffers), features_(static_cast<std::size_t>(node.shape.count())) {}

  void forward(const ForwardRun& run) noexcept override {
    const std::size_t count = static_cast<std::size_t>(run.rows) * features_;
    add(count, buffers_.inputs[0], buffers_.inputs[1], buffers_.output);
    for (std::size_t i = 2; i < buffers_.inputs.size(); ++i) {
      add(count, buffers_.output, buffers_.inputs[i], buffers_.output);
    }
  }

  void backward(const BackwardRun& run) noexcept override {
    const std::size_t bytes = static_cast<std::size_t>(run.rows) * features_ * sizeof(float);
    for (float* const dx : buffers_.input_gradients) {
      if (dx != nullptr && dx != buffers_.output_gradient) std::memcpy(dx, buffers_.output_gradient, bytes);
    }
  }

 private:
  KernelBuffers buffers_;
  std::size_t features_;
};

OpTraits traits(const net::Node&, const CompileHints&) { return {.layout = LayoutRule::any}; }

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints&, const KernelBuffers& buffers,
                             std::span<ParameterSlot>) {
  return std::make_unique<AddKernel>(node, buffers);
}

void reference(const net::Node&, const ReferenceTensors& t) {
  for (std::size_t i = 0; i < t.output.size(); ++i) {
    t.output[i] = 0;
    for (const std::span<const double> input : t.inputs) t.output[i] += input[i];
  }
}

}  // namespace

const OpEntry kAddEntry{"add", traits, make, reference};

}  // namespace fanin::engine
