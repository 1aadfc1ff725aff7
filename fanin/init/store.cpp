#include "fanin/init/store.hpp"

#include <cstring>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/random/rounding.hpp"

namespace fanin::init {
namespace {

template <typename T>
T get(std::span<const std::byte> bytes, std::size_t index) {
  T value;
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}

template <typename T>
void put(T value, std::span<std::byte> out, std::size_t index) {
  std::memcpy(out.data() + index * sizeof(T), &value, sizeof(T));
}

}  // namespace

void check_float(DType dtype) {
  if (dtype == DType::f32 || dtype == DType::f64 || dtype == DType::bf16 || dtype == DType::f16) return;
  throw Error(ErrorCode::unsupported, "dtype " + std::string(to_string(dtype)),
              "weights are drawn as f32, f64, bf16 or f16");
}

void store_one(double value, DType dtype, std::span<std::byte> out, std::size_t index) {
  const auto single = static_cast<float>(value);
  switch (dtype) {
    case DType::f64: put(value, out, index); break;
    case DType::bf16: put(random::to_bf16(single), out, index); break;
    case DType::f16: put(random::to_f16(single), out, index); break;
    default: put(single, out, index); break;
  }
}

double load_one(std::span<const std::byte> bytes, DType dtype, std::size_t index) {
  switch (dtype) {
    case DType::f64: return get<double>(bytes, index);
    case DType::bf16: return static_cast<double>(random::from_bf16(get<std::uint16_t>(bytes, index)));
    case DType::f16: return static_cast<double>(random::from_f16(get<std::uint16_t>(bytes, index)));
    default: return static_cast<double>(get<float>(bytes, index));
  }
}

void store_constant(double value, DType dtype, std::span<std::byte> out) {
  const std::size_t count = out.size() / size_of(dtype);
  for (std::size_t i = 0; i < count; ++i) store_one(value, dtype, out, i);
}

void store(std::span<const float> values, DType dtype, std::span<std::byte> out) {
  if (dtype == DType::f32) {
    std::memcpy(out.data(), values.data(), values.size_bytes());
    return;
  }
  for (std::size_t i = 0; i < values.size(); ++i) store_one(static_cast<double>(values[i]), dtype, out, i);
}

void store(std::span<const double> values, DType dtype, std::span<std::byte> out) {
  for (std::size_t i = 0; i < values.size(); ++i) store_one(values[i], dtype, out, i);
}

}  // namespace fanin::init
