// Every pixel of the source is written once for each output channel: then the line of a source plane lies beside the
// line of the output value for value, and a tap is a multiply-add of whole vectors, of the source shifted by whole
// pixels and of the tap's weights. These repeat with the channels, in kPeriod vectors.
#include <algorithm>
#include <numeric>
#include <type_traits>

// Highway's order.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fanin/engine/few_outputs_kernels.cpp"
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

// Accumulators of a line in the forward pass: two lines of them and two taps' weights fill the registers.
constexpr int kMostVectors = HWY_TARGET == HWY_AVX3 ? 12 : 6;

std::int64_t lanes() { return static_cast<std::int64_t>(hn::Lanes(Floats())); }
std::int64_t rounded_up(std::int64_t value, std::int64_t unit) { return (value + unit - 1) / unit * unit; }
/// Vectors until the channels begin a vector anew.
std::int64_t period(const FewChannelsTask& t) { return t.dst_channels / std::gcd(t.dst_channels, lanes()); }

// Sizes in floats, and where the parts of the workspace begin.
struct Layout {
  std::int64_t group;        // a period's floats
  std::int64_t line;         // of the output: dst_width * dst_channels
  std::int64_t whole_line;   // with zeros up to whole groups
  std::int64_t shift;        // from a tap to the one beside it
  std::int64_t wide_line;    // of the widened source, with zeros to read beyond
  std::int64_t wide_height;  // lines of a plane, padding included
  std::int64_t taps;         // of all source channels
  std::int64_t skirt;        // lines of zeros above and below the output's gradient
  std::int64_t pixel_line;   // of the source with its padding
  std::int64_t weights, bias, pixels, wide, gradient, total;

  explicit Layout(const FewChannelsTask& t)
      : group(period(t) * lanes()),
        line(t.dst_width * t.dst_channels),
        whole_line(rounded_up(line, kMostVectors * lanes())),
        shift(t.dilation_width * t.dst_channels),
        wide_line(rounded_up(whole_line + (t.kernel_width - 1) * shift, group)),
        wide_height(t.dst_height + (t.kernel_height - 1) * t.dilation_height),
        taps(t.src_channels * t.kernel_height * t.kernel_width),
        skirt((t.kernel_height - 1) * t.dilation_height),
        pixel_line(wide_line / t.dst_channels + 2 * lanes()),
        weights(0),
        bias(rounded_up(taps * group, 16)),
        pixels(bias + rounded_up(group, 16)),
        wide(rounded_up(pixels + t.src_height * pixel_line, 16)),
        gradient(rounded_up(wide + t.src_channels * wide_height * wide_line, 16)),
        total(gradient + (2 * skirt + t.dst_height) * whole_line) {}
};

// Loads that cross cache lines are dear: GCC would repeat one in every multiply-add that uses it.
HWY_INLINE Vector LoadOnce(const float* from) {
  Vector v = hn::LoadU(Floats(), from);
#if HWY_ARCH_X86 && HWY_COMPILER_GCC
  asm("" : "+v"(v.raw));
#endif
  return v;
}

// Zeros where no sample's pixel comes.
void ClearPadding(const Layout& at, float* workspace) {
  std::fill(workspace + at.pixels, workspace + at.gradient, 0.0F);
}

// One sample's planes, each pixel dst_channels times.
void Widen(const FewChannelsTask& t, const Layout& at, const float* HWY_RESTRICT src, float* HWY_RESTRICT workspace) {
  const Floats d;
  const std::int64_t step = lanes();
  const std::int64_t pixels_of_group = at.group / t.dst_channels;
  HWY_ALIGN std::int32_t pixel_of_lane[3 * hn::MaxLanes(Floats())];
  for (std::int64_t i = 0; i < at.group; ++i) pixel_of_lane[i] = static_cast<std::int32_t>(i / t.dst_channels);
  const std::int64_t lines = std::min(t.src_height, at.wide_height - t.padding_height);
  for (std::int64_t c = 0; c < t.src_channels; ++c) {
    // All lines first: a load soon after stores that it covers in part would wait for them.
    for (std::int64_t y = 0; y < lines; ++y) {
      const float* const from = src + y * t.src_width * t.src_channels + c;
      float* const to = workspace + at.pixels + y * at.pixel_line + t.padding_width;
      if (t.src_channels == 1) {
        std::copy_n(from, t.src_width, to);
      } else {
        for (std::int64_t x = 0; x < t.src_width; ++x) to[x] = from[x * t.src_channels];
      }
    }
    for (std::int64_t i = 0; i < at.group; i += step) {
      const auto lanes_of_pixels = hn::SetTableIndices(d, pixel_of_lane + i);
      for (std::int64_t y = 0; y < lines; ++y) {
        const float* part = workspace + at.pixels + y * at.pixel_line;
        float* to = workspace + at.wide + (c * at.wide_height + y + t.padding_height) * at.wide_line + i;
        for (std::int64_t first = 0; first < at.wide_line; first += at.group, part += pixels_of_group) {
          hn::StoreU(hn::TableLookupLanes(hn::LoadU(d, part), lanes_of_pixels), d, to + first);
        }
      }
    }
  }
}

// kCount vectors from float `first` of kLines lines of output below each other: a line of the source is read once
// for all of them.
template <int kPeriod, int kCount, int kLines>
HWY_INLINE void ForwardPart(const FewChannelsTask& t, const Layout& at, const float* HWY_RESTRICT workspace,
                            std::int64_t y, std::int64_t first, float* HWY_RESTRICT dst) {
  const Floats d;
  const std::int64_t step = lanes();
  Vector sums[kLines][kCount];
  for (int l = 0; l < kLines; ++l) {
    for (int i = 0; i < kCount; ++i) sums[l][i] = hn::LoadU(d, workspace + at.bias + i % kPeriod * step);
  }
  const std::int64_t kernel_line = t.kernel_width * at.group;
  // One line of the source: under the first output line it is the kernel's line ky, under the next the one before.
  const auto add_line = [&](const float* source, const float* weights, auto begin, auto end) {
    constexpr int kBegin = decltype(begin)::value;
    constexpr int kEnd = decltype(end)::value;
    for (std::int64_t kx = 0; kx < t.kernel_width; ++kx, source += at.shift, weights += at.group) {
      Vector w[kLines][kPeriod];
      for (int l = kBegin; l < kEnd; ++l) {
        for (int i = 0; i < kPeriod; ++i) w[l][i] = hn::LoadU(d, weights - l * kernel_line + i * step);
      }
      for (int i = 0; i < kCount; ++i) {
        const auto x = LoadOnce(source + i * step);
        for (int l = kBegin; l < kEnd; ++l) sums[l][i] = hn::MulAdd(x, w[l][i % kPeriod], sums[l][i]);
      }
    }
  };
  using Zero = std::integral_constant<int, 0>;
  using One = std::integral_constant<int, 1>;
  using All = std::integral_constant<int, kLines>;
  for (std::int64_t c = 0; c < t.src_channels; ++c) {
    const float* source = workspace + at.wide + (c * at.wide_height + y) * at.wide_line + first;
    const float* weights = workspace + at.weights + c * t.kernel_height * kernel_line;
    const std::int64_t next = t.dilation_height * at.wide_line;
    if constexpr (kLines == 1) {
      for (std::int64_t ky = 0; ky < t.kernel_height; ++ky, source += next, weights += kernel_line) {
        add_line(source, weights, Zero(), One());
      }
    } else {
      add_line(source, weights, Zero(), One());
      for (std::int64_t ky = 1; ky < t.kernel_height; ++ky) {
        add_line(source + ky * next, weights + ky * kernel_line, Zero(), All());
      }
      add_line(source + t.kernel_height * next, weights + t.kernel_height * kernel_line, One(), All());
    }
  }
  for (int l = 0; l < kLines; ++l) {
    float* const line = dst + (y + l) * at.line;
    for (int i = 0; i < kCount; ++i) {
      const std::int64_t begin = first + i * step;
      if (begin + step <= at.line) {
        hn::StoreU(sums[l][i], d, line + begin);
      } else if (begin < at.line) {
        HWY_ALIGN float part[hn::MaxLanes(Floats())];
        hn::Store(sums[l][i], d, part);
        std::copy_n(part, at.line - begin, line + begin);
      }
    }
  }
}

template <int kPeriod, int kLines>
HWY_INLINE void ForwardLines(const FewChannelsTask& t, const Layout& at, const float* HWY_RESTRICT workspace,
                             std::int64_t y, float* HWY_RESTRICT dst) {
  const std::int64_t step = lanes();
  std::int64_t first = 0;
  for (; first + kMostVectors / 2 * step < at.line; first += kMostVectors * step) {
    ForwardPart<kPeriod, kMostVectors, kLines>(t, at, workspace, y, first, dst);
  }
  for (; first < at.line; first += 3 * step) ForwardPart<kPeriod, 3, kLines>(t, at, workspace, y, first, dst);
}

template <int kPeriod>
void Forward(const FewChannelsTask& t, const float* HWY_RESTRICT src, const float* HWY_RESTRICT weights,
             const float* HWY_RESTRICT bias, float* HWY_RESTRICT dst, float* HWY_RESTRICT workspace) {
  const Layout at(t);
  for (std::int64_t tap = 0; tap < at.taps; ++tap) {
    for (std::int64_t i = 0; i < at.group; ++i) {
      workspace[at.weights + tap * at.group + i] = weights[i % t.dst_channels * at.taps + tap];
    }
  }
  for (std::int64_t i = 0; i < at.group; ++i) {
    workspace[at.bias + i] = bias == nullptr ? 0 : bias[i % t.dst_channels];
  }
  ClearPadding(at, workspace);
  for (std::int64_t row = 0; row < t.rows; ++row) {
    Widen(t, at, src + row * t.src_height * t.src_width * t.src_channels, workspace);
    float* const to = dst + row * t.dst_height * at.line;
    std::int64_t y = 0;
    for (; t.dilation_height == 1 && y + 2 <= t.dst_height; y += 2) ForwardLines<kPeriod, 2>(t, at, workspace, y, to);
    for (; y < t.dst_height; ++y) ForwardLines<kPeriod, 1>(t, at, workspace, y, to);
  }
}

// The gradients of kTaps taps below each other, in one source channel, added to `sums` [tap, a line of the kernel].
// `wide`: the line and shift of the first tap; `gradient`: the output's gradient, with zeros above.
template <int kPeriod, int kTaps>
HWY_INLINE void WeightsPart(const FewChannelsTask& t, const Layout& at, const float* HWY_RESTRICT wide,
                            const float* HWY_RESTRICT gradient, float* HWY_RESTRICT sums) {
  const Floats d;
  const std::int64_t step = lanes();
  const std::int64_t kernel_line = t.kernel_width * at.group;
  const std::int64_t below = t.dilation_height * at.whole_line;
  Vector sum[kTaps][kPeriod];
  for (int k = 0; k < kTaps; ++k) {
    for (int i = 0; i < kPeriod; ++i) sum[k][i] = hn::LoadU(d, sums + k * kernel_line + i * step);
  }
  const std::int64_t lines = t.dst_height + (kTaps - 1) * t.dilation_height;
  for (std::int64_t y = 0; y < lines; ++y, wide += at.wide_line, gradient += at.whole_line) {
    for (std::int64_t first = 0; first < at.line; first += at.group) {
      for (int i = 0; i < kPeriod; ++i) {
        const auto x = LoadOnce(wide + first + i * step);
        for (int k = 0; k < kTaps; ++k) {
          sum[k][i] = hn::MulAdd(x, hn::LoadU(d, gradient - k * below + first + i * step), sum[k][i]);
        }
      }
    }
  }
  for (int k = 0; k < kTaps; ++k) {
    for (int i = 0; i < kPeriod; ++i) hn::StoreU(sum[k][i], d, sums + k * kernel_line + i * step);
  }
}

template <int kPeriod>
void Weights(const FewChannelsTask& t, const float* HWY_RESTRICT src, const float* HWY_RESTRICT diff_dst,
             float* HWY_RESTRICT diff_weights, float* HWY_RESTRICT diff_bias, float* HWY_RESTRICT workspace) {
  const Floats d;
  const Layout at(t);
  Vector bias_sum[kPeriod];
  for (Vector& sum : bias_sum) sum = hn::Zero(d);
  float* const sums = workspace + at.weights;
  float* const gradient = workspace + at.gradient + at.skirt * at.whole_line;
  std::fill_n(sums, at.taps * at.group, 0.0F);
  std::fill(workspace + at.gradient, workspace + at.total, 0.0F);
  ClearPadding(at, workspace);
  const std::int64_t kernel_line = t.kernel_width * at.group;
  for (std::int64_t row = 0; row < t.rows; ++row) {
    Widen(t, at, src + row * t.src_height * t.src_width * t.src_channels, workspace);
    for (std::int64_t y = 0; y < t.dst_height; ++y) {
      float* const line = gradient + y * at.whole_line;
      std::copy_n(diff_dst + (row * t.dst_height + y) * at.line, at.line, line);
      for (std::int64_t first = 0; first < at.line; first += at.group) {
        for (int i = 0; i < kPeriod; ++i) {
          bias_sum[i] = hn::Add(bias_sum[i], hn::Load(d, line + first + i * lanes()));
        }
      }
    }
    for (std::int64_t tap = 0; tap < t.src_channels * t.kernel_width; ++tap) {
      const std::int64_t c = tap / t.kernel_width;
      const std::int64_t kx = tap % t.kernel_width;
      const float* const wide = workspace + at.wide + c * at.wide_height * at.wide_line + kx * at.shift;
      float* const to = sums + c * t.kernel_height * kernel_line + kx * at.group;
      std::int64_t ky = 0;
      const auto take = [&](auto taps) {
        constexpr int kTaps = decltype(taps)::value;
        WeightsPart<kPeriod, kTaps>(t, at, wide + ky * t.dilation_height * at.wide_line, gradient,
                                    to + ky * kernel_line);
        ky += kTaps;
      };
      while (ky + 5 <= t.kernel_height) take(std::integral_constant<int, 5>());
      while (ky + 3 <= t.kernel_height) take(std::integral_constant<int, 3>());
      while (ky < t.kernel_height) take(std::integral_constant<int, 1>());
    }
  }
  std::fill_n(diff_weights, t.dst_channels * at.taps, 0.0F);
  for (std::int64_t tap = 0; tap < at.taps; ++tap) {
    for (std::int64_t i = 0; i < at.group; ++i) {
      diff_weights[i % t.dst_channels * at.taps + tap] += sums[tap * at.group + i];
    }
  }
  if (diff_bias == nullptr) return;
  for (int i = 0; i < kPeriod; ++i) hn::Store(bias_sum[i], d, workspace + at.bias + i * lanes());
  std::fill_n(diff_bias, t.dst_channels, 0.0F);
  for (std::int64_t i = 0; i < at.group; ++i) diff_bias[i % t.dst_channels] += workspace[at.bias + i];
}

bool Supports(const FewChannelsTask& t) { return period(t) == 1 || period(t) == 3; }

std::size_t Workspace(const FewChannelsTask& t) { return static_cast<std::size_t>(Layout(t).total); }

void ForwardAny(const FewChannelsTask& t, const float* src, const float* weights, const float* bias, float* dst,
                float* workspace) {
  period(t) == 1 ? Forward<1>(t, src, weights, bias, dst, workspace)
                 : Forward<3>(t, src, weights, bias, dst, workspace);
}

void WeightsAny(const FewChannelsTask& t, const float* src, const float* diff_dst, float* diff_weights,
                float* diff_bias, float* workspace) {
  period(t) == 1 ? Weights<1>(t, src, diff_dst, diff_weights, diff_bias, workspace)
                 : Weights<3>(t, src, diff_dst, diff_weights, diff_bias, workspace);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fanin::engine {

HWY_EXPORT(Supports);
HWY_EXPORT(Workspace);
HWY_EXPORT(ForwardAny);
HWY_EXPORT(WeightsAny);

bool few_outputs_supports(const FewChannelsTask& task) noexcept {
  return task.stride_height == 1 && task.stride_width == 1 && HWY_DYNAMIC_DISPATCH(Supports)(task);
}

std::size_t few_outputs_workspace(const FewChannelsTask& task) noexcept {
  return HWY_DYNAMIC_DISPATCH(Workspace)(task);
}

void few_outputs_forward(const FewChannelsTask& task, const float* src, const float* weights, const float* bias,
                         float* dst, float* workspace) noexcept {
  HWY_DYNAMIC_DISPATCH(ForwardAny)(task, src, weights, bias, dst, workspace);
}

void few_outputs_weights(const FewChannelsTask& task, const float* src, const float* diff_dst, float* diff_weights,
                         float* diff_bias, float* workspace) noexcept {
  HWY_DYNAMIC_DISPATCH(WeightsAny)(task, src, diff_dst, diff_weights, diff_bias, workspace);
}

}  // namespace fanin::engine
#endif
