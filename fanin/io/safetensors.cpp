#include "fanin/io/safetensors.hpp"

#include <algorithm>
#include <array>

#include "fanin/core/suggest.hpp"
#include "fanin/io/byte_order.hpp"
#include "fanin/io/safetensors_header.hpp"

namespace fanin::io {

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) : store_(open_store(path)) { read_header(); }

SafetensorsFile::SafetensorsFile(std::span<const std::byte> bytes, std::string_view name)
    : store_(open_store(bytes, name)) {
  read_header();
}

void SafetensorsFile::read_header() {
  std::array<std::uint8_t, 8> length_bytes{};
  store_->read_at(0, length_bytes);
  const auto length = load_little<std::uint64_t>(length_bytes.data());
  const std::uint64_t room = store_->size() - length_bytes.size();
  if (length > kMaxSafetensorsHeader || length > room) {
    throw damaged(source(), 0,
                  "the header claims " + std::to_string(length) + " bytes; the file has room for " +
                      std::to_string(room) + ", the format allows " + std::to_string(kMaxSafetensorsHeader));
  }
  std::vector<std::uint8_t> json;
  append_exactly(*open_range(*store_, length_bytes.size(), length), length, "the header", json);
  SafetensorsHeader header =
      parse_safetensors_header({reinterpret_cast<const char*>(json.data()), json.size()}, source(), room - length);
  entries_ = std::move(header.entries);
  metadata_ = std::move(header.metadata);
}

const SafetensorsEntry& SafetensorsFile::find(std::string_view name) const {
  const auto entry = std::ranges::find(entries_, name, &SafetensorsEntry::name);
  if (entry != entries_.end()) return *entry;
  std::vector<std::string> names;
  for (const SafetensorsEntry& known : entries_) names.push_back(known.name);
  throw Error(ErrorCode::unknown_name, source(), "no tensor '" + std::string(name) + "'; " + suggestion(name, names));
}

Array SafetensorsFile::read(const SafetensorsEntry& entry, std::uint64_t limit) const {
  const std::optional<DType> dtype = dtype_of(entry);
  if (!dtype) {
    throw Error(ErrorCode::unsupported, source() + ", tensor " + entry.name,
                "has element type " + entry.dtype + ", which fanin does not compute with");
  }
  Array array{*dtype, entry.shape, {}, source() + ", tensor " + entry.name};
  append_exactly(*open_range(*store_, entry.offset, entry.bytes), entry.bytes, "tensor " + entry.name, array.data,
                 limit);
  to_native_from_little(array.data, size_of(*dtype));
  return array;
}

void SafetensorsFile::read_bytes(const SafetensorsEntry& entry, std::uint64_t first,
                                 std::span<std::uint8_t> dst) const {
  if (first > entry.bytes || dst.size() > entry.bytes - first) {
    throw Error(ErrorCode::bad_value, source() + ", tensor " + entry.name,
                std::to_string(dst.size()) + " bytes from byte " + std::to_string(first) +
                    " are asked for; the tensor has " + std::to_string(entry.bytes));
  }
  store_->read_at(entry.offset + first, dst);
}

}  // namespace fanin::io
