#include "fanin/net/ops/add.hpp"

#include <algorithm>
#include <cstring>

#include "fanin/engine/elementwise_kernels.hpp"
#include "fanin/engine/ops/table.hpp"

namespace fanin::engine {
namespace {

constexpr std::size_t kBlock = 4096;  // gradient values that go to all inputs while they are in the first cache

// The buffer that is also the output's must come first: later ones would find it overwritten.
template <class Pointer>
void put_first(std::vector<Pointer>& buffers, const float* shared) {
  std::stable_partition(buffers.begin(), buffers.end(), [shared](const float* buffer) { return buffer == shared; });
}

class AddKernel final : public Kernel {
 public:
  AddKernel(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers)
      : buffers_(buffers), features_(static_cast<std::size_t>(node.shape.count())), rectify_(hints.rectify) {
    put_first(buffers_.inputs, buffers_.output);
    std::erase(buffers_.input_gradients, nullptr);
    put_first(buffers_.input_gradients, buffers_.output_gradient);
  }

  void forward(const ForwardRun& run) noexcept override {
    const std::size_t count = static_cast<std::size_t>(run.rows) * features_;
    const float* sum = buffers_.inputs[0];
    for (std::size_t i = 1; i < buffers_.inputs.size(); ++i) {
      const bool last = i + 1 == buffers_.inputs.size();
      const auto step = last && rectify_ && !run.watched ? add_and_rectify : add;
      step(count, sum, buffers_.inputs[i], buffers_.output);
      sum = buffers_.output;
    }
  }

  void backward(const BackwardRun& run) noexcept override {
    const std::size_t count = static_cast<std::size_t>(run.rows) * features_;
    for (std::size_t first = 0; first < count; first += kBlock) {
      backward_block(first, std::min(kBlock, count - first));
    }
  }

 private:
  void backward_block(std::size_t first, std::size_t count) const noexcept {
    const float* from = buffers_.output_gradient + first;
    bool masked = !rectify_;
    for (float* const gradient : buffers_.input_gradients) {
      float* const to = gradient + first;
      if (!masked) {
        rectified_gradient(count, buffers_.output + first, from, to);
        masked = true;
        from = to;
      } else if (to != from) {
        std::memcpy(to, from, count * sizeof(float));
      }
    }
  }

  KernelBuffers buffers_;
  std::size_t features_;
  bool rectify_;
};

OpTraits traits(const net::Node&, const CompileHints&) {
  return {.in_place = true, .layout = LayoutRule::any, .rectifies = true};
}

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers,
                             std::span<ParameterSlot>) {
  return std::make_unique<AddKernel>(node, hints, buffers);
}

void reference(const net::Node&, const ReferenceTensors& t) {
  for (std::size_t i = 0; i < t.output.size(); ++i) {
    t.output[i] = 0;
    for (const std::span<const double> input : t.inputs) t.output[i] += input[i];
  }
}

}  // namespace

const OpEntry kAddEntry{"add", traits, make, reference};

}  // namespace fanin::engine
