// Each sample by itself: its channels are measured as batch normalization measures them, merged within a
// group, and mapped.
#include "fanin/net/ops/group_norm.hpp"

#include <algorithm>
#include <cmath>

#include "fanin/core/aligned_buffer.hpp"
#include "fanin/engine/channel_kernels.hpp"
#include "fanin/engine/ops/table.hpp"

namespace fanin::engine {
namespace {

const net::GroupNorm& op_of(const net::Node& node) { return static_cast<const net::GroupNorm&>(*node.op); }

class GroupNormKernel final : public Kernel {
 public:
  GroupNormKernel(const net::Node& node, const KernelBuffers& buffers, std::span<ParameterSlot> slots)
      : buffers_(buffers),
        slots_(slots),
        epsilon_(op_of(node).epsilon()),
        groups_(static_cast<std::size_t>(op_of(node).groups())),
        channels_(static_cast<std::size_t>(node.shape[0])),
        positions_(static_cast<std::size_t>(node.shape.count()) / channels_),
        figures_(4 * channels_),
        numbers_(6 * channels_) {}

  void forward(const ForwardRun& run) noexcept override {
    for (std::size_t row = 0; row < static_cast<std::size_t>(run.rows); ++row) {
      const float* const x = buffers_.inputs[0] + row * positions_ * channels_;
      channel_moments({positions_, channels_}, x, mean(), squares());
      for (std::size_t group = 0; group < groups_; ++group) {
        Moments moments;
        for (std::size_t c = first(group); c < first(group + 1); ++c) {
          moments.merge(static_cast<double>(positions_), mean()[c], squares()[c]);
        }
        const auto center = static_cast<float>(moments.mean);
        const auto inverse = static_cast<float>(1 / std::sqrt(moments.squares / moments.count + epsilon_));
        if (float* const saved = saved_of(row, group); saved != nullptr) {
          saved[0] = center;
          saved[1] = inverse;
        }
        set_map(group, center, inverse);
      }
      channel_map({positions_, channels_}, x, center(), factor(), shift(), false,
                  buffers_.output + row * positions_ * channels_);
    }
  }

  void backward(const BackwardRun& run) noexcept override {
    std::fill_n(of_scale(), channels_, 0.0);
    std::fill_n(of_shift(), channels_, 0.0);
    for (std::size_t row = 0; row < static_cast<std::size_t>(run.rows); ++row) backward_row(row);
    if (slots_.empty()) return;
    hand_on(run, slots_[0], of_scale());
    hand_on(run, slots_[1], of_shift());
  }

 private:
  void backward_row(std::size_t row) noexcept {
    const std::size_t offset = row * positions_ * channels_;
    const float* const x = buffers_.inputs[0] + offset;
    const float* const dy = buffers_.output_gradient + offset;
    for (std::size_t group = 0; group < groups_; ++group) {
      set_map(group, saved_of(row, group)[0], saved_of(row, group)[1]);
    }
    const ChannelGradient gradient{center(), factor(), shift(), false};
    channel_gradient_sums({positions_, channels_}, gradient, x, dy, sum(), sum_product());
    for (std::size_t group = 0; group < groups_; ++group) {
      const auto inverse = static_cast<double>(saved_of(row, group)[1]);
      double of_group = 0;  // Σ scale·dy
      double product = 0;   // Σ scale·dy·(x - mean)
      for (std::size_t c = first(group); c < first(group + 1); ++c) {
        of_group += scale_of(c) * sum()[c];
        product += scale_of(c) * sum_product()[c];
        of_scale()[c] += sum_product()[c] * inverse;
        of_shift()[c] += sum()[c];
      }
      const auto count = static_cast<double>(positions_ * (channels_ / groups_));
      for (std::size_t c = first(group); c < first(group + 1); ++c) {
        by_gradient()[c] = factor()[c];
        by_value()[c] = static_cast<float>(-inverse * inverse * inverse * product / count);
        constant()[c] = static_cast<float>(-inverse * of_group / count);
      }
    }
    float* const dx = buffers_.input_gradients[0];
    if (dx == nullptr) return;
    channel_gradient_map({positions_, channels_}, gradient, x, dy, by_gradient(), by_value(), constant(), dx + offset);
  }

  void set_map(std::size_t group, float mean, float inverse_std_dev) noexcept {
    for (std::size_t c = first(group); c < first(group + 1); ++c) {
      center()[c] = mean;
      factor()[c] = static_cast<float>(scale_of(c) * static_cast<double>(inverse_std_dev));
      shift()[c] = slots_.empty() ? 0 : slots_[1].value[c];
    }
  }

  void hand_on(const BackwardRun& run, const ParameterSlot& slot, const double* sums) const noexcept {
    float* const gradient = slot.gradient != nullptr ? slot.gradient : buffers_.workspace;
    for (std::size_t c = 0; c < channels_; ++c) gradient[c] = static_cast<float>(sums[c]);
    run.apply(slot, 0, channels_, gradient);
  }

  [[nodiscard]] std::size_t first(std::size_t group) const noexcept { return group * (channels_ / groups_); }
  [[nodiscard]] double scale_of(std::size_t c) const noexcept {
    return slots_.empty() ? 1 : static_cast<double>(slots_[0].value[c]);
  }
  // Mean and 1/√(variance + ε) of a group of a sample; null in plans that do not train.
  [[nodiscard]] float* saved_of(std::size_t row, std::size_t group) const noexcept {
    return buffers_.saved == nullptr ? nullptr : buffers_.saved + 2 * (row * groups_ + group);
  }
  [[nodiscard]] double* mean() noexcept { return figures_.data(); }
  [[nodiscard]] double* squares() noexcept { return figures_.data() + channels_; }
  [[nodiscard]] double* sum() noexcept { return figures_.data(); }
  [[nodiscard]] double* sum_product() noexcept { return figures_.data() + channels_; }
  [[nodiscard]] double* of_scale() noexcept { return figures_.data() + 2 * channels_; }
  [[nodiscard]] double* of_shift() noexcept { return figures_.data() + 3 * channels_; }
  [[nodiscard]] float* center() noexcept { return numbers_.data(); }
  [[nodiscard]] float* factor() noexcept { return numbers_.data() + channels_; }
  [[nodiscard]] float* shift() noexcept { return numbers_.data() + 2 * channels_; }
  [[nodiscard]] float* by_gradient() noexcept { return numbers_.data() + 3 * channels_; }
  [[nodiscard]] float* by_value() noexcept { return numbers_.data() + 4 * channels_; }
  [[nodiscard]] float* constant() noexcept { return numbers_.data() + 5 * channels_; }

  KernelBuffers buffers_;
  std::span<ParameterSlot> slots_;
  double epsilon_;
  std::size_t groups_;
  std::size_t channels_;
  std::size_t positions_;
  AlignedBuffer<double> figures_;
  AlignedBuffer<float> numbers_;
};

OpTraits traits(const net::Node& node, const CompileHints& hints) {
  return {.in_place = true,
          .saves_input = true,
          .layout = LayoutRule::channels_last,
          .saved_floats = static_cast<std::size_t>(2 * hints.batch_size * op_of(node).groups()),
          .workspace_floats = static_cast<std::size_t>(node.shape[0])};
}

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints&, const KernelBuffers& buffers,
                             std::span<ParameterSlot> slots) {
  return std::make_unique<GroupNormKernel>(node, buffers, slots);
}

void reference(const net::Node& node, const ReferenceTensors& t) {
  const auto positions = static_cast<std::size_t>(node.shape.count() / node.shape[0]);
  const std::size_t size = static_cast<std::size_t>(node.shape.count() / op_of(node).groups());
  const auto features = static_cast<std::size_t>(node.shape.count());
  for (std::size_t first = 0; first < t.output.size(); first += size) {
    const std::span<const double> x = t.inputs[0].subspan(first, size);
    double mean = 0;
    for (const double value : x) mean += value / static_cast<double>(size);
    double variance = 0;
    for (const double value : x) variance += (value - mean) * (value - mean) / static_cast<double>(size);
    const double divisor = std::sqrt(variance + op_of(node).epsilon());
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t c = (first + i) % features / positions;
      const double scale = t.parameters.empty() ? 1 : t.parameters[0][c];
      const double shift = t.parameters.empty() ? 0 : t.parameters[1][c];
      t.output[first + i] = (x[i] - mean) / divisor * scale + shift;
    }
  }
}

}  // namespace

const OpEntry kGroupNormEntry{"group_norm", traits, make, reference};

}  // namespace fanin::engine
