// A training pass goes twice over the values each way: every chunk measures its channels, all chunks meet,
// and each merges what all have measured, in the order of the chunks, before it maps its own values. The
// figures lie in the batch buffer, forward's and backward's apart: a chunk may still be in forward when
// another prepares backward. A relu behind it costs no pass: backward finds its mask from x again.
#include "fanin/net/ops/batch_norm.hpp"

#include <algorithm>
#include <cmath>

#include "fanin/core/aligned_buffer.hpp"
#include "fanin/engine/channel_kernels.hpp"
#include "fanin/engine/ops/table.hpp"

namespace fanin::engine {
namespace {

constexpr double kMomentum = 0.1;  // of the running statistics, as in PyTorch

const net::BatchNorm& op_of(const net::Node& node) { return static_cast<const net::BatchNorm&>(*node.op); }

class BatchNormKernel final : public Kernel {
 public:
  BatchNormKernel(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers,
                  std::span<ParameterSlot> slots)
      : buffers_(buffers),
        slots_(slots),
        epsilon_(op_of(node).epsilon()),
        channels_(static_cast<std::size_t>(node.shape[0])),
        positions_(node.shape.count() / node.shape[0]),
        chunk_rows_(hints.batch_size),
        rectify_(hints.rectify),
        numbers_(7 * channels_) {}

  void prepare_forward(const ForwardRun& run) noexcept override {
    double* const figures = figures_of(buffers_.chunk);
    channel_moments(shape(run.rows), buffers_.inputs[0], figures, figures + channels_);
  }

  void forward(const ForwardRun& run) noexcept override {
    for (std::size_t c = 0; c < channels_; ++c) {
      if (run.training) {
        const Moments moments = merged_moments(run, c);
        if (buffers_.chunk == 0) move_running_statistics(moments, c);
        set_map(c, moments.mean, moments.squares / moments.count);
      } else {
        set_map(c, static_cast<double>(buffers_.statistics[0][c]), static_cast<double>(buffers_.statistics[1][c]));
      }
    }
    channel_map(shape(run.rows), buffers_.inputs[0], center(), factor(), shift(), rectify_ && !run.watched,
                buffers_.output);
  }

  void prepare_backward(const BackwardRun& run) noexcept override {
    double* const figures = figures_of(buffers_.chunk) + 2 * channels_;
    channel_gradient_sums(shape(run.rows), gradient(), buffers_.inputs[0], buffers_.output_gradient, figures,
                          figures + channels_);
  }

  void backward(const BackwardRun& run) noexcept override {
    if (buffers_.input_gradients[0] != nullptr) {
      for (std::size_t c = 0; c < channels_; ++c) set_gradient_map(run, c);
      channel_gradient_map(shape(run.rows), gradient(), buffers_.inputs[0], buffers_.output_gradient, by_gradient(),
                           by_value(), constant(), buffers_.input_gradients[0]);
    }
    if (slots_.empty()) return;
    const double* const sum = figures_of(buffers_.chunk) + 2 * channels_;
    float* const of_scale = slots_[0].gradient != nullptr ? slots_[0].gradient : buffers_.workspace;
    float* const of_shift = slots_[1].gradient != nullptr ? slots_[1].gradient : buffers_.workspace + channels_;
    for (std::size_t c = 0; c < channels_; ++c) {
      of_scale[c] = static_cast<float>(sum[channels_ + c] * static_cast<double>(inverse_std_dev()[c]));
      of_shift[c] = static_cast<float>(sum[c]);
    }
    run.apply(slots_[0], 0, channels_, of_scale);
    run.apply(slots_[1], 0, channels_, of_shift);
  }

 private:
  [[nodiscard]] ChannelShape shape(std::int64_t rows) const noexcept {
    return {static_cast<std::size_t>(rows * positions_), channels_};
  }
  // One chunk's [mean, Σ(x - mean)², Σ dy, Σ dy·(x - mean)], a number for each channel.
  [[nodiscard]] double* figures_of(std::size_t chunk) const noexcept {
    return reinterpret_cast<double*>(buffers_.batch + chunk * buffers_.batch_stride);
  }
  [[nodiscard]] float* center() noexcept { return numbers_.data(); }
  [[nodiscard]] float* factor() noexcept { return numbers_.data() + channels_; }
  [[nodiscard]] float* shift() noexcept { return numbers_.data() + 2 * channels_; }
  [[nodiscard]] float* inverse_std_dev() noexcept { return numbers_.data() + 3 * channels_; }
  [[nodiscard]] float* by_gradient() noexcept { return numbers_.data() + 4 * channels_; }
  [[nodiscard]] float* by_value() noexcept { return numbers_.data() + 5 * channels_; }
  [[nodiscard]] float* constant() noexcept { return numbers_.data() + 6 * channels_; }
  [[nodiscard]] ChannelGradient gradient() noexcept { return {center(), factor(), shift(), rectify_}; }
  [[nodiscard]] double scale_of(std::size_t c) const noexcept {
    return slots_.empty() ? 1 : static_cast<double>(slots_[0].value[c]);
  }
  [[nodiscard]] double shift_of(std::size_t c) const noexcept {
    return slots_.empty() ? 0 : static_cast<double>(slots_[1].value[c]);
  }

  // Values per channel in chunk `chunk` of a batch; chunks are filled in their order.
  [[nodiscard]] double values_of(std::int64_t batch_rows, std::size_t chunk) const noexcept {
    const std::int64_t left = batch_rows - static_cast<std::int64_t>(chunk) * chunk_rows_;
    return static_cast<double>(std::clamp<std::int64_t>(left, 0, chunk_rows_) * positions_);
  }

  [[nodiscard]] Moments merged_moments(const ForwardRun& run, std::size_t c) const noexcept {
    Moments moments;
    for (std::size_t chunk = 0; chunk < buffers_.chunks; ++chunk) {
      const double values = values_of(run.batch_rows, chunk);
      if (values == 0) break;
      moments.merge(values, figures_of(chunk)[c], figures_of(chunk)[channels_ + c]);
    }
    return moments;
  }

  void move_running_statistics(const Moments& moments, std::size_t c) const noexcept {
    const auto move = [](float& running, double measured) {
      running = static_cast<float>((1 - kMomentum) * static_cast<double>(running) + kMomentum * measured);
    };
    move(buffers_.statistics[0][c], moments.mean);
    move(buffers_.statistics[1][c], moments.squares / std::max(1.0, moments.count - 1));
  }

  void set_map(std::size_t c, double mean, double variance) noexcept {
    const double inverse = 1 / std::sqrt(variance + epsilon_);
    center()[c] = static_cast<float>(mean);
    factor()[c] = static_cast<float>(scale_of(c) * inverse);
    // What rounding took from the centre goes into the shift.
    const double lost = static_cast<double>(center()[c]) - mean;
    shift()[c] = static_cast<float>(shift_of(c) + lost * scale_of(c) * inverse);
    inverse_std_dev()[c] = static_cast<float>(inverse);
  }

  void set_gradient_map(const BackwardRun& run, std::size_t c) noexcept {
    double sum = 0;
    double sum_product = 0;
    double count = 0;
    for (std::size_t chunk = 0; chunk < buffers_.chunks; ++chunk) {
      const double values = values_of(run.batch_rows, chunk);
      if (values == 0) break;
      count += values;
      sum += figures_of(chunk)[2 * channels_ + c];
      sum_product += figures_of(chunk)[3 * channels_ + c];
    }
    const auto inverse = static_cast<double>(inverse_std_dev()[c]);
    const double by = scale_of(c) * inverse;
    by_gradient()[c] = static_cast<float>(by);
    by_value()[c] = static_cast<float>(-by * inverse * inverse * sum_product / count);
    constant()[c] = static_cast<float>(-by * sum / count);
  }

  KernelBuffers buffers_;
  std::span<ParameterSlot> slots_;
  double epsilon_;
  std::size_t channels_;
  std::int64_t positions_;
  std::int64_t chunk_rows_;
  bool rectify_;
  AlignedBuffer<float> numbers_;
};

OpTraits traits(const net::Node& node, const CompileHints&) {
  const auto channels = static_cast<std::size_t>(node.shape[0]);
  return {.in_place = true,
          .saves_input = true,
          .layout = LayoutRule::channels_last,
          .workspace_floats = 2 * channels,
          .batch_floats = 4 * channels * sizeof(double) / sizeof(float),
          .whole_batch = true,
          .rectifies = true};
}

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers,
                             std::span<ParameterSlot> slots) {
  return std::make_unique<BatchNormKernel>(node, hints, buffers, slots);
}

void reference(const net::Node& node, const ReferenceTensors& t) {
  const auto channels = static_cast<std::size_t>(node.shape[0]);
  const auto features = static_cast<std::size_t>(node.shape.count());
  const std::size_t positions = features / channels;
  for (std::size_t c = 0; c < channels; ++c) {
    const auto for_each = [&](const auto& action) {
      for (std::size_t first = c * positions; first < t.output.size(); first += features) {
        for (std::size_t i = first; i < first + positions; ++i) action(i);
      }
    };
    double mean = t.statistics[0][c];
    double variance = t.statistics[1][c];
    if (t.training) {
      const double count = static_cast<double>(t.output.size()) / static_cast<double>(channels);
      mean = 0;
      for_each([&](std::size_t i) { mean += t.inputs[0][i] / count; });
      variance = 0;
      for_each([&](std::size_t i) { variance += (t.inputs[0][i] - mean) * (t.inputs[0][i] - mean) / count; });
    }
    const double scale = t.parameters.empty() ? 1 : t.parameters[0][c];
    const double shift = t.parameters.empty() ? 0 : t.parameters[1][c];
    const double divisor = std::sqrt(variance + op_of(node).epsilon());
    for_each([&](std::size_t i) { t.output[i] = (t.inputs[0][i] - mean) / divisor * scale + shift; });
  }
}

}  // namespace

const OpEntry kBatchNormEntry{"batch_norm", traits, make, reference};

}  // namespace fanin::engine
