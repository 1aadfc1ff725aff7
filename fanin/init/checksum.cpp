#include "fanin/init/checksum.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace fanin::init {
namespace {

constexpr std::uint64_t kPrime1 = 0x9E3779B185EBCA87ULL;
constexpr std::uint64_t kPrime2 = 0xC2B2AE3D27D4EB4FULL;
constexpr std::uint64_t kPrime3 = 0x165667B19E3779F9ULL;
constexpr std::uint64_t kPrime4 = 0x85EBCA77C2B2AE63ULL;
constexpr std::uint64_t kPrime5 = 0x27D4EB2F165667C5ULL;

template <typename T>
T load(const std::byte* bytes) noexcept {
  static_assert(std::endian::native == std::endian::little);
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

std::uint64_t round(std::uint64_t lane, std::uint64_t input) noexcept {
  return std::rotl(lane + input * kPrime2, 31) * kPrime1;
}

std::uint64_t merge(std::uint64_t hash, std::uint64_t lane) noexcept {
  return (hash ^ round(0, lane)) * kPrime1 + kPrime4;
}

}  // namespace

std::array<std::uint64_t, 4> Checksum::start() noexcept { return {kPrime1 + kPrime2, kPrime2, 0, 0 - kPrime1}; }

void Checksum::consume(const std::byte* stripe) noexcept {
  for (std::size_t i = 0; i < 4; ++i) lanes_[i] = round(lanes_[i], load<std::uint64_t>(stripe + 8 * i));
}

void Checksum::append(std::span<const std::byte> bytes) noexcept {
  total_ += bytes.size();
  if (buffered_ > 0 || bytes.size() < buffer_.size()) {
    const std::size_t taken = std::min(buffer_.size() - buffered_, bytes.size());
    std::copy_n(bytes.begin(), taken, buffer_.begin() + static_cast<std::ptrdiff_t>(buffered_));
    buffered_ += taken;
    bytes = bytes.subspan(taken);
    if (buffered_ < buffer_.size()) return;
    consume(buffer_.data());
    buffered_ = 0;
  }
  while (bytes.size() >= buffer_.size()) {
    consume(bytes.data());
    bytes = bytes.subspan(buffer_.size());
  }
  std::copy(bytes.begin(), bytes.end(), buffer_.begin());
  buffered_ = bytes.size();
}

std::uint64_t Checksum::value() const noexcept {
  std::uint64_t hash = kPrime5;
  if (total_ >= buffer_.size()) {
    hash = std::rotl(lanes_[0], 1) + std::rotl(lanes_[1], 7) + std::rotl(lanes_[2], 12) + std::rotl(lanes_[3], 18);
    for (const std::uint64_t lane : lanes_) hash = merge(hash, lane);
  }
  hash += total_;
  std::size_t i = 0;
  for (; i + 8 <= buffered_; i += 8) {
    hash = std::rotl(hash ^ round(0, load<std::uint64_t>(buffer_.data() + i)), 27) * kPrime1 + kPrime4;
  }
  if (i + 4 <= buffered_) {
    hash = std::rotl(hash ^ (load<std::uint32_t>(buffer_.data() + i) * kPrime1), 23) * kPrime2 + kPrime3;
    i += 4;
  }
  for (; i < buffered_; ++i) {
    hash = std::rotl(hash ^ (std::to_integer<std::uint64_t>(buffer_[i]) * kPrime5), 11) * kPrime1;
  }
  hash = (hash ^ (hash >> 33)) * kPrime2;
  hash = (hash ^ (hash >> 29)) * kPrime3;
  return hash ^ (hash >> 32);
}

std::string checksum_text(std::uint64_t checksum) {
  std::string text(16, '0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = "0123456789abcdef"[checksum >> (60 - 4 * i) & 15];
  return text;
}

}  // namespace fanin::init
