// Memory for kernels: aligned to 64 bytes, zeroed, owned by one holder.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>

namespace fanin {

inline constexpr std::size_t kAlignment = 64;  // bytes: one cache line and one AVX-512 register

/// `count` zeroed elements of a trivial type, aligned to kAlignment.
template <typename T>
class AlignedBuffer final {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t count)
      : data_(static_cast<T*>(::operator new (count * sizeof(T) + kAlignment, std::align_val_t{kAlignment}))),
        count_(count) {
    std::memset(data_.get(), 0, count * sizeof(T));
  }

  [[nodiscard]] T* data() noexcept { return data_.get(); }
  [[nodiscard]] const T* data() const noexcept { return data_.get(); }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] std::span<T> span() noexcept { return {data_.get(), count_}; }
  [[nodiscard]] std::span<const T> span() const noexcept { return {data_.get(), count_}; }
  T& operator[](std::size_t i) noexcept { return data_.get()[i]; }
  const T& operator[](std::size_t i) const noexcept { return data_.get()[i]; }

 private:
  struct Free {
    void operator()(T* data) const noexcept { ::operator delete (data, std::align_val_t{kAlignment}); }
  };
  std::unique_ptr<T, Free> data_;
  std::size_t count_ = 0;
};

}  // namespace fanin
