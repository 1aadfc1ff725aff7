// What layer_norm and rms_norm run as: rows of the last axis, normalized one by one.
#pragma once

#include <cmath>
#include <memory>
#include <span>

#include "fanin/engine/kernel.hpp"
#include "fanin/engine/row_norm_kernels.hpp"

namespace fanin::engine {

class RowNormKernel final : public Kernel {
 public:
  /// @param slots  the scale and the shift, the scale alone, or none.
  RowNormKernel(const net::Node& node, double epsilon, bool centers, const KernelBuffers& buffers,
                std::span<ParameterSlot> slots)
      : buffers_(buffers), slots_(slots), rows_per_sample_(static_cast<std::size_t>(row_count(node))) {
    norm_.units = static_cast<std::size_t>(node.shape.extents().back());
    norm_.epsilon = static_cast<float>(epsilon);
    norm_.centers = centers;
    if (!slots.empty()) norm_.scale = slots[0].value;
    if (slots.size() > 1) norm_.shift = slots[1].value;
  }

  /// Rows of a sample.
  static std::int64_t row_count(const net::Node& node) { return node.shape.count() / node.shape.extents().back(); }

  static OpTraits traits(const net::Node& node, const CompileHints& hints) {
    return {.in_place = true,
            .saves_input = true,
            .saved_floats = static_cast<std::size_t>(2 * hints.batch_size * row_count(node)),
            .workspace_floats = static_cast<std::size_t>(2 * node.shape.extents().back())};
  }

  void forward(const ForwardRun& run) noexcept override {
    norm_.rows = static_cast<std::size_t>(run.rows) * rows_per_sample_;
    row_norm(norm_, buffers_.inputs[0], buffers_.output, buffers_.saved);
  }

  void backward(const BackwardRun& run) noexcept override {
    norm_.rows = static_cast<std::size_t>(run.rows) * rows_per_sample_;
    float* const of_scale = gradient_of(0);
    float* const of_shift = gradient_of(1);
    row_norm_gradient(norm_, buffers_.inputs[0], buffers_.output_gradient, buffers_.saved, buffers_.input_gradients[0],
                      of_scale, of_shift);
    if (of_scale != nullptr) run.apply(slots_[0], 0, norm_.units, of_scale);
    if (of_shift != nullptr) run.apply(slots_[1], 0, norm_.units, of_shift);
  }

 private:
  [[nodiscard]] float* gradient_of(std::size_t slot) const noexcept {
    if (slot >= slots_.size()) return nullptr;
    return slots_[slot].gradient != nullptr ? slots_[slot].gradient : buffers_.workspace + slot * norm_.units;
  }

  KernelBuffers buffers_;
  std::span<ParameterSlot> slots_;
  RowNorm norm_;
  std::size_t rows_per_sample_;
};

}  // namespace fanin::engine
