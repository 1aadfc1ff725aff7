// An array as files hold them: element type, shape and values in the machine's byte order, row-major.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fanin/core/dtype.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/shape.hpp"

namespace fanin::io {

/// An array in memory. A u8 array's `data` are its values and can be moved out.
struct Array {
  DType dtype = DType::u8;
  Shape shape;
  std::vector<std::uint8_t> data;  ///< shape.count() * size_of(dtype) bytes, native order, row-major
  std::string source;              ///< the file (and member) it came from, for messages
};

/// An array that somebody else holds, to be written.
struct ArrayView {
  DType dtype = DType::u8;
  Shape shape;
  std::span<const std::byte> data;  ///< as Array::data
};

/// The DType of a C++ type.
template <typename T>
constexpr DType dtype_of() noexcept {
  if constexpr (std::same_as<T, float>)
    return DType::f32;
  else if constexpr (std::same_as<T, double>)
    return DType::f64;
  else if constexpr (std::same_as<T, std::uint8_t>)
    return DType::u8;
  else if constexpr (std::same_as<T, std::int8_t>)
    return DType::i8;
  else if constexpr (std::same_as<T, std::int16_t>)
    return DType::i16;
  else if constexpr (std::same_as<T, std::int32_t>)
    return DType::i32;
  else {
    static_assert(std::same_as<T, std::int64_t>, "no element type of fanin stands for this C++ type");
    return DType::i64;
  }
}

/// An array over `values`, which must outlive it. @throws Error bad_shape when the counts differ.
template <typename T>
ArrayView view_of(std::span<const T> values, Shape shape) {
  if (shape.count() != static_cast<std::int64_t>(values.size())) {
    throw Error(ErrorCode::bad_shape, to_string(shape),
                "the shape does not hold " + std::to_string(values.size()) + " values");
  }
  return {dtype_of<T>(), std::move(shape), std::as_bytes(values)};
}

/// The array as a view; it must outlive the view.
ArrayView view_of(const Array& array);

/// The values in their own type. @throws Error bad_value when the array holds another type.
template <typename T>
std::span<const T> values(const Array& array) {
  if (array.dtype != dtype_of<T>()) {
    throw Error(ErrorCode::bad_value, array.source,
                "holds " + std::string(to_string(array.dtype)) + " where " + std::string(to_string(dtype_of<T>())) +
                    " is needed");
  }
  return {reinterpret_cast<const T*>(array.data.data()), static_cast<std::size_t>(array.shape.count())};
}

/// Every value as a double, exact except for i64 beyond 2^53 (rounded).
std::vector<double> to_doubles(const Array& array);
/// Every value as a float, rounded once.
std::vector<float> to_floats(const Array& array);
/// Every value as an integer. @throws Error bad_value naming the first element that is none.
std::vector<std::int64_t> to_integers(const Array& array);

}  // namespace fanin::io
