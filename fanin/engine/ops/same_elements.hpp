// What flatten and reshape run as: the same elements in the same order.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>

#include "fanin/engine/kernel.hpp"

namespace fanin::engine {

class SameElementsKernel final : public Kernel {
 public:
  SameElementsKernel(const net::Node& node, const KernelBuffers& buffers)
      : buffers_(buffers), bytes_(static_cast<std::size_t>(node.shape.count()) * sizeof(float)) {}

  void forward(const ForwardRun& run) noexcept override { copy(run.rows, buffers_.inputs[0], buffers_.output); }
  void backward(const BackwardRun& run) noexcept override {
    copy(run.rows, buffers_.output_gradient, buffers_.input_gradients[0]);
  }

 private:
  void copy(std::int64_t rows, const float* from, float* to) const noexcept {
    if (to != nullptr && to != from) std::memcpy(to, from, static_cast<std::size_t>(rows) * bytes_);
  }

  KernelBuffers buffers_;
  std::size_t bytes_;
};

inline OpTraits same_elements_traits(const net::Node&, const CompileHints&) { return {.in_place = true}; }

inline std::unique_ptr<Kernel> make_same_elements(const net::Node& node, const CompileHints&,
                                                  const KernelBuffers& buffers, std::span<ParameterSlot>) {
  return std::make_unique<SameElementsKernel>(node, buffers);
}

inline void same_elements_reference(const net::Node&, const ReferenceTensors& t) {
  std::copy(t.inputs[0].begin(), t.inputs[0].end(), t.output.begin());
}

}  // namespace fanin::engine
