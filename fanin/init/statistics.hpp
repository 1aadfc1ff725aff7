// One pass over a tensor's values: what an audit needs to judge them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "fanin/core/dtype.hpp"
#include "fanin/init/checksum.hpp"

namespace fanin::init {

struct Statistics {
  std::uint64_t count = 0;       ///< all elements
  std::uint64_t non_finite = 0;  ///< NaN and infinities; the moments are over the others
  std::uint64_t zeros = 0;
  double mean = 0;
  double variance = 0;  ///< mean square about the mean
  double kurtosis = 0;  ///< 0 where the variance is 0
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();
  std::uint64_t checksum = 0;  ///< of the raw bytes

  [[nodiscard]] std::uint64_t finite() const noexcept { return count - non_finite; }
  /// Mean square about another centre.
  [[nodiscard]] double variance_about(double center) const noexcept {
    return variance + (mean - center) * (mean - center);
  }
};

/// Takes a tensor's raw elements in pieces, in order.
/// @accuracy  sums in double of deviations from the first value: relative error below 1e-12 for the
///            variance of any tensor whose mean is within 1e3 standard deviations of that value.
class StatisticsCollector final {
 public:
  /// @throws Error unsupported when the type is not f32, f64, bf16 or f16.
  explicit StatisticsCollector(DType dtype);
  /// @param bytes  whole elements.
  void append(std::span<const std::byte> bytes);
  [[nodiscard]] Statistics finish() const;

 private:
  void take(std::span<const double> values);

  DType dtype_;
  Checksum checksum_;
  Statistics partial_;
  bool started_ = false;
  double shift_ = 0;
  double sums_[4] = {0, 0, 0, 0};  ///< of powers 1 … 4 of value - shift
};

}  // namespace fanin::init
