#include "fanin/net/ops/embedding.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fanin/engine/elementwise_kernels.hpp"
#include "fanin/engine/ops/table.hpp"

namespace fanin::engine {
namespace {

constexpr std::int64_t kNoRow = -1;

// The weight's row for a token, or kNoRow for what is no whole number in [0, vocabulary).
template <class Float>
std::int64_t row_of(Float token, std::int64_t vocabulary) noexcept {
  if (!(token >= 0 && token < static_cast<Float>(vocabulary)) || token != std::floor(token)) return kNoRow;
  return static_cast<std::int64_t>(token);
}

class EmbeddingKernel final : public Kernel {
 public:
  EmbeddingKernel(const net::Node& node, const KernelBuffers& buffers, ParameterSlot& slot)
      : buffers_(buffers),
        slot_(slot),
        vocabulary_(slot.spec.shape()[0]),
        width_(slot.spec.shape()[1]),
        tokens_per_sample_(node.shape.count() / width_) {}

  // A token without a row makes its outputs NaN, so that the loss tells of it.
  void forward(const ForwardRun& run) noexcept override {
    float* to = buffers_.output;
    for (std::int64_t i = 0; i < run.rows * tokens_per_sample_; ++i, to += width_) {
      const std::int64_t row = row_of(buffers_.inputs[0][i], vocabulary_);
      if (row == kNoRow) {
        std::fill_n(to, width_, std::numeric_limits<float>::quiet_NaN());
      } else {
        std::copy_n(slot_.value + row * width_, width_, to);
      }
    }
  }

  // Tokens add to their rows in the order of the batch.
  void backward(const BackwardRun& run) noexcept override {
    const std::int64_t tokens = run.rows * tokens_per_sample_;
    float* const dx = buffers_.input_gradients[0];
    if (dx != nullptr) std::fill_n(dx, tokens, 0.0F);  // a token is no quantity
    float* const gradient = slot_.gradient != nullptr ? slot_.gradient : buffers_.workspace;
    std::fill_n(gradient, slot_.count, 0.0F);
    const float* from = buffers_.output_gradient;
    for (std::int64_t i = 0; i < tokens; ++i, from += width_) {
      const std::int64_t row = row_of(buffers_.inputs[0][i], vocabulary_);
      if (row == kNoRow) continue;
      float* const to = gradient + row * width_;
      add(static_cast<std::size_t>(width_), to, from, to);
    }
    run.apply(slot_, 0, slot_.count, gradient);
  }

 private:
  KernelBuffers buffers_;
  ParameterSlot& slot_;
  std::int64_t vocabulary_;
  std::int64_t width_;
  std::int64_t tokens_per_sample_;
};

OpTraits traits(const net::Node& node, const CompileHints& hints) {
  const auto count = static_cast<std::size_t>(node.parameters[0].shape().count());
  return {.saves_input = true, .workspace_floats = hints.training ? count : 0};
}

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints&, const KernelBuffers& buffers,
                             std::span<ParameterSlot> slots) {
  return std::make_unique<EmbeddingKernel>(node, buffers, slots[0]);
}

void reference(const net::Node& node, const ReferenceTensors& t) {
  const auto width = static_cast<std::size_t>(node.shape.extents().back());
  for (std::size_t i = 0; i < t.inputs[0].size(); ++i) {
    const std::int64_t row = row_of(t.inputs[0][i], node.parameters[0].shape()[0]);
    for (std::size_t j = 0; j < width; ++j) {
      t.output[i * width + j] = row == kNoRow ? std::numeric_limits<double>::quiet_NaN()
                                              : t.parameters[0][static_cast<std::size_t>(row) * width + j];
    }
  }
}

}  // namespace

const OpEntry kEmbeddingEntry{"embedding", traits, make, reference};

}  // namespace fanin::engine
