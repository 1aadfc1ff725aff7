#include "fanin/init/statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "fanin/init/store.hpp"

namespace fanin::init {
namespace {

constexpr std::size_t kPiece = 1024;  // values summed before they join the total

}  // namespace

StatisticsCollector::StatisticsCollector(DType dtype) : dtype_(dtype) { check_float(dtype); }

void StatisticsCollector::append(std::span<const std::byte> bytes) {
  checksum_.append(bytes);
  const std::size_t count = bytes.size() / size_of(dtype_);
  std::array<double, kPiece> piece{};
  for (std::size_t first = 0; first < count; first += kPiece) {
    const std::size_t length = std::min(kPiece, count - first);
    for (std::size_t i = 0; i < length; ++i) piece[i] = load_one(bytes, dtype_, first + i);
    take(std::span(piece).first(length));
  }
}

void StatisticsCollector::take(std::span<const double> values) {
  std::array<double, 4> sums{};
  for (const double value : values) {
    ++partial_.count;
    if (!std::isfinite(value)) {
      ++partial_.non_finite;
      continue;
    }
    if (!started_) shift_ = value;
    started_ = true;
    partial_.zeros += value == 0 ? 1 : 0;
    partial_.min = std::min(partial_.min, value);
    partial_.max = std::max(partial_.max, value);
    const double d = value - shift_;
    sums[0] += d;
    sums[1] += d * d;
    sums[2] += d * d * d;
    sums[3] += d * d * d * d;
  }
  for (std::size_t i = 0; i < sums.size(); ++i) sums_[i] += sums[i];
}

Statistics StatisticsCollector::finish() const {
  Statistics result = partial_;
  result.checksum = checksum_.value();
  const auto n = static_cast<double>(result.finite());
  if (n == 0) return result;
  const double m1 = sums_[0] / n;
  const double m2 = sums_[1] / n;
  const double m3 = sums_[2] / n;
  const double m4 = sums_[3] / n;
  result.mean = shift_ + m1;
  result.variance = result.min == result.max ? 0 : std::max(0.0, m2 - m1 * m1);
  const double fourth = m4 - 4 * m1 * m3 + 6 * m1 * m1 * m2 - 3 * m1 * m1 * m1 * m1;
  if (result.variance > 0) result.kurtosis = fourth / (result.variance * result.variance);
  return result;
}

}  // namespace fanin::init
