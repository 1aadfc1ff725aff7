#include "fanin/net/ops/conv.hpp"

#include <memory>
#include <string>

#include "fanin/engine/convolution.hpp"
#include "fanin/engine/convolution_reference.hpp"
#include "fanin/engine/ops/table.hpp"

namespace fanin::engine {
namespace {

std::size_t lines(std::size_t floats) { return (floats + 15) / 16 * 16; }

const net::ConvOptions& options_of(const net::Node& node) { return static_cast<const net::Conv&>(*node.op).options(); }

std::string place_of(const net::Node& node) { return "node '" + node.name + "'"; }

ConvolutionShape shape_of(const net::Node& node, const Shape& input) {
  const net::ConvOptions& options = options_of(node);
  const auto& [in, out] = std::pair(input.extents(), node.shape.extents());
  return {.groups = options.groups,
          .src_channels = input[0],
          .dst_channels = options.channels,
          .src = {in.begin() + 1, in.end()},
          .dst = {out.begin() + 1, out.end()},
          .window = options.window};
}

ConvolutionUse use_of(const net::Node& node, const CompileHints& hints) {
  return {.backward_data = hints.training && !hints.reads_graph_input,
          .backward_weights = hints.training,
          .bias = options_of(node).bias};
}

class ConvKernel final : public Kernel {
 public:
  ConvKernel(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers,
             std::span<ParameterSlot> slots)
      : buffers_(buffers),
        slots_(slots),
        gradients_(buffers.workspace),
        convolutions_(shape_of(node, hints.input_shapes[0]), hints.batch_size, use_of(node, hints), place_of(node),
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
    const auto& [convolution, own, workspace] = convolutions_.at(run.rows);
    convolution->forward(buffers_.inputs[0], slots_[0].value, slots_.size() > 1 ? slots_[1].value : nullptr,
                         buffers_.output, workspace);
  }

  void backward(const BackwardRun& run) noexcept override {
    const auto& [convolution, own, workspace] = convolutions_.at(run.rows);
    const float* const dy = buffers_.output_gradient;
    if (float* const dx = buffers_.input_gradients[0]; dx != nullptr) {
      convolution->backward_data(dy, slots_[0].value, dx, workspace);
    }
    float* const weight = slots_[0].gradient != nullptr ? slots_[0].gradient : gradients_;
    float* bias = nullptr;
    if (slots_.size() > 1) {
      bias = slots_[1].gradient != nullptr ? slots_[1].gradient : gradients_ + lines(slots_[0].count);
    }
    convolution->backward_weights(buffers_.inputs[0], dy, weight, bias, workspace);
    run.apply(slots_[0], 0, slots_[0].count, weight);
    if (bias != nullptr) run.apply(slots_[1], 0, slots_[1].count, bias);
  }

 private:
  KernelBuffers buffers_;
  std::span<ParameterSlot> slots_;
  float* gradients_;
  ConvolutionSet convolutions_;
};

OpTraits traits(const net::Node& node, const CompileHints& hints) {
  const auto convolution =
      make_convolution(shape_of(node, hints.input_shapes[0]), hints.batch_size, use_of(node, hints), place_of(node));
  return {.saves_input = true,
          .layout = LayoutRule::channels_last,
          .workspace_floats = ConvKernel::gradient_floats(node) + convolution->workspace_floats()};
}

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers,
                             std::span<ParameterSlot> slots) {
  return std::make_unique<ConvKernel>(node, hints, buffers, slots);
}

void reference(const net::Node& node, const ReferenceTensors& t) {
  const ConvolutionShape shape = shape_of(node, t.input_shapes[0]);
  const auto positions = static_cast<std::size_t>(node.shape.count() / node.shape[0]);
  for (std::size_t i = 0; i < t.output.size(); ++i) {
    const std::size_t channel = i / positions % static_cast<std::size_t>(shape.dst_channels);
    t.output[i] = options_of(node).bias ? t.parameters[1][channel] : 0;
  }
  for_each_product(shape, t.rows, [&](std::size_t src, std::size_t weight, std::size_t dst) {
    t.output[dst] += t.inputs[0][src] * t.parameters[0][weight];
  });
}

}  // namespace

const OpEntry kConvEntry{"conv", traits, make, reference};

}  // namespace fanin::engine
