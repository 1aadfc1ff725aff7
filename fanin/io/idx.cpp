#include "fanin/io/idx.hpp"

#include <array>
#include <string>
#include <utility>

#include "fanin/io/byte_order.hpp"

namespace fanin::io {
namespace {

constexpr std::size_t kMaxRank = 32;
constexpr std::size_t kMagicBytes = 4;
constexpr std::size_t kExtentBytes = 4;

DType dtype_of_code(std::uint8_t code, const std::string& name) {
  switch (code) {
    case 0x08: return DType::u8;
    case 0x09: return DType::i8;
    case 0x0B: return DType::i16;
    case 0x0C: return DType::i32;
    case 0x0D: return DType::f32;
    case 0x0E: return DType::f64;
    default:
      throw damaged(name, 2, "type code " + std::to_string(code) + " is no IDX type; known: 8, 9, 11, 12, 13, 14");
  }
}

Array read_from(ByteSource& source, std::uint64_t limit) {
  std::array<std::uint8_t, kMagicBytes> magic{};
  read_exactly(source, magic, "the IDX magic number");
  if (magic[0] != 0 || magic[1] != 0) {
    throw damaged(source.name(), 0,
                  "is no IDX file: it must start with two zero bytes, but starts with " + std::to_string(magic[0]) +
                      " " + std::to_string(magic[1]));
  }
  Array array;
  array.source = source.name();
  array.dtype = dtype_of_code(magic[2], source.name());
  const std::size_t rank = magic[3];
  if (rank == 0 || rank > kMaxRank) {
    throw damaged(source.name(), 3, "has rank " + std::to_string(rank) + "; 1 to 32 can be read");
  }
  std::vector<std::uint8_t> header(rank * kExtentBytes);
  read_exactly(source, header, "the extents");
  std::vector<std::int64_t> extents(rank);
  for (std::size_t axis = 0; axis < rank; ++axis) {
    extents[axis] = load_big<std::uint32_t>(header.data() + axis * kExtentBytes);
  }
  array.shape = checked_shape(std::move(extents), size_of(array.dtype), source.name(), kMagicBytes);
  const std::uint64_t bytes = static_cast<std::uint64_t>(array.shape.count()) * size_of(array.dtype);
  append_exactly(source, bytes, "the values of shape " + to_string(array.shape), array.data, limit);
  expect_end(source, "the last value of shape " + to_string(array.shape));
  to_native_from_big(array.data, size_of(array.dtype));
  return array;
}

}  // namespace

Array read_idx(const std::filesystem::path& path, std::uint64_t limit) { return read_from(*open_source(path), limit); }

Array parse_idx(std::span<const std::byte> bytes, std::string_view name, std::uint64_t limit) {
  return read_from(*open_source(bytes, name), limit);
}

}  // namespace fanin::io
