// A gradient of α is a sum over everything the scale touches, so it comes before the input gradient,
// which may overwrite the output's.
#include "fanin/net/ops/scale.hpp"

#include "fanin/engine/elementwise_kernels.hpp"
#include "fanin/engine/ops/table.hpp"

namespace fanin::engine {
namespace {

const net::Scale& op_of(const net::Node& node) { return static_cast<const net::Scale&>(*node.op); }

// One α for all: fixed, or a parameter.
class ScaleKernel final : public Kernel {
 public:
  ScaleKernel(const net::Node& node, const KernelBuffers& buffers, ParameterSlot* slot)
      : buffers_(buffers),
        slot_(slot),
        value_(static_cast<float>(op_of(node).value())),
        features_(static_cast<std::size_t>(node.shape.count())) {}

  void forward(const ForwardRun& run) noexcept override {
    multiply(static_cast<std::size_t>(run.rows) * features_, alpha(), buffers_.inputs[0], buffers_.output);
  }

  void backward(const BackwardRun& run) noexcept override {
    const std::size_t count = static_cast<std::size_t>(run.rows) * features_;
    const float* const dy = buffers_.output_gradient;
    const auto gradient = slot_ == nullptr ? 0.0F : static_cast<float>(dot(count, dy, buffers_.inputs[0]));
    if (float* const dx = buffers_.input_gradients[0]; dx != nullptr) multiply(count, alpha(), dy, dx);
    if (slot_ == nullptr) return;
    if (slot_->gradient != nullptr) *slot_->gradient = gradient;
    run.apply(*slot_, 0, 1, &gradient);
  }

 private:
  [[nodiscard]] float alpha() const noexcept { return slot_ == nullptr ? value_ : *slot_->value; }

  KernelBuffers buffers_;
  ParameterSlot* slot_;
  float value_;
  std::size_t features_;
};

// An α for each unit of the last axis.
class UnitScaleKernel final : public Kernel {
 public:
  UnitScaleKernel(const net::Node& node, const KernelBuffers& buffers, ParameterSlot& slot)
      : buffers_(buffers),
        slot_(slot),
        units_(slot.count),
        rows_per_sample_(static_cast<std::size_t>(node.shape.count()) / units_) {}

  void forward(const ForwardRun& run) noexcept override {
    multiply_rows(rows(run.rows), units_, buffers_.inputs[0], slot_.value, buffers_.output);
  }

  void backward(const BackwardRun& run) noexcept override {
    const float* const dy = buffers_.output_gradient;
    float* const sums = slot_.gradient != nullptr ? slot_.gradient : buffers_.workspace;
    sum_products_of_rows(rows(run.rows), units_, buffers_.inputs[0], dy, sums);
    if (float* const dx = buffers_.input_gradients[0]; dx != nullptr) {
      multiply_rows(rows(run.rows), units_, dy, slot_.value, dx);
    }
    run.apply(slot_, 0, units_, sums);
  }

 private:
  [[nodiscard]] std::size_t rows(std::int64_t samples) const noexcept {
    return static_cast<std::size_t>(samples) * rows_per_sample_;
  }

  KernelBuffers buffers_;
  ParameterSlot& slot_;
  std::size_t units_;
  std::size_t rows_per_sample_;
};

OpTraits traits(const net::Node& node, const CompileHints&) {
  const net::ScaleKind kind = op_of(node).type();
  if (kind == net::ScaleKind::per_unit) {
    return {.in_place = true,
            .saves_input = true,
            .workspace_floats = static_cast<std::size_t>(node.shape.extents().back())};
  }
  return {.in_place = true, .saves_input = kind == net::ScaleKind::trainable, .layout = LayoutRule::any};
}

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints&, const KernelBuffers& buffers,
                             std::span<ParameterSlot> slots) {
  if (op_of(node).type() == net::ScaleKind::per_unit) {
    return std::make_unique<UnitScaleKernel>(node, buffers, slots[0]);
  }
  return std::make_unique<ScaleKernel>(node, buffers, slots.empty() ? nullptr : slots.data());
}

void reference(const net::Node& node, const ReferenceTensors& t) {
  for (std::size_t i = 0; i < t.output.size(); ++i) {
    const double alpha = t.parameters.empty() ? op_of(node).value() : t.parameters[0][i % t.parameters[0].size()];
    t.output[i] = alpha * t.inputs[0][i];
  }
}

}  // namespace

const OpEntry kScaleEntry{"scale", traits, make, reference};

}  // namespace fanin::engine
