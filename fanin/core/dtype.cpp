#include "fanin/core/dtype.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"

namespace fanin {
namespace {

struct Entry {
  DType dtype;
  std::size_t bytes;
  std::string_view name;
};

constexpr std::array<Entry, 9> kEntries{{{DType::f32, 4, "f32"},
                                         {DType::f64, 8, "f64"},
                                         {DType::f16, 2, "f16"},
                                         {DType::bf16, 2, "bf16"},
                                         {DType::u8, 1, "u8"},
                                         {DType::i8, 1, "i8"},
                                         {DType::i16, 2, "i16"},
                                         {DType::i32, 4, "i32"},
                                         {DType::i64, 8, "i64"}}};

const Entry& entry(DType dtype) noexcept { return kEntries[static_cast<std::size_t>(dtype)]; }

}  // namespace

std::size_t size_of(DType dtype) noexcept { return entry(dtype).bytes; }
std::string_view to_string(DType dtype) noexcept { return entry(dtype).name; }

DType parse_dtype(std::string_view name) {
  std::vector<std::string> names;
  for (const Entry& known : kEntries) {
    if (known.name == name) return known.dtype;
    names.emplace_back(known.name);
  }
  throw Error(ErrorCode::unknown_name, "dtype",
              "no element type '" + std::string(name) + "'; " + suggestion(name, names));
}

}  // namespace fanin
