#include "fanin/engine/pooling_kernels.hpp"

#include <algorithm>
#include <limits>

// Highway's order.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fanin/engine/pooling_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

// A vector of channels: all lanes, or the first `count`; memory beyond them is not touched.
template <class D, bool kWhole>
struct Lanes {
  D d = {};
  std::size_t count = 0;  // where not whole

  template <class T>
  HWY_INLINE hn::Vec<D> load(const T* from) const {
    if constexpr (kWhole) return hn::LoadU(d, from);
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2
    return hn::MaskedLoad(hn::FirstN(d, count), d, from);
#else
    HWY_ALIGN T lanes[hn::MaxLanes(D())] = {};
    for (std::size_t i = 0; i < count; ++i) lanes[i] = from[i];
    return hn::Load(d, lanes);
#endif
  }
  template <class T>
  HWY_INLINE void store(hn::Vec<D> v, T* to) const {
    if constexpr (kWhole) return hn::StoreU(v, d, to);
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2
    hn::BlendedStore(v, hn::FirstN(d, count), d, to);
#else
    HWY_ALIGN T lanes[hn::MaxLanes(D())];
    hn::Store(v, d, lanes);
    for (std::size_t i = 0; i < count; ++i) to[i] = lanes[i];
#endif
  }
};

using Floats = hn::ScalableTag<float>;
using Ints = hn::ScalableTag<std::int32_t>;

// One window of one row: its output position, and its taps that lie inside: `first` to `last` by axis.
struct Window {
  std::int64_t index = 0;   // of the output position in all rows
  std::int64_t source = 0;  // of the first tap inside
  std::int64_t tap = 0;     // of the first tap inside
  std::array<std::int64_t, 3> count = {};
};

// Calls visit(window) for every output position in its order.
template <class Visit>
HWY_INLINE void for_every_window(const PoolingTask& t, const Visit& visit) {
  Window w;
  std::array<std::int64_t, 3> start = {};  // source position of the first tap inside
  std::array<std::int64_t, 3> first = {};  // the first tap inside
  const auto place = [&](std::size_t axis, std::int64_t position) {
    const std::int64_t begin = position * t.stride[axis] - t.padding[axis];
    first[axis] = std::max<std::int64_t>(0, -begin);
    start[axis] = begin + first[axis];
    w.count[axis] = std::min(t.kernel[axis], t.src[axis] - begin) - first[axis];
  };
  for (std::int64_t row = 0; row < t.rows; ++row) {
    for (std::int64_t a = 0; a < t.dst[0]; ++a) {
      place(0, a);
      for (std::int64_t b = 0; b < t.dst[1]; ++b) {
        place(1, b);
        const std::int64_t line = ((row * t.src[0] + start[0]) * t.src[1] + start[1]) * t.src[2];
        const std::int64_t tap = (first[0] * t.kernel[1] + first[1]) * t.kernel[2];
        for (std::int64_t c = 0; c < t.dst[2]; ++c, ++w.index) {
          place(2, c);
          w.source = line + start[2];
          w.tap = tap + first[2];
          visit(w);
        }
      }
    }
  }
}

// A square window of known size, wholly inside.
template <std::int64_t kSide, class T, class Visit>
HWY_INLINE void for_every_tap_of(const PoolingTask& t, T* source, const Visit& visit) {
  for (std::int64_t b = 0; b < kSide; ++b, source += t.src[2] * t.channels) {
    for (std::int64_t c = 0; c < kSide; ++c) visit(b * kSide + c, source + c * t.channels);
  }
}

// Calls visit(tap, source pointer) for the taps of a window that lie inside, in their order.
template <class T, class Visit>
HWY_INLINE void for_every_tap(const PoolingTask& t, const Window& w, T* source, const Visit& visit) {
  if (w.count[1] == t.kernel[1] && w.count[2] == t.kernel[2] && t.kernel[0] == 1 && t.kernel[1] == t.kernel[2]) {
    if (t.kernel[2] == 2) return for_every_tap_of<2>(t, source, visit);
    if (t.kernel[2] == 3) return for_every_tap_of<3>(t, source, visit);
  }
  for (std::int64_t a = 0; a < w.count[0]; ++a) {
    T* line = source + a * t.src[1] * t.src[2] * t.channels;
    std::int64_t tap = w.tap + a * t.kernel[1] * t.kernel[2];
    for (std::int64_t b = 0; b < w.count[1]; ++b) {
      T* at = line;
      for (std::int64_t c = 0; c < w.count[2]; ++c, at += t.channels) visit(tap + c, at);
      line += t.src[2] * t.channels;
      tap += t.kernel[2];
    }
  }
}

// Calls visit(first channel, lanes of floats, lanes of integers) for each vector of channels.
template <class Visit>
HWY_INLINE void for_every_vector(const PoolingTask& t, const Visit& visit) {
  const std::int64_t step = static_cast<std::int64_t>(hn::Lanes(Floats()));
  std::int64_t c = 0;
  for (; c + step <= t.channels; c += step) visit(c, Lanes<Floats, true>(), Lanes<Ints, true>());
  if (c == t.channels) return;
  const auto rest = static_cast<std::size_t>(t.channels - c);
  visit(c, Lanes<Floats, false>{.count = rest}, Lanes<Ints, false>{.count = rest});
}

// Whether every source position lies in exactly one window.
bool tiles(const PoolingTask& t) {
  for (std::size_t i = 0; i < 3; ++i) {
    if (t.stride[i] != t.kernel[i] || t.padding[i] != 0 || t.dst[i] * t.kernel[i] != t.src[i]) return false;
  }
  return true;
}

void clear(const PoolingTask& t, float* diff_src) {
  std::fill_n(diff_src, t.rows * t.channels * t.src[0] * t.src[1] * t.src[2], 0.0F);
}

float taps_of(const PoolingTask& t) { return static_cast<float>(t.kernel[0] * t.kernel[1] * t.kernel[2]); }

void MaxPooling(const PoolingTask& t, const float* HWY_RESTRICT src, float* HWY_RESTRICT dst,
                std::int32_t* HWY_RESTRICT taken) {
  for_every_window(t, [&](const Window& w) {
    for_every_vector(t, [&](std::int64_t channel, const auto lanes, const auto ints) {
      const float* const source = src + w.source * t.channels + channel;
      const auto first = hn::Set(ints.d, static_cast<std::int32_t>(w.tap));  // of a window of nothing but -inf
      auto largest = hn::Set(lanes.d, -std::numeric_limits<float>::infinity());
      auto which = first;
      auto sum = hn::Zero(lanes.d);
      const auto take = [&](auto better, auto x, std::int64_t tap) {
        largest = hn::IfThenElse(better, x, largest);
        which = hn::IfThenElse(hn::RebindMask(ints.d, better), hn::Set(ints.d, static_cast<std::int32_t>(tap)), which);
      };
      for_every_tap(t, w, source, [&](std::int64_t tap, const float* at) {
        const auto x = lanes.load(at);
        sum = hn::Add(sum, x);
        take(hn::Gt(x, largest), x, tap);
      });
      // A sum that is no number shows that NaN may be among the values, and comparisons pass over it.
      if (!hn::AllFalse(lanes.d, hn::IsNaN(sum))) {
        largest = hn::Set(lanes.d, -std::numeric_limits<float>::infinity());
        which = first;
        for_every_tap(t, w, source, [&](std::int64_t tap, const float* at) {
          const auto x = lanes.load(at);
          take(hn::Or(hn::Gt(x, largest), hn::IsNaN(x)), x, tap);
        });
      }
      lanes.store(largest, dst + w.index * t.channels + channel);
      if (taken != nullptr) ints.store(which, taken + w.index * t.channels + channel);
    });
  });
}

void MaxPoolingGradient(const PoolingTask& t, const float* HWY_RESTRICT diff_dst,
                        const std::int32_t* HWY_RESTRICT taken, float* HWY_RESTRICT diff_src) {
  const bool once = tiles(t);
  if (!once) clear(t, diff_src);
  for_every_window(t, [&](const Window& w) {
    for_every_vector(t, [&](std::int64_t channel, const auto lanes, const auto ints) {
      const auto dy = lanes.load(diff_dst + w.index * t.channels + channel);
      const auto which = ints.load(taken + w.index * t.channels + channel);
      for_every_tap(t, w, diff_src + w.source * t.channels + channel, [&](std::int64_t tap, float* to) {
        const auto mine = hn::Eq(which, hn::Set(ints.d, static_cast<std::int32_t>(tap)));
        const auto dx = hn::IfThenElseZero(hn::RebindMask(lanes.d, mine), dy);
        lanes.store(once ? dx : hn::Add(dx, lanes.load(to)), to);
      });
    });
  });
}

void AveragePooling(const PoolingTask& t, const float* HWY_RESTRICT src, float* HWY_RESTRICT dst) {
  const float share = 1 / taps_of(t);
  for_every_window(t, [&](const Window& w) {
    for_every_vector(t, [&](std::int64_t channel, const auto lanes, const auto&) {
      auto sum = hn::Zero(lanes.d);
      for_every_tap(t, w, src + w.source * t.channels + channel,
                    [&](std::int64_t, const float* at) { sum = hn::Add(sum, lanes.load(at)); });
      lanes.store(hn::Mul(sum, hn::Set(lanes.d, share)), dst + w.index * t.channels + channel);
    });
  });
}

void AveragePoolingGradient(const PoolingTask& t, const float* HWY_RESTRICT diff_dst, float* HWY_RESTRICT diff_src) {
  const float share = 1 / taps_of(t);
  const bool once = tiles(t);
  if (!once) clear(t, diff_src);
  for_every_window(t, [&](const Window& w) {
    for_every_vector(t, [&](std::int64_t channel, const auto lanes, const auto&) {
      const auto dy = hn::Mul(lanes.load(diff_dst + w.index * t.channels + channel), hn::Set(lanes.d, share));
      for_every_tap(t, w, diff_src + w.source * t.channels + channel,
                    [&](std::int64_t, float* to) { lanes.store(once ? dy : hn::Add(dy, lanes.load(to)), to); });
    });
  });
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fanin::engine {

HWY_EXPORT(MaxPooling);
HWY_EXPORT(MaxPoolingGradient);
HWY_EXPORT(AveragePooling);
HWY_EXPORT(AveragePoolingGradient);

void max_pooling(const PoolingTask& task, const float* src, float* dst, std::int32_t* taken) noexcept {
  HWY_DYNAMIC_DISPATCH(MaxPooling)(task, src, dst, taken);
}

void max_pooling_gradient(const PoolingTask& task, const float* diff_dst, const std::int32_t* taken,
                          float* diff_src) noexcept {
  HWY_DYNAMIC_DISPATCH(MaxPoolingGradient)(task, diff_dst, taken, diff_src);
}

void average_pooling(const PoolingTask& task, const float* src, float* dst) noexcept {
  HWY_DYNAMIC_DISPATCH(AveragePooling)(task, src, dst);
}

void average_pooling_gradient(const PoolingTask& task, const float* diff_dst, float* diff_src) noexcept {
  HWY_DYNAMIC_DISPATCH(AveragePoolingGradient)(task, diff_dst, diff_src);
}

}  // namespace fanin::engine
#endif
