#include <algorithm>

// Highway's order.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fanin/engine/channel_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on

#include "fanin/engine/channel_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Rows of a block of about 16 KiB: what a kernel reads twice stays in the first cache.
HWY_INLINE std::size_t BlockRows(std::size_t channels) { return std::max<std::size_t>(16, 4096 / channels / 4 * 4); }

// Calls step(d, first channel) for the vectors of a row: whole ones, then halves down to single lanes.
template <class Step>
HWY_INLINE void ForVectors(std::size_t channels, const Step& step) {
  std::size_t c = 0;
  const auto while_fits = [&](auto d) HWY_ATTR {
    for (; c + hn::Lanes(d) <= channels; c += hn::Lanes(d)) step(d, c);
  };
  while_fits(hn::ScalableTag<float>());
  while_fits(hn::CappedTag<float, 8>());
  while_fits(hn::CappedTag<float, 4>());
  while_fits(hn::CappedTag<float, 1>());
}

// Adds one vector's worth of block moments to the channels' own.
template <class D, class V>
HWY_INLINE void MergeBlock(D d, V block_mean, V block_squares, double before, double block, double* mean,
                           double* squares) {
  HWY_ALIGN float means[hn::MaxLanes(d)];
  HWY_ALIGN float sums[hn::MaxLanes(d)];
  hn::Store(block_mean, d, means);
  hn::Store(block_squares, d, sums);
  const double share = block / (before + block);
  for (std::size_t i = 0; i < hn::Lanes(d); ++i) {
    const double step = static_cast<double>(means[i]) - mean[i];
    mean[i] += step * share;
    squares[i] += static_cast<double>(sums[i]) + step * step * before * share;
  }
}

// Four rows at a time, so that the additions of one row need not wait for those of the row before.
template <class D, class Term>
HWY_INLINE hn::Vec<D> SumOverRows(D d, std::size_t rows, const Term& term) {
  auto s0 = hn::Zero(d);
  auto s1 = hn::Zero(d);
  auto s2 = hn::Zero(d);
  auto s3 = hn::Zero(d);
  std::size_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    s0 = hn::Add(s0, term(row));
    s1 = hn::Add(s1, term(row + 1));
    s2 = hn::Add(s2, term(row + 2));
    s3 = hn::Add(s3, term(row + 3));
  }
  for (; row < rows; ++row) s0 = hn::Add(s0, term(row));
  return hn::Add(hn::Add(s0, s1), hn::Add(s2, s3));
}

void ChannelMoments(const ChannelShape& shape, const float* x, double* mean, double* squares) {
  const std::size_t channels = shape.channels;
  std::fill_n(mean, channels, 0.0);
  std::fill_n(squares, channels, 0.0);
  const std::size_t block = BlockRows(channels);
  for (std::size_t first = 0; first < shape.rows; first += block) {
    const std::size_t rows = std::min(block, shape.rows - first);
    const float* const from = x + first * channels;
    ForVectors(channels, [&](auto d, std::size_t c) HWY_ATTR {
      const auto value = [&](std::size_t row) HWY_ATTR { return hn::LoadU(d, from + row * channels + c); };
      const auto inverse = hn::Set(d, 1.0F / static_cast<float>(rows));
      const auto block_mean = hn::Mul(SumOverRows(d, rows, value), inverse);
      const auto block_squares = SumOverRows(d, rows, [&](std::size_t row) HWY_ATTR {
        const auto difference = hn::Sub(value(row), block_mean);
        return hn::Mul(difference, difference);
      });
      MergeBlock(d, block_mean, block_squares, static_cast<double>(first), static_cast<double>(rows), mean + c,
                 squares + c);
    });
  }
}

template <class D>
HWY_INLINE hn::Vec<D> Map(D d, std::size_t c, hn::Vec<D> x, const float* center, const float* factor,
                          const float* shift) {
  return hn::MulAdd(hn::Sub(x, hn::LoadU(d, center + c)), hn::LoadU(d, factor + c), hn::LoadU(d, shift + c));
}

template <bool kRectify>
HWY_INLINE void MapRows(const ChannelShape& shape, const float* x, const float* center, const float* factor,
                        const float* shift, float* y) {
  for (std::size_t row = 0; row < shape.rows; ++row, x += shape.channels, y += shape.channels) {
    ForVectors(shape.channels, [&](auto d, std::size_t c) HWY_ATTR {
      auto value = Map(d, c, hn::LoadU(d, x + c), center, factor, shift);
      if constexpr (kRectify) value = hn::IfThenElse(hn::Lt(value, hn::Zero(d)), hn::Zero(d), value);  // keeps NaN
      hn::StoreU(value, d, y + c);
    });
  }
}

void ChannelMap(const ChannelShape& shape, const float* x, const float* center, const float* factor, const float* shift,
                bool rectify, float* y) {
  rectify ? MapRows<true>(shape, x, center, factor, shift, y) : MapRows<false>(shape, x, center, factor, shift, y);
}

// dy, or zero where the rectified output is.
template <bool kRectify, class D>
HWY_INLINE hn::Vec<D> OutputGradient(D d, std::size_t c, const ChannelGradient& g, hn::Vec<D> x, hn::Vec<D> dy) {
  if constexpr (!kRectify) {
    return dy;
  } else {
    const auto dead = hn::Le(Map(d, c, x, g.center, g.factor, g.shift), hn::Zero(d));
    return hn::IfThenElse(dead, hn::Zero(d), dy);
  }
}

template <bool kRectify>
HWY_INLINE void GradientSums(const ChannelShape& shape, const ChannelGradient& g, const float* x, const float* dy,
                             double* sum, double* sum_product) {
  const std::size_t channels = shape.channels;
  std::fill_n(sum, channels, 0.0);
  std::fill_n(sum_product, channels, 0.0);
  const std::size_t block = BlockRows(channels);
  for (std::size_t first = 0; first < shape.rows; first += block) {
    const std::size_t rows = std::min(block, shape.rows - first);
    ForVectors(channels, [&](auto d, std::size_t c) HWY_ATTR {
      const float* const from = x + first * channels + c;
      const float* const gradient = dy + first * channels + c;
      const auto center = hn::LoadU(d, g.center + c);
      auto s0 = hn::Zero(d);
      auto s1 = hn::Zero(d);
      auto p0 = hn::Zero(d);
      auto p1 = hn::Zero(d);
      const auto take = [&](std::size_t row, auto& s, auto& p) HWY_ATTR {
        const auto value = hn::LoadU(d, from + row * channels);
        const auto slope = OutputGradient<kRectify>(d, c, g, value, hn::LoadU(d, gradient + row * channels));
        s = hn::Add(s, slope);
        p = hn::MulAdd(slope, hn::Sub(value, center), p);
      };
      std::size_t row = 0;
      for (; row + 2 <= rows; row += 2) {
        take(row, s0, p0);
        take(row + 1, s1, p1);
      }
      if (row < rows) take(row, s0, p0);
      HWY_ALIGN float sums[hn::MaxLanes(d)];
      HWY_ALIGN float products[hn::MaxLanes(d)];
      hn::Store(hn::Add(s0, s1), d, sums);
      hn::Store(hn::Add(p0, p1), d, products);
      for (std::size_t i = 0; i < hn::Lanes(d); ++i) {
        sum[c + i] += static_cast<double>(sums[i]);
        sum_product[c + i] += static_cast<double>(products[i]);
      }
    });
  }
}

void ChannelGradientSums(const ChannelShape& shape, const ChannelGradient& g, const float* x, const float* dy,
                         double* sum, double* sum_product) {
  g.rectify ? GradientSums<true>(shape, g, x, dy, sum, sum_product)
            : GradientSums<false>(shape, g, x, dy, sum, sum_product);
}

template <bool kRectify>
HWY_INLINE void GradientMap(const ChannelShape& shape, const ChannelGradient& g, const float* x, const float* dy,
                            const float* by_gradient, const float* by_value, const float* constant, float* dx) {
  const std::size_t channels = shape.channels;
  for (std::size_t row = 0; row < shape.rows; ++row, x += channels, dy += channels, dx += channels) {
    ForVectors(channels, [&](auto d, std::size_t c) HWY_ATTR {
      const auto value = hn::LoadU(d, x + c);
      const auto slope = OutputGradient<kRectify>(d, c, g, value, hn::LoadU(d, dy + c));
      const auto rest = hn::MulAdd(hn::Sub(value, hn::LoadU(d, g.center + c)), hn::LoadU(d, by_value + c),
                                   hn::LoadU(d, constant + c));
      hn::StoreU(hn::MulAdd(slope, hn::LoadU(d, by_gradient + c), rest), d, dx + c);
    });
  }
}

void ChannelGradientMap(const ChannelShape& shape, const ChannelGradient& g, const float* x, const float* dy,
                        const float* by_gradient, const float* by_value, const float* constant, float* dx) {
  g.rectify ? GradientMap<true>(shape, g, x, dy, by_gradient, by_value, constant, dx)
            : GradientMap<false>(shape, g, x, dy, by_gradient, by_value, constant, dx);
}

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fanin::engine {

HWY_EXPORT(ChannelMoments);
HWY_EXPORT(ChannelMap);
HWY_EXPORT(ChannelGradientSums);
HWY_EXPORT(ChannelGradientMap);

void channel_moments(const ChannelShape& shape, const float* x, double* mean, double* squares) noexcept {
  HWY_DYNAMIC_DISPATCH(ChannelMoments)(shape, x, mean, squares);
}
void channel_map(const ChannelShape& shape, const float* x, const float* center, const float* factor,
                 const float* shift, bool rectify, float* y) noexcept {
  HWY_DYNAMIC_DISPATCH(ChannelMap)(shape, x, center, factor, shift, rectify, y);
}
void channel_gradient_sums(const ChannelShape& shape, const ChannelGradient& gradient, const float* x, const float* dy,
                           double* sum, double* sum_product) noexcept {
  HWY_DYNAMIC_DISPATCH(ChannelGradientSums)(shape, gradient, x, dy, sum, sum_product);
}
void channel_gradient_map(const ChannelShape& shape, const ChannelGradient& gradient, const float* x, const float* dy,
                          const float* by_gradient, const float* by_value, const float* constant, float* dx) noexcept {
  HWY_DYNAMIC_DISPATCH(ChannelGradientMap)(shape, gradient, x, dy, by_gradient, by_value, constant, dx);
}

}  // namespace fanin::engine
#endif
