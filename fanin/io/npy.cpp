#include "fanin/io/npy.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "fanin/io/atomic_file.hpp"
#include "fanin/io/byte_order.hpp"
#include "fanin/io/npy_header.hpp"

namespace fanin::io {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kPrefixBytes = 8;                        // magic and version
constexpr std::size_t kAlign = 64;                             // of the first value, since NumPy 1.14
constexpr std::size_t kMaxHeaderBytes = std::size_t{1} << 20;  // NumPy itself trusts 10,000 characters
constexpr std::size_t kGrowthDigits = 21;                      // room NumPy leaves for the first extent to grow
constexpr std::size_t kMaxVersion1Header = std::numeric_limits<std::uint16_t>::max();

/// How the file stores its items.
struct Stored {
  DType dtype = DType::u8;  ///< what they become
  char kind = 'u';          ///< f, i, u, b
  std::size_t bytes = 1;
  bool big_endian = false;
};

struct KnownKind {
  std::string_view code;
  DType dtype;
};

constexpr std::array<KnownKind, 12> kKinds{{{"f2", DType::f16},
                                            {"f4", DType::f32},
                                            {"f8", DType::f64},
                                            {"i1", DType::i8},
                                            {"i2", DType::i16},
                                            {"i4", DType::i32},
                                            {"i8", DType::i64},
                                            {"u1", DType::u8},
                                            {"u2", DType::i32},
                                            {"u4", DType::i64},
                                            {"u8", DType::i64},
                                            {"b1", DType::u8}}};

Stored stored_as(const std::string& descr, const std::string& name) {
  const bool ordered = !descr.empty() && std::string_view("<>|").find(descr.front()) != std::string_view::npos;
  const std::string_view code = ordered ? std::string_view(descr).substr(1) : std::string_view();
  for (const KnownKind& known : kKinds) {
    if (code != known.code) continue;
    const auto bytes = static_cast<std::size_t>(code[1] - '0');
    if (bytes > 1 && descr.front() == '|') break;
    return {known.dtype, code[0], bytes, descr.front() == '>'};
  }
  const std::string reason =
      code.starts_with('O') ? "holds pickled objects, which are never executed" : "has no known type";
  throw Error(ErrorCode::unsupported, name,
              reason + " (descr '" + descr + "'); save it as float32, float64, uint8 or an integer type");
}

/// Row-major order from Fortran order, items of `bytes` each.
std::vector<std::uint8_t> to_row_major(const std::vector<std::uint8_t>& data, const Shape& shape, std::size_t bytes) {
  std::vector<std::uint8_t> out(data.size());
  const std::size_t rank = shape.rank();
  std::vector<std::size_t> step(rank);  // bytes between neighbours along an axis, as stored
  std::vector<std::int64_t> index(rank, 0);
  std::size_t stride = bytes;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    step[axis] = stride;
    stride *= static_cast<std::size_t>(shape[axis]);
  }
  std::size_t from = 0;
  for (std::size_t to = 0; to < out.size(); to += bytes) {
    std::memcpy(out.data() + to, data.data() + from, bytes);
    for (std::size_t axis = rank; axis-- > 0;) {
      from += step[axis];
      if (++index[axis] < shape[axis]) break;
      from -= step[axis] * static_cast<std::size_t>(shape[axis]);
      index[axis] = 0;
    }
  }
  return out;
}

/// u2 to i32, u4 and u8 to i64. @throws Error unsupported for a value of 2^63 or more.
template <typename From, typename To>
std::vector<std::uint8_t> widened(const std::vector<std::uint8_t>& data, const std::string& name) {
  const std::size_t count = data.size() / sizeof(From);
  std::vector<std::uint8_t> out(count * sizeof(To));
  for (std::size_t i = 0; i < count; ++i) {
    From from;
    std::memcpy(&from, data.data() + i * sizeof(From), sizeof(From));
    if (std::cmp_greater(from, std::numeric_limits<To>::max())) {
      throw Error(ErrorCode::unsupported, name,
                  "element " + std::to_string(i) + " is " + std::to_string(from) + ", beyond the range of int64");
    }
    const auto to = static_cast<To>(from);
    std::memcpy(out.data() + i * sizeof(To), &to, sizeof(To));
  }
  return out;
}

void check_truth_values(const Array& array, std::uint64_t first_offset) {
  const auto bad = std::ranges::find_if(array.data, [](std::uint8_t value) { return value > 1; });
  if (bad == array.data.end()) return;
  throw damaged(array.source, first_offset + static_cast<std::uint64_t>(bad - array.data.begin()),
                "a truth value is " + std::to_string(*bad) + "; 0 or 1 is expected");
}

void convert(Array& array, const Stored& stored) {
  if constexpr (std::endian::native == std::endian::little) {
    if (stored.big_endian) swap_items(array.data, stored.bytes);
  } else {
    if (!stored.big_endian) swap_items(array.data, stored.bytes);
  }
  if (stored.kind == 'u' && stored.bytes == 2)
    array.data = widened<std::uint16_t, std::int32_t>(array.data, array.source);
  if (stored.kind == 'u' && stored.bytes == 4)
    array.data = widened<std::uint32_t, std::int64_t>(array.data, array.source);
  if (stored.kind == 'u' && stored.bytes == 8)
    array.data = widened<std::uint64_t, std::int64_t>(array.data, array.source);
}

NpyHeader read_header(ByteSource& source) {
  std::array<std::uint8_t, kPrefixBytes> prefix{};
  read_exactly(source, prefix, "the .npy magic text");
  if (!std::equal(kMagic.begin(), kMagic.end(), prefix.begin(),
                  [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; })) {
    throw damaged(source.name(), 0, "is no .npy file: it does not start with \\x93NUMPY");
  }
  const std::uint8_t major = prefix[6];
  if (major < 1 || major > 3 || prefix[7] != 0) {
    throw damaged(source.name(), 6,
                  "is .npy version " + std::to_string(major) + "." + std::to_string(prefix[7]) +
                      "; 1.0, 2.0 and 3.0 can be read");
  }
  std::array<std::uint8_t, 4> length{};
  read_exactly(source, std::span(length).first(major == 1 ? 2 : 4), "the header's length");
  const auto bytes = load_little<std::uint32_t>(length.data());
  if (bytes > kMaxHeaderBytes) {
    throw damaged(source.name(), kPrefixBytes,
                  "the header claims " + std::to_string(bytes) + " bytes, more than 1 MiB");
  }
  const std::uint64_t start = source.offset();
  std::vector<std::uint8_t> text;
  append_exactly(source, bytes, "the header", text);
  return parse_npy_header({reinterpret_cast<const char*>(text.data()), text.size()}, source.name(), start);
}

std::string descr_of(DType dtype) {
  const std::string order(1, std::endian::native == std::endian::little ? '<' : '>');
  switch (dtype) {
    case DType::f32: return order + "f4";
    case DType::f64: return order + "f8";
    case DType::f16: return order + "f2";
    case DType::u8: return "|u1";
    case DType::i8: return "|i1";
    case DType::i16: return order + "i2";
    case DType::i32: return order + "i4";
    case DType::i64: return order + "i8";
    case DType::bf16: break;
  }
  throw Error(ErrorCode::unsupported, "npy", "NumPy knows no bf16; write f32, or a safetensors file");
}

std::string tuple_of(const Shape& shape) {
  std::string text = "(";
  for (const std::int64_t extent : shape.extents()) {
    if (text.size() > 1) text += ' ';
    text += std::to_string(extent) + ",";
  }
  if (shape.rank() > 1) text.pop_back();
  return text + ")";
}

}  // namespace

Array read_npy(ByteSource& source, std::uint64_t limit) {
  NpyHeader header = read_header(source);
  const Stored stored = stored_as(header.descr, source.name());
  Array array;
  array.source = source.name();
  array.dtype = stored.dtype;
  array.shape = checked_shape(std::move(header.shape), size_of(stored.dtype), source.name(), kPrefixBytes);
  const std::uint64_t start = source.offset();
  const std::uint64_t bytes = static_cast<std::uint64_t>(array.shape.count()) * stored.bytes;
  append_exactly(source, bytes, "the values of shape " + to_string(array.shape), array.data, limit);
  expect_end(source, "the last value of shape " + to_string(array.shape));
  if (stored.kind == 'b') check_truth_values(array, start);
  if (header.fortran_order && array.shape.rank() > 1) {
    array.data = to_row_major(array.data, array.shape, stored.bytes);
  }
  convert(array, stored);
  return array;
}

Array read_npy(const std::filesystem::path& path, std::uint64_t limit) { return read_npy(*open_source(path), limit); }

Array parse_npy(std::span<const std::byte> bytes, std::string_view name, std::uint64_t limit) {
  return read_npy(*open_source(bytes, name), limit);
}

std::string npy_header(DType dtype, const Shape& shape) {
  std::string text = "{'descr': '" + descr_of(dtype) + "', 'fortran_order': False, 'shape': " + tuple_of(shape) + ", }";
  if (shape.rank() > 0) text.append(kGrowthDigits - std::min(kGrowthDigits, std::to_string(shape[0]).size()), ' ');
  const std::size_t before = kPrefixBytes + sizeof(std::uint16_t) + text.size() + 1;
  text.append(kAlign - before % kAlign, ' ');
  text += '\n';
  if (text.size() > kMaxVersion1Header) {
    throw Error(ErrorCode::bad_shape, "npy",
                "a shape of rank " + std::to_string(shape.rank()) + " is too long to write");
  }
  std::string header(kMagic);
  header += '\1';
  header += '\0';
  append_little(header, static_cast<std::uint16_t>(text.size()));
  return header + text;
}

void write_npy(const std::filesystem::path& path, const ArrayView& array) {
  const std::string header = npy_header(array.dtype, array.shape);
  const std::size_t bytes = static_cast<std::size_t>(array.shape.count()) * size_of(array.dtype);
  if (array.data.size() != bytes) {
    throw Error(ErrorCode::bad_shape, path.string(),
                to_string(array.shape) + " takes " + std::to_string(bytes) + " bytes, but " +
                    std::to_string(array.data.size()) + " are given");
  }
  AtomicFile file(path);
  file.write(std::string_view(header));
  file.write(array.data);
  file.commit();
}

}  // namespace fanin::io
