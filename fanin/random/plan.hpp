// Laws made ready for the kernels: every parameter checked, converted once to the arithmetic type and
// to the cut-offs of the output type. Private to this room.
#pragma once

#include "fanin/core/dtype.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::random {

/// value = clamp(middle + x * step, lowest, highest); x is the signed word of the element.
template <typename T>
struct UniformPlan {
  T middle;
  T step;
  T lowest;  ///< the smallest and largest values of the output type inside [low, high)
  T highest;
  bool clamped;  ///< false when no word leads beyond them
};

/// value = mean + radius_scale * sqrt(-log u) * (cos or sin).
template <typename T>
struct NormalPlan {
  T mean;
  T radius_scale;  ///< std_dev * sqrt(2)
};

/// With x the signed word + 1/2 and d its distance from the nearer end of the word's range, + 1/2:
/// y = centre + x * slope is the probability below minus 1/2, and the tail beyond the element is
/// near_low + d * slope for x < 0 and near_high + d * slope_high otherwise.
template <typename T>
struct TruncatedPlan {
  T centre;
  T slope;
  T near_low;
  T near_high;
  T slope_high;
  T mean;
  T std_dev;  ///< before the cut; negative when the law was mirrored
  T lowest;
  T highest;
  bool has_tail;  ///< false when no element leaves the central region
};

/// value = on where the word is below the threshold, else off.
template <typename T>
struct BernoulliPlan {
  std::uint64_t threshold;  ///< of 2^32, and below it
  T on;
  T off;
};

/// True when f32 arithmetic on one word serves the law; laws cut far from their mean need f64.
bool fits_f32(const TruncatedNormal& law) noexcept;

// `dtype` is the type of the output; T of the arithmetic. @throws Error bad_value.
template <typename T>
UniformPlan<T> plan_of(const Uniform& law, DType dtype);
template <typename T>
NormalPlan<T> plan_of(const Normal& law, DType dtype);
template <typename T>
TruncatedPlan<T> plan_of(const TruncatedNormal& law, DType dtype);
template <typename T>
BernoulliPlan<T> plan_of(const Bernoulli& law, DType dtype);

}  // namespace fanin::random
