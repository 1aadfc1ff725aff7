#include "fanin/net/ops/glu.hpp"

#include <string>

#include "fanin/core/error.hpp"
#include "fanin/engine/activation_kernels.hpp"
#include "fanin/engine/elementwise_kernels.hpp"
#include "fanin/engine/ops/table.hpp"

namespace fanin::engine {
namespace {

const net::Activation& gate_of(const net::Node& node) { return static_cast<const net::Glu&>(*node.op).gate(); }

const ActivationKernels& kernels_of(const net::Node& node) {
  const std::string_view name = gate_of(node).function().name;
  const ActivationKernels* const kernels = find_activation_kernels(name);
  if (kernels == nullptr) {
    throw Error(ErrorCode::unsupported, "node '" + node.name + "'",
                "the engine has no kernel for the activation '" + std::string(name) + "'");
  }
  return *kernels;
}

// Rows of [a, b] give a·φ(b); `saved` keeps φ(b).
class GluKernel final : public Kernel {
 public:
  GluKernel(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers)
      : buffers_(buffers),
        gates_(hints.training ? buffers.saved : buffers.output),
        kernels_(kernels_of(node)),
        parameter_(static_cast<float>(gate_of(node).parameter())),
        half_(static_cast<std::size_t>(node.shape.extents().back())),
        rows_per_sample_(static_cast<std::size_t>(node.shape.count()) / half_) {}

  void forward(const ForwardRun& run) noexcept override {
    for (std::size_t row = 0; row < static_cast<std::size_t>(run.rows) * rows_per_sample_; ++row) {
      const float* const x = buffers_.inputs[0] + row * 2 * half_;
      float* const gate = gates_ + row * half_;
      kernels_.forward(parameter_, half_, x + half_, gate);
      product(half_, x, gate, buffers_.output + row * half_);
    }
  }

  void backward(const BackwardRun& run) noexcept override {
    float* const gradient = buffers_.input_gradients[0];
    if (gradient == nullptr) return;
    for (std::size_t row = 0; row < static_cast<std::size_t>(run.rows) * rows_per_sample_; ++row) {
      const float* const x = buffers_.inputs[0] + row * 2 * half_;
      const float* const gate = gates_ + row * half_;
      const float* const dy = buffers_.output_gradient + row * half_;
      float* const dx = gradient + row * 2 * half_;
      product(half_, dy, gate, dx);
      product(half_, dy, x, dx + half_);
      kernels_.backward(parameter_, half_, kernels_.saves == Saves::input ? x + half_ : gate, dx + half_, dx + half_);
    }
  }

 private:
  KernelBuffers buffers_;
  float* gates_;
  ActivationKernels kernels_;
  float parameter_;
  std::size_t half_;
  std::size_t rows_per_sample_;
};

OpTraits traits(const net::Node& node, const CompileHints& hints) {
  (void)kernels_of(node);
  const Shape gates{hints.batch_size, node.shape.count()};
  return {.saves_input = true, .saved_floats = static_cast<std::size_t>(gates.count())};
}

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers,
                             std::span<ParameterSlot>) {
  return std::make_unique<GluKernel>(node, hints, buffers);
}

void reference(const net::Node& node, const ReferenceTensors& t) {
  const auto half = static_cast<std::size_t>(node.shape.extents().back());
  for (std::size_t i = 0; i < t.output.size(); ++i) {
    const std::size_t a = i / half * 2 * half + i % half;
    t.output[i] = t.inputs[0][a] * gate_of(node).value(t.inputs[0][a + half]);
  }
}

}  // namespace

const OpEntry kGluEntry{"glu", traits, make, reference};

}  // namespace fanin::engine
