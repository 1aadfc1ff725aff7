// A line of the kernel covers kernel_width pixels of the source beside each other: with channels last one run of
// kernel_width * src_channels values. Every output pixel adds a run to each line of the source that it saw, and a
// vector holds a part of such a run.
#include <algorithm>
#include <type_traits>

// Highway's order.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fanin/engine/few_inputs_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on

#include "fanin/engine/few_channels_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

using Floats = hn::ScalableTag<float>;
using Vector = hn::Vec<Floats>;

std::int64_t rounded_up(std::int64_t value, std::int64_t unit) { return (value + unit - 1) / unit * unit; }

// Sizes in floats, and where the parts of the workspace begin.
struct Layout {
  std::int64_t step = static_cast<std::int64_t>(hn::Lanes(Floats()));
  std::int64_t run;   // whole vectors
  std::int64_t line;  // of the source with its padding
  std::int64_t height;
  std::int64_t weights, source, total;

  explicit Layout(const FewChannelsTask& t) {
    run = rounded_up(t.kernel_width * t.src_channels, step);
    const std::int64_t seen = (t.dst_width - 1) * t.stride_width * t.src_channels + run;
    line = rounded_up(std::max(seen, (t.padding_width + t.src_width) * t.src_channels), 16);
    height = std::max((t.dst_height - 1) * t.stride_height + (t.kernel_height - 1) * t.dilation_height + 1,
                      t.padding_height + t.src_height);
    weights = 0;
    source = rounded_up(t.dst_channels * t.kernel_height * run, 16);
    total = source + height * line;
  }
};

// The weights as [dst channel, kernel line, run].
void Arrange(const FewChannelsTask& t, const Layout& at, const float* HWY_RESTRICT weights, float* HWY_RESTRICT to) {
  const std::int64_t taps = t.kernel_height * t.kernel_width;
  for (std::int64_t o = 0; o < t.dst_channels; ++o) {
    const float* const from = weights + o * t.src_channels * taps;
    for (std::int64_t ky = 0; ky < t.kernel_height; ++ky, to += at.run) {
      for (std::int64_t kx = 0; kx < t.kernel_width; ++kx) {
        for (std::int64_t c = 0; c < t.src_channels; ++c) {
          to[kx * t.src_channels + c] = from[c * taps + ky * t.kernel_width + kx];
        }
      }
      std::fill(to + t.kernel_width * t.src_channels, to + at.run, 0.0F);
    }
  }
}

// kLines lines of the kernel under kPixels pixels below each other, kVectors vectors of the run: the lines they
// share are summed before they are added to the source.
template <int kLines, int kPixels, int kVectors>
HWY_INLINE void AddRuns(const FewChannelsTask& t, const Layout& at, const float* HWY_RESTRICT dy,
                        const float* HWY_RESTRICT weights, float* HWY_RESTRICT source) {
  const Floats d;
  constexpr int kSums = kLines + kPixels - 1;
  Vector sums[kSums][kVectors];
  for (int i = 0; i < kSums; ++i) {
    for (int v = 0; v < kVectors; ++v)
      sums[i][v] = hn::LoadU(d, source + i * at.line * t.dilation_height + v * at.step);
  }
  const std::int64_t below = t.dst_width * t.dst_channels;
  for (std::int64_t o = 0; o < t.dst_channels; ++o, weights += t.kernel_height * at.run) {
    for (int p = 0; p < kPixels; ++p) {
      const auto gradient = hn::Set(d, dy[p * below + o]);
      for (int k = 0; k < kLines; ++k) {
        for (int v = 0; v < kVectors; ++v) {
          sums[p + k][v] = hn::MulAdd(gradient, hn::LoadU(d, weights + k * at.run + v * at.step), sums[p + k][v]);
        }
      }
    }
  }
  for (int i = 0; i < kSums; ++i) {
    for (int v = 0; v < kVectors; ++v)
      hn::StoreU(sums[i][v], d, source + i * at.line * t.dilation_height + v * at.step);
  }
}

// All runs of kPixels output pixels below each other. `source`: where their first line of the kernel begins.
template <int kPixels>
HWY_INLINE void AddPixels(const FewChannelsTask& t, const Layout& at, const float* HWY_RESTRICT dy,
                          const float* HWY_RESTRICT weights, float* HWY_RESTRICT source) {
  const auto lines = [&](auto count, std::int64_t ky) {
    constexpr int kLines = decltype(count)::value;
    const float* const from = weights + ky * at.run;
    float* const to = source + ky * t.dilation_height * at.line;
    std::int64_t v = 0;
    for (; v + 2 * at.step <= at.run; v += 2 * at.step) AddRuns<kLines, kPixels, 2>(t, at, dy, from + v, to + v);
    if (v < at.run) AddRuns<kLines, kPixels, 1>(t, at, dy, from + v, to + v);
  };
  std::int64_t ky = 0;
  for (; ky + 5 <= t.kernel_height; ky += 5) lines(std::integral_constant<int, 5>(), ky);
  for (; ky + 3 <= t.kernel_height; ky += 3) lines(std::integral_constant<int, 3>(), ky);
  for (; ky < t.kernel_height; ++ky) lines(std::integral_constant<int, 1>(), ky);
}

void Data(const FewChannelsTask& t, const float* HWY_RESTRICT diff_dst, const float* HWY_RESTRICT weights,
          float* HWY_RESTRICT diff_src, float* HWY_RESTRICT workspace) {
  const Layout at(t);
  Arrange(t, at, weights, workspace + at.weights);
  float* const source = workspace + at.source;
  const std::int64_t below = t.dst_width * t.dst_channels;
  const std::int64_t src_line = t.src_width * t.src_channels;
  const bool shares_lines = t.stride_height == 1 && t.dilation_height == 1;
  for (std::int64_t row = 0; row < t.rows; ++row) {
    std::fill_n(source, at.height * at.line, 0.0F);
    const float* const dy = diff_dst + row * t.dst_height * below;
    std::int64_t y = 0;
    for (; shares_lines && y + 2 <= t.dst_height; y += 2) {
      for (std::int64_t x = 0; x < t.dst_width; ++x) {
        AddPixels<2>(t, at, dy + y * below + x * t.dst_channels, workspace + at.weights,
                     source + y * at.line + x * t.stride_width * t.src_channels);
      }
    }
    for (; y < t.dst_height; ++y) {
      for (std::int64_t x = 0; x < t.dst_width; ++x) {
        AddPixels<1>(t, at, dy + y * below + x * t.dst_channels, workspace + at.weights,
                     source + y * t.stride_height * at.line + x * t.stride_width * t.src_channels);
      }
    }
    float* const to = diff_src + row * t.src_height * src_line;
    for (std::int64_t line = 0; line < t.src_height; ++line) {
      std::copy_n(source + (line + t.padding_height) * at.line + t.padding_width * t.src_channels, src_line,
                  to + line * src_line);
    }
  }
}

std::size_t Workspace(const FewChannelsTask& t) { return static_cast<std::size_t>(Layout(t).total); }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fanin::engine {

HWY_EXPORT(Data);
HWY_EXPORT(Workspace);

bool few_inputs_supports(const FewChannelsTask& task) noexcept { return task.dilation_width == 1; }

std::size_t few_inputs_workspace(const FewChannelsTask& task) noexcept { return HWY_DYNAMIC_DISPATCH(Workspace)(task); }

void few_inputs_data(const FewChannelsTask& task, const float* diff_dst, const float* weights, float* diff_src,
                     float* workspace) noexcept {
  HWY_DYNAMIC_DISPATCH(Data)(task, diff_dst, weights, diff_src, workspace);
}

}  // namespace fanin::engine
#endif
