// XXH64, a fast 64-bit checksum with public tools (`xxhsum -H1`): for manifests, and for finding
// tensors that are bit-identical. Not cryptographic.
// Source: the xxHash specification, version 0.1.1, XXH64 with seed 0.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace fanin::init {

/// The checksum of bytes that come in pieces: how they are cut does not matter.
class Checksum final {
 public:
  void append(std::span<const std::byte> bytes) noexcept;
  [[nodiscard]] std::uint64_t value() const noexcept;

 private:
  void consume(const std::byte* stripe) noexcept;

  std::array<std::uint64_t, 4> lanes_ = start();
  std::array<std::byte, 32> buffer_{};
  std::size_t buffered_ = 0;
  std::uint64_t total_ = 0;

  static std::array<std::uint64_t, 4> start() noexcept;
};

/// Sixteen hexadecimal digits.
std::string checksum_text(std::uint64_t checksum);

}  // namespace fanin::init
