#include "fanin/net/ops/activation.hpp"

#include "fanin/core/error.hpp"
#include "fanin/engine/activation_kernels.hpp"
#include "fanin/engine/ops/table.hpp"

namespace fanin::engine {
namespace {

const net::Activation& function_of(const net::Node& node) {
  return static_cast<const net::ActivationOp&>(*node.op).function();
}

const ActivationKernels& kernels_of(const net::Node& node) {
  const ActivationKernels* const kernels = find_activation_kernels(function_of(node).function().name);
  if (kernels == nullptr) {
    throw Error(ErrorCode::unsupported, "node '" + node.name + "'",
                "the engine has no kernel for the activation '" + std::string(function_of(node).function().name) + "'");
  }
  return *kernels;
}

class ActivationKernel final : public Kernel {
 public:
  ActivationKernel(const net::Node& node, const KernelBuffers& buffers)
      : buffers_(buffers),
        kernels_(kernels_of(node)),
        parameter_(static_cast<float>(function_of(node).parameter())),
        features_(static_cast<std::size_t>(node.shape.count())) {}

  void forward(const ForwardRun& run) noexcept override {
    kernels_.forward(parameter_, static_cast<std::size_t>(run.rows) * features_, buffers_.inputs[0], buffers_.output);
  }

  void backward(const BackwardRun& run) noexcept override {
    if (buffers_.input_gradients[0] == nullptr) return;
    const float* const saved = kernels_.saves == Saves::input ? buffers_.inputs[0] : buffers_.output;
    kernels_.backward(parameter_, static_cast<std::size_t>(run.rows) * features_, saved, buffers_.output_gradient,
                      buffers_.input_gradients[0]);
  }

 private:
  KernelBuffers buffers_;
  ActivationKernels kernels_;
  float parameter_;
  std::size_t features_;
};

OpTraits traits(const net::Node& node, const CompileHints&) {
  const bool input = kernels_of(node).saves == Saves::input;
  return {.in_place = true, .saves_input = input, .saves_output = !input, .layout = LayoutRule::any};
}

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints&, const KernelBuffers& buffers,
                             std::span<ParameterSlot>) {
  return std::make_unique<ActivationKernel>(node, buffers);
}

void reference(const net::Node& node, const ReferenceTensors& t) {
  for (std::size_t i = 0; i < t.output.size(); ++i) t.output[i] = function_of(node).value(t.inputs[0][i]);
}

}  // namespace

const OpEntry kActivationEntry{"activation", traits, make, reference};

}  // namespace fanin::engine
