// The adjoint of a convolution that goes from this op's output to its input: the passes change places.
#include "fanin/net/ops/conv_transpose.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/engine/convolution.hpp"
#include "fanin/engine/convolution_reference.hpp"
#include "fanin/engine/ops/table.hpp"
#include "fanin/engine/row_kernels.hpp"

namespace fanin::engine {
namespace {

std::size_t lines(std::size_t floats) { return (floats + 15) / 16 * 16; }

const net::ConvTransposeOptions& options_of(const net::Node& node) {
  return static_cast<const net::ConvTranspose&>(*node.op).options();
}

std::string place_of(const net::Node& node) { return "node '" + node.name + "'"; }

ConvolutionShape adjoint_of(const net::Node& node, const Shape& input) {
  const auto spatial = [](const Shape& shape) {
    return std::vector<std::int64_t>(shape.extents().begin() + 1, shape.extents().end());
  };
  return {.groups = options_of(node).groups,
          .src_channels = options_of(node).channels,
          .dst_channels = input[0],
          .src = spatial(node.shape),
          .dst = spatial(input),
          .window = options_of(node).window};
}

ConvolutionUse use_of(const CompileHints& hints) {
  return {.forward = hints.training, .backward_weights = hints.training, .bias = false};
}

class ConvTransposeKernel final : public Kernel {
 public:
  ConvTransposeKernel(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers,
                      std::span<ParameterSlot> slots)
      : buffers_(buffers),
        slots_(slots),
        gradients_(buffers.workspace),
        channels_(static_cast<std::size_t>(node.shape[0])),
        positions_(static_cast<std::size_t>(node.shape.count()) / channels_),
        adjoints_(adjoint_of(node, hints.input_shapes[0]), hints.batch_size, use_of(hints), place_of(node),
                  buffers.workspace + gradient_floats(node)) {}

  /// The workspace begins with the parameters' gradients, for when nobody keeps them.
  static std::size_t gradient_floats(const net::Node& node) {
    std::size_t floats = 0;
    for (const net::ParameterSpec& spec : node.parameters) {
      floats += lines(static_cast<std::size_t>(spec.shape().count()));
    }
    return floats;
  }

  void forward(const ForwardRun& run) noexcept override {
    const auto& [adjoint, own, workspace] = adjoints_.at(run.rows);
    adjoint->backward_data(buffers_.inputs[0], slots_[0].value, buffers_.output, workspace);
    if (slots_.size() > 1) {
      add_to_rows(static_cast<std::size_t>(run.rows) * positions_, channels_, buffers_.output, slots_[1].value,
                  buffers_.output);
    }
  }

  void backward(const BackwardRun& run) noexcept override {
    const auto& [adjoint, own, workspace] = adjoints_.at(run.rows);
    const float* const dy = buffers_.output_gradient;
    if (float* const dx = buffers_.input_gradients[0]; dx != nullptr) {
      adjoint->forward(dy, slots_[0].value, nullptr, dx, workspace);
    }
    float* const weight = slots_[0].gradient != nullptr ? slots_[0].gradient : gradients_;
    adjoint->backward_weights(dy, buffers_.inputs[0], weight, nullptr, workspace);
    run.apply(slots_[0], 0, slots_[0].count, weight);
    if (slots_.size() < 2) return;
    float* const bias = slots_[1].gradient != nullptr ? slots_[1].gradient : gradients_ + lines(slots_[0].count);
    sum_of_rows(static_cast<std::size_t>(run.rows) * positions_, channels_, channels_, dy, bias);
    run.apply(slots_[1], 0, slots_[1].count, bias);
  }

 private:
  KernelBuffers buffers_;
  std::span<ParameterSlot> slots_;
  float* gradients_;
  std::size_t channels_;
  std::size_t positions_;  // of the output, per row
  ConvolutionSet adjoints_;
};

OpTraits traits(const net::Node& node, const CompileHints& hints) {
  const auto adjoint =
      make_convolution(adjoint_of(node, hints.input_shapes[0]), hints.batch_size, use_of(hints), place_of(node));
  return {.saves_input = true,
          .layout = LayoutRule::channels_last,
          .workspace_floats = ConvTransposeKernel::gradient_floats(node) + adjoint->workspace_floats()};
}

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers,
                             std::span<ParameterSlot> slots) {
  return std::make_unique<ConvTransposeKernel>(node, hints, buffers, slots);
}

void reference(const net::Node& node, const ReferenceTensors& t) {
  const auto channels = static_cast<std::size_t>(node.shape[0]);
  const std::size_t positions = static_cast<std::size_t>(node.shape.count()) / channels;
  for (std::size_t i = 0; i < t.output.size(); ++i) {
    t.output[i] = options_of(node).bias ? t.parameters[1][i / positions % channels] : 0;
  }
  for_each_product(adjoint_of(node, t.input_shapes[0]), t.rows, [&](std::size_t y, std::size_t weight, std::size_t x) {
    t.output[y] += t.inputs[0][x] * t.parameters[0][weight];
  });
}

}  // namespace

const OpEntry kConvTransposeEntry{"conv_transpose", traits, make, reference};

}  // namespace fanin::engine
