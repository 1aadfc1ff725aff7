#include "fanin/net/ops/shift.hpp"

#include <cstring>

#include "fanin/engine/elementwise_kernels.hpp"
#include "fanin/engine/ops/table.hpp"

namespace fanin::engine {
namespace {

class ShiftKernel final : public Kernel {
 public:
  ShiftKernel(const net::Node& node, const KernelBuffers& buffers, ParameterSlot& slot)
      : buffers_(buffers), slot_(slot), features_(static_cast<std::size_t>(node.shape.count())) {}

  void forward(const ForwardRun& run) noexcept override {
    shift(static_cast<std::size_t>(run.rows) * features_, *slot_.value, buffers_.inputs[0], buffers_.output);
  }

  void backward(const BackwardRun& run) noexcept override {
    const std::size_t count = static_cast<std::size_t>(run.rows) * features_;
    const float* const dy = buffers_.output_gradient;
    float* const dx = buffers_.input_gradients[0];
    if (dx != nullptr && dx != dy) std::memcpy(dx, dy, count * sizeof(float));
    const auto gradient = static_cast<float>(sum(count, dy));
    if (slot_.gradient != nullptr) *slot_.gradient = gradient;
    run.apply(slot_, 0, 1, &gradient);
  }

 private:
  KernelBuffers buffers_;
  ParameterSlot& slot_;
  std::size_t features_;
};

OpTraits traits(const net::Node&, const CompileHints&) { return {.in_place = true, .layout = LayoutRule::any}; }

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints&, const KernelBuffers& buffers,
                             std::span<ParameterSlot> slots) {
  return std::make_unique<ShiftKernel>(node, buffers, slots[0]);
}

void reference(const net::Node&, const ReferenceTensors& t) {
  for (std::size_t i = 0; i < t.output.size(); ++i) t.output[i] = t.inputs[0][i] + t.parameters[0][0];
}

}  // namespace

const OpEntry kShiftEntry{"shift", traits, make, reference};

}  // namespace fanin::engine
