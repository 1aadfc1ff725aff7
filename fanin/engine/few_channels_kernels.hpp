// Convolutions of so few channels that a vector of channels would be mostly empty: LeNet-5's first layer has 6, and
// a vector 16 lanes. Vectors run along rows of pixels and channels instead. Private to the room.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fanin::engine {

/// Two spatial axes, of which the first may have one position; one group. Values are channels last, weights
/// [dst_channels, src_channels, kernel_height, kernel_width].
struct FewChannelsTask {
  std::int64_t rows = 0;
  std::int64_t src_channels = 1;
  std::int64_t dst_channels = 1;
  std::int64_t src_height = 1, src_width = 1;
  std::int64_t dst_height = 1, dst_width = 1;
  std::int64_t kernel_height = 1, kernel_width = 1;
  std::int64_t stride_height = 1, stride_width = 1;
  std::int64_t padding_height = 0, padding_width = 0;
  std::int64_t dilation_height = 1, dilation_width = 1;
};

/// Whether the forward and weight passes below take it: stride 1, and a number of output channels that makes few
/// different vectors. Depends on the vectors of the running processor.
bool few_outputs_supports(const FewChannelsTask& task) noexcept;
std::size_t few_outputs_workspace(const FewChannelsTask& task) noexcept;
/// @param bias  [dst_channels] or null.
void few_outputs_forward(const FewChannelsTask& task, const float* src, const float* weights, const float* bias,
                         float* dst, float* workspace) noexcept;
/// @param diff_bias  [dst_channels] or null.
void few_outputs_weights(const FewChannelsTask& task, const float* src, const float* diff_dst, float* diff_weights,
                         float* diff_bias, float* workspace) noexcept;

/// Whether the data pass below takes it: no dilation along the width.
bool few_inputs_supports(const FewChannelsTask& task) noexcept;
std::size_t few_inputs_workspace(const FewChannelsTask& task) noexcept;
void few_inputs_data(const FewChannelsTask& task, const float* diff_dst, const float* weights, float* diff_src,
                     float* workspace) noexcept;

}  // namespace fanin::engine
