// Element i of a sample, in its described order, is kept by the Bernoulli law's element
// pass·2^36 + row·features + i of the stream (seed, node name), rows counted over the whole batch. So
// neither chunks, threads nor layouts can change a mask. Nothing is saved: backward makes it again, which
// is faster than reading it back from memory.
#include "fanin/net/ops/dropout.hpp"

#include <algorithm>
#include <cstring>

#include "fanin/engine/elementwise_kernels.hpp"
#include "fanin/engine/layout_conversion.hpp"
#include "fanin/engine/ops/table.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::engine {
namespace {

constexpr std::int64_t kBlock = 4096;  // mask values made at a time: they stay in the first cache

random::Bernoulli law_of(const net::Node& node) {
  const double kept = 1 - static_cast<const net::Dropout&>(*node.op).rate();
  return {.probability = kept, .on = 1 / kept, .off = 0};
}

std::uint64_t first_element(std::uint64_t pass, std::int64_t row, std::int64_t features) noexcept {
  return (pass % (std::uint64_t{1} << 26) << 36) + static_cast<std::uint64_t>(row * features);
}

class DropoutKernel final : public Kernel {
 public:
  DropoutKernel(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers)
      : buffers_(buffers),
        law_(law_of(node)),
        stream_(hints.seed, node.name),
        features_(node.shape.count()),
        channels_(buffers.layout == Layout::channels_last ? node.shape[0] : 1) {}

  void forward(const ForwardRun& run) noexcept override {
    const float* const x = buffers_.inputs[0];
    if (run.training) {
      apply(run.rows, first_element(run.pass, run.first_row, features_), x, buffers_.output);
    } else if (buffers_.output != x) {
      std::memcpy(buffers_.output, x, static_cast<std::size_t>(run.rows * features_) * sizeof(float));
    }
  }

  void backward(const BackwardRun& run) noexcept override {
    if (buffers_.input_gradients[0] == nullptr) return;
    apply(run.rows, first_element(run.pass, run.first_row, features_), buffers_.output_gradient,
          buffers_.input_gradients[0]);
  }

 private:
  // to = from times the mask.
  void apply(std::int64_t rows, std::uint64_t element, const float* from, float* to) const noexcept {
    if (channels_ == 1) {
      for (std::int64_t left = rows * features_; left > 0;) {
        const std::int64_t count = std::min(left, kBlock);
        make_mask(element, count, buffers_.workspace);
        product(static_cast<std::size_t>(count), from, buffers_.workspace, to);
        element += static_cast<std::uint64_t>(count);
        from += count;
        to += count;
        left -= count;
      }
      return;
    }
    float* const mask = buffers_.workspace + features_;
    for (std::int64_t row = 0; row < rows; ++row) {
      make_mask(element, features_, buffers_.workspace);
      transpose_samples(1, channels_, features_ / channels_, buffers_.workspace, mask);
      product(static_cast<std::size_t>(features_), from, mask, to);
      element += static_cast<std::uint64_t>(features_);
      from += features_;
      to += features_;
    }
  }

  void make_mask(std::uint64_t element, std::int64_t count, float* mask) const noexcept {
    random::fill_bernoulli(stream_, element, law_, {mask, static_cast<std::size_t>(count)});
  }

  KernelBuffers buffers_;
  random::Bernoulli law_;
  random::Stream stream_;
  std::int64_t features_;
  std::int64_t channels_;  // 1 where the order in memory is the described one
};

OpTraits traits(const net::Node& node, const CompileHints&) {
  const std::int64_t turned = layout_matters(node.shape) ? 2 * node.shape.count() : 0;
  return {.in_place = true,
          .layout = LayoutRule::any,
          .workspace_floats = static_cast<std::size_t>(std::max(kBlock, turned))};
}

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers,
                             std::span<ParameterSlot>) {
  return std::make_unique<DropoutKernel>(node, hints, buffers);
}

void reference(const net::Node& node, const ReferenceTensors& t) {
  std::vector<float> mask(t.output.size(), 1);
  if (t.training) {
    const random::Stream stream(t.seed, node.name);
    random::fill_bernoulli(stream, first_element(t.pass, 0, node.shape.count()), law_of(node), mask);
  }
  for (std::size_t i = 0; i < t.output.size(); ++i) t.output[i] = static_cast<double>(mask[i]) * t.inputs[0][i];
}

}  // namespace

const OpEntry kDropoutEntry{"dropout", traits, make, reference};

}  // namespace fanin::engine
