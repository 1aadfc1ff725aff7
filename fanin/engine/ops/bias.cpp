#include <cstring>

#include "fanin/engine/ops/table.hpp"
#include "fanin/engine/row_kernels.hpp"

namespace fanin::engine {
namespace {

class BiasKernel final : public Kernel {
 public:
  BiasKernel(const net::Node& node, const KernelBuffers& buffers, ParameterSlot& slot)
      : buffers_(buffers),
        slot_(slot),
        units_(slot.count),
        rows_per_sample_(node.shape.count() / static_cast<std::int64_t>(units_)) {}

  void forward(const ForwardRun& run) noexcept override {
    add_to_rows(rows(run.rows), units_, buffers_.inputs[0], slot_.value, buffers_.output);
  }

  void backward(const BackwardRun& run) noexcept override {
    float* const dx = buffers_.input_gradients[0];
    const float* const dy = buffers_.output_gradient;
    if (dx != nullptr && dx != dy) std::memcpy(dx, dy, rows(run.rows) * units_ * sizeof(float));
    float* const sum = slot_.gradient != nullptr ? slot_.gradient : buffers_.workspace;
    sum_of_rows(rows(run.rows), units_, units_, dy, sum);
    run.apply(slot_, 0, units_, sum);
  }

 private:
  [[nodiscard]] std::size_t rows(std::int64_t samples) const noexcept {
    return static_cast<std::size_t>(samples * rows_per_sample_);
  }

  KernelBuffers buffers_;
  ParameterSlot& slot_;
  std::size_t units_;
  std::int64_t rows_per_sample_;
};

OpTraits traits(const net::Node& node, const CompileHints&) {
  return {.in_place = true, .workspace_floats = static_cast<std::size_t>(node.shape.extents().back())};
}

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints&, const KernelBuffers& buffers,
                             std::span<ParameterSlot> slots) {
  return std::make_unique<BiasKernel>(node, buffers, slots[0]);
}

void reference(const net::Node&, const ReferenceTensors& t) {
  const std::size_t units = t.parameters[0].size();
  for (std::size_t i = 0; i < t.output.size(); ++i) t.output[i] = t.inputs[0][i] + t.parameters[0][i % units];
}

}  // namespace

const OpEntry kBiasEntry{"bias", traits, make, reference};

}  // namespace fanin::engine
