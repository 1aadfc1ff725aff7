#include "fanin/net/ops/position_embedding.hpp"

#include <algorithm>

#include "fanin/engine/ops/table.hpp"
#include "fanin/engine/row_kernels.hpp"

namespace fanin::engine {
namespace {

// A sequence may be shorter than the weight has positions: the weight's first values are added then.
class PositionEmbeddingKernel final : public Kernel {
 public:
  PositionEmbeddingKernel(const net::Node& node, const KernelBuffers& buffers, ParameterSlot& slot)
      : buffers_(buffers), slot_(slot), features_(static_cast<std::size_t>(node.shape.count())) {}

  void forward(const ForwardRun& run) noexcept override {
    add_to_rows(static_cast<std::size_t>(run.rows), features_, buffers_.inputs[0], slot_.value, buffers_.output);
  }

  void backward(const BackwardRun& run) noexcept override {
    const auto rows = static_cast<std::size_t>(run.rows);
    float* const dx = buffers_.input_gradients[0];
    const float* const dy = buffers_.output_gradient;
    if (dx != nullptr && dx != dy) std::copy_n(dy, rows * features_, dx);
    float* const gradient = slot_.gradient != nullptr ? slot_.gradient : buffers_.workspace;
    sum_of_rows(rows, features_, features_, dy, gradient);
    std::fill(gradient + features_, gradient + slot_.count, 0.0F);
    run.apply(slot_, 0, slot_.count, gradient);
  }

 private:
  KernelBuffers buffers_;
  ParameterSlot& slot_;
  std::size_t features_;
};

OpTraits traits(const net::Node& node, const CompileHints& hints) {
  const auto count = static_cast<std::size_t>(node.parameters[0].shape().count());
  return {.in_place = true, .workspace_floats = hints.training ? count : 0};
}

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints&, const KernelBuffers& buffers,
                             std::span<ParameterSlot> slots) {
  return std::make_unique<PositionEmbeddingKernel>(node, buffers, slots[0]);
}

void reference(const net::Node& node, const ReferenceTensors& t) {
  const auto features = static_cast<std::size_t>(node.shape.count());
  for (std::size_t i = 0; i < t.output.size(); ++i) t.output[i] = t.inputs[0][i] + t.parameters[0][i % features];
}

}  // namespace

const OpEntry kPositionEmbeddingEntry{"position_embedding", traits, make, reference};

}  // namespace fanin::engine
