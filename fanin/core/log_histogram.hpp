// How many values of a tensor have which order of magnitude, in powers of two.
//
//     const LogHistogram h = log_histogram(values);
//     h.bins[LogHistogram::bin_of(0.7F)];   // how many values have 0.5 <= |x| < 1
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace fanin {

struct LogHistogram {
  static constexpr int kBins = 64;
  static constexpr int kLeastExponent = -46;  ///< of bin 1

  /// Bin 0 holds zeros and all below 2^-46; bin b holds 2^(b-47) <= |x| < 2^(b-46); bin 63 all from 2^16 on, also
  /// infinities and NaN.
  std::array<std::int64_t, kBins> bins = {};

  static int bin_of(float value) noexcept;
};

LogHistogram log_histogram(std::span<const float> values);

}  // namespace fanin
