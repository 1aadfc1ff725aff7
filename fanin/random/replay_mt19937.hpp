// The Mersenne Twister MT19937, seeded the way NumPy's RandomState and PyTorch seed it.
#pragma once

#include <array>
#include <cstdint>

namespace fanin::random {

/// @source  Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998), with the initialization of 2002.
class Mt19937 final {
 public:
  explicit Mt19937(std::uint32_t seed) noexcept;

  /// The next 32 bits.
  std::uint32_t next() noexcept;

 private:
  static constexpr std::size_t kSize = 624;
  void refill() noexcept;

  std::array<std::uint32_t, kSize> state_;
  std::size_t position_ = kSize;
};

}  // namespace fanin::random
