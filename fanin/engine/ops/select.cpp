#include "fanin/net/ops/select.hpp"

#include <algorithm>
#include <cstring>

#include "fanin/engine/ops/table.hpp"

namespace fanin::engine {
namespace {

// A sample as [outer, extent, inner] around the axis, of which position `index` is taken.
struct Choice {
  std::size_t outer = 1;
  std::size_t extent = 1;
  std::size_t inner = 1;
  std::size_t index = 0;
};

Choice choice_of(const net::Node& node, const Shape& input) {
  const auto& op = static_cast<const net::Select&>(*node.op);
  const auto from_end = [](std::int64_t i, std::int64_t extent) {
    return static_cast<std::size_t>(i < 0 ? i + extent : i);
  };
  const std::size_t axis = from_end(op.axis(), static_cast<std::int64_t>(input.rank()));
  Choice choice{.extent = static_cast<std::size_t>(input[axis]), .index = from_end(op.index(), input[axis])};
  for (std::size_t i = 0; i < input.rank(); ++i) {
    if (i < axis) choice.outer *= static_cast<std::size_t>(input[i]);
    if (i > axis) choice.inner *= static_cast<std::size_t>(input[i]);
  }
  return choice;
}

class SelectKernel final : public Kernel {
 public:
  SelectKernel(const KernelBuffers& buffers, const Choice& choice) : buffers_(buffers), choice_(choice) {}

  void forward(const ForwardRun& run) noexcept override {
    const auto [outer, extent, inner, index] = choice_;
    for (std::size_t k = 0; k < static_cast<std::size_t>(run.rows) * outer; ++k) {
      std::memcpy(buffers_.output + k * inner, buffers_.inputs[0] + (k * extent + index) * inner,
                  inner * sizeof(float));
    }
  }

  void backward(const BackwardRun& run) noexcept override {
    float* const dx = buffers_.input_gradients[0];
    if (dx == nullptr) return;
    const auto [outer, extent, inner, index] = choice_;
    std::fill_n(dx, static_cast<std::size_t>(run.rows) * outer * extent * inner, 0.0F);
    for (std::size_t k = 0; k < static_cast<std::size_t>(run.rows) * outer; ++k) {
      std::memcpy(dx + (k * extent + index) * inner, buffers_.output_gradient + k * inner, inner * sizeof(float));
    }
  }

 private:
  KernelBuffers buffers_;
  Choice choice_;
};

OpTraits traits(const net::Node&, const CompileHints&) { return {}; }

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers,
                             std::span<ParameterSlot>) {
  return std::make_unique<SelectKernel>(buffers, choice_of(node, hints.input_shapes[0]));
}

void reference(const net::Node& node, const ReferenceTensors& t) {
  const auto [outer, extent, inner, index] = choice_of(node, t.input_shapes[0]);
  for (std::size_t i = 0; i < t.output.size(); ++i) {
    t.output[i] = t.inputs[0][(i / inner * extent + index) * inner + i % inner];
  }
}

}  // namespace

const OpEntry kSelectEntry{"select", traits, make, reference};

}  // namespace fanin::engine
