#include <algorithm>
#include <bit>
#include <cstring>

// Highway's order.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fanin/core/log_histogram.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on

#include "fanin/core/log_histogram.hpp"

HWY_BEFORE_NAMESPACE();
namespace fanin {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

constexpr std::int32_t kExponentOfBin0 = 126 + LogHistogram::kLeastExponent;  // biased, the last one in it

// The bins of up to kMostValues values, one byte each.
void FindBins(const float* HWY_RESTRICT values, std::size_t count, std::uint8_t* HWY_RESTRICT bins) {
  const hn::ScalableTag<std::int32_t> d;
  const hn::Rebind<std::uint8_t, decltype(d)> bytes;
  const hn::RebindToFloat<decltype(d)> floats;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto magnitude = hn::And(hn::BitCast(d, hn::LoadU(floats, values + i)), hn::Set(d, 0x7FFFFFFF));
    const auto above = hn::Sub(hn::ShiftRight<23>(magnitude), hn::Set(d, kExponentOfBin0));
    const auto bin = hn::Min(hn::Max(above, hn::Zero(d)), hn::Set(d, LogHistogram::kBins - 1));
    hn::StoreU(hn::DemoteTo(bytes, bin), bytes, bins + i);
  }
  for (; i < count; ++i) bins[i] = static_cast<std::uint8_t>(LogHistogram::bin_of(values[i]));
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace fanin
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fanin {

HWY_EXPORT(FindBins);

int LogHistogram::bin_of(float value) noexcept {
  const auto exponent = static_cast<int>(std::bit_cast<std::uint32_t>(value) << 1U >> 24U);
  return std::clamp(exponent - 126 - kLeastExponent, 0, kBins - 1);
}

// Neighbouring values often share a bin, and a counter must not wait for itself: eight tables take turns.
LogHistogram log_histogram(std::span<const float> values) {
  constexpr std::size_t kBlock = 4096;
  constexpr std::size_t kTables = 8;
  constexpr std::size_t kBins = LogHistogram::kBins;
  std::array<std::int64_t, kTables * kBins> counts{};
  std::array<std::uint8_t, kBlock> bins;
  for (std::size_t first = 0; first < values.size(); first += kBlock) {
    const std::size_t count = std::min(kBlock, values.size() - first);
    HWY_DYNAMIC_DISPATCH(FindBins)(values.data() + first, count, bins.data());
    std::size_t i = 0;
    for (; i + kTables <= count; i += kTables) {
      std::uint64_t word = 0;
      std::memcpy(&word, bins.data() + i, sizeof word);
      for (std::size_t table = 0; table < kTables; ++table) ++counts[table * kBins + (word >> (8 * table) & 0xFFU)];
    }
    for (; i < count; ++i) ++counts[bins[i]];
  }
  LogHistogram histogram;
  for (std::size_t i = 0; i < counts.size(); ++i) histogram.bins[i % kBins] += counts[i];
  return histogram;
}

}  // namespace fanin
#endif
