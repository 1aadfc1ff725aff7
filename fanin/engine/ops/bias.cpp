#include <algorithm>
#include <cstring>

#include "fanin/engine/ops/table.hpp"

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
    const float* const bias = slot_.value;
    for (std::int64_t row = 0; row < run.rows * rows_per_sample_; ++row) {
      const float* const x = buffers_.inputs[0] + static_cast<std::size_t>(row) * units_;
      float* const y = buffers_.output + static_cast<std::size_t>(row) * units_;
      for (std::size_t i = 0; i < units_; ++i) y[i] = x[i] + bias[i];
    }
  }

  void backward(const BackwardRun& run) noexcept override {
    const std::size_t rows = static_cast<std::size_t>(run.rows * rows_per_sample_);
    float* const dx = buffers_.input_gradients[0];
    const float* const dy = buffers_.output_gradient;
    if (dx != nullptr && dx != dy) std::memcpy(dx, dy, rows * units_ * sizeof(float));
    float* const sum = slot_.gradient != nullptr ? slot_.gradient : buffers_.workspace;
    std::fill_n(sum, units_, 0.0F);
    // Rows are added in their order, four at a time so that the sums stay in registers longer.
    std::size_t row = 0;
    for (; row + 4 <= rows; row += 4) {
      const float* const a = dy + row * units_;
      for (std::size_t i = 0; i < units_; ++i) {
        sum[i] += (a[i] + a[units_ + i]) + (a[2 * units_ + i] + a[3 * units_ + i]);
      }
    }
    for (; row < rows; ++row) {
      for (std::size_t i = 0; i < units_; ++i) sum[i] += dy[row * units_ + i];
    }
    run.apply(slot_, 0, units_, sum);
  }

 private:
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
