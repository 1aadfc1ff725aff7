#include "fanin/engine/few_channels.hpp"

#include <algorithm>
#include <utility>

#include "fanin/engine/few_channels_kernels.hpp"

namespace fanin::engine {
namespace {

constexpr std::size_t kMostFloats = std::size_t{1} << 17;  // of workspace: half a megabyte stays in L2
constexpr std::int64_t kLanes = 16;                        // that oneDNN fills with channels

FewChannelsTask task_of(const ConvolutionShape& shape, std::int64_t rows) {
  const std::size_t last = shape.src.size() - 1;
  const net::Window& window = shape.window;
  FewChannelsTask task{.rows = rows,
                       .src_channels = shape.src_channels,
                       .dst_channels = shape.dst_channels,
                       .src_width = shape.src[last],
                       .dst_width = shape.dst[last],
                       .kernel_width = window.kernel[last],
                       .stride_width = window.stride[last],
                       .padding_width = window.padding[last],
                       .dilation_width = window.dilation[last]};
  if (last == 0) return task;
  task.src_height = shape.src[0];
  task.dst_height = shape.dst[0];
  task.kernel_height = window.kernel[0];
  task.stride_height = window.stride[0];
  task.padding_height = window.padding[0];
  task.dilation_height = window.dilation[0];
  return task;
}

// Measured beside oneDNN's kernels (conv_bench.cpp): up to twice as fast for one input channel and eight output
// channels, slower from about 24 products on.
bool suits_outputs(const FewChannelsTask& task) {
  return task.dst_channels <= 8 && task.src_channels * task.dst_channels <= 18 && few_outputs_supports(task) &&
         few_outputs_workspace(task) <= kMostFloats;
}

// Multiply-adds of vectors for a line of the kernel: here a run's vectors and their additions to the source; there
// every tap for itself, its channels filled up to a vector. A single vector leaves the processor waiting for sums.
bool suits_inputs(const FewChannelsTask& task) {
  if (task.src_channels >= kLanes || !few_inputs_supports(task)) return false;
  const auto run = static_cast<double>((task.kernel_width * task.src_channels + kLanes - 1) / kLanes);
  const auto outputs = static_cast<double>(task.dst_channels);
  const double ours = run * (outputs + 8) * (run == 1 ? 1.8 : 1);
  return ours < 0.8 * outputs * static_cast<double>(task.kernel_width) && few_inputs_workspace(task) <= kMostFloats;
}

class FewChannelsConvolution final : public Convolution {
 public:
  FewChannelsConvolution(const FewChannelsTask& task, FewChannels taken, std::unique_ptr<Convolution> rest)
      : task_(task), taken_(taken), rest_(std::move(rest)) {}

  [[nodiscard]] std::size_t workspace_floats() const noexcept override {
    return std::max({rest_ == nullptr ? 0 : rest_->workspace_floats(),
                     taken_.outputs ? few_outputs_workspace(task_) : 0,
                     taken_.inputs ? few_inputs_workspace(task_) : 0});
  }

  void forward(const float* src, const float* weights, const float* bias, float* dst,
               float* workspace) noexcept override {
    if (!taken_.outputs) return rest_->forward(src, weights, bias, dst, workspace);
    few_outputs_forward(task_, src, weights, bias, dst, workspace);
  }

  void backward_data(const float* diff_dst, const float* weights, float* diff_src, float* workspace) noexcept override {
    if (!taken_.inputs) return rest_->backward_data(diff_dst, weights, diff_src, workspace);
    few_inputs_data(task_, diff_dst, weights, diff_src, workspace);
  }

  void backward_weights(const float* src, const float* diff_dst, float* diff_weights, float* diff_bias,
                        float* workspace) noexcept override {
    if (!taken_.outputs) return rest_->backward_weights(src, diff_dst, diff_weights, diff_bias, workspace);
    few_outputs_weights(task_, src, diff_dst, diff_weights, diff_bias, workspace);
  }

 private:
  FewChannelsTask task_;
  FewChannels taken_;
  std::unique_ptr<Convolution> rest_;
};

}  // namespace

FewChannels few_channels(const ConvolutionShape& shape, std::int64_t rows, const ConvolutionUse& use) {
  if (shape.groups != 1 || shape.src.size() > 2) return {};
  const FewChannelsTask task = task_of(shape, rows);
  return {.outputs = (use.forward || use.backward_weights) && suits_outputs(task),
          .inputs = use.backward_data && suits_inputs(task)};
}

std::unique_ptr<Convolution> make_few_channels(const ConvolutionShape& shape, std::int64_t rows, FewChannels taken,
                                               std::unique_ptr<Convolution> rest) {
  return std::make_unique<FewChannelsConvolution>(task_of(shape, rows), taken, std::move(rest));
}

}  // namespace fanin::engine
