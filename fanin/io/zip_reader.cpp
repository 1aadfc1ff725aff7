#include <zlib.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "fanin/io/byte_order.hpp"
#include "fanin/io/inflate.hpp"
#include "fanin/io/zip.hpp"
#include "fanin/io/zip_format.hpp"

namespace fanin::io {
namespace {

constexpr std::uint64_t kMaxDirectoryBytes = std::uint64_t{256} << 20;

/// Little-endian fields of a record in memory, bounds checked, with offsets in the file for messages.
class Fields final {
 public:
  Fields(std::span<const std::uint8_t> bytes, std::string_view name, std::uint64_t offset)
      : bytes_(bytes), name_(name), offset_(offset) {}

  template <typename T>
  T take() {
    return load_little<T>(take_bytes(sizeof(T)).data());
  }
  std::span<const std::uint8_t> take_bytes(std::size_t count) {
    if (count > left()) throw damaged(name_, offset(), "the zip directory ends inside a record");
    return bytes_.subspan(std::exchange(position_, position_ + count), count);
  }
  std::string take_text(std::size_t count) {
    const auto text = take_bytes(count);
    return {text.begin(), text.end()};
  }
  void skip(std::size_t count) { take_bytes(count); }
  [[nodiscard]] std::size_t left() const noexcept { return bytes_.size() - position_; }
  [[nodiscard]] std::uint64_t offset() const noexcept { return offset_ + position_; }

 private:
  std::span<const std::uint8_t> bytes_;
  std::string_view name_;
  std::uint64_t offset_;
  std::size_t position_ = 0;
};

std::vector<std::uint8_t> bytes_at(const ByteStore& store, std::uint64_t offset, std::uint64_t count) {
  std::vector<std::uint8_t> bytes;
  append_exactly(*open_range(store, offset, count), count, "the zip directory", bytes);
  return bytes;
}

/// Where the central directory lies.
struct Directory {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
};

/// The offset of the end record: the last one whose comment reaches exactly to the end of the file.
std::uint64_t find_end(const ByteStore& store) {
  const std::uint64_t tail_bytes = std::min<std::uint64_t>(store.size(), zip::kEndBytes + zip::kMaxComment);
  const std::uint64_t tail_offset = store.size() - tail_bytes;
  const std::vector<std::uint8_t> tail = bytes_at(store, tail_offset, tail_bytes);
  for (std::size_t back = zip::kEndBytes; back <= tail.size(); ++back) {
    const std::uint8_t* record = tail.data() + tail.size() - back;
    if (load_little<std::uint32_t>(record) != zip::kEnd) continue;
    if (load_little<std::uint16_t>(record + 20) == back - zip::kEndBytes) return store.size() - back;
  }
  throw damaged(store.name(), store.size(), "is no zip archive, or its end is missing (truncated?)");
}

/// The zip64 end record, when a locator stands right before the end record.
std::optional<Directory> read_end64(const ByteStore& store, std::uint64_t end) {
  if (end < zip::kEnd64LocatorBytes) return std::nullopt;
  const std::uint64_t at = end - zip::kEnd64LocatorBytes;
  const std::vector<std::uint8_t> locator = bytes_at(store, at, zip::kEnd64LocatorBytes);
  if (load_little<std::uint32_t>(locator.data()) != zip::kEnd64Locator) return std::nullopt;
  const auto offset = load_little<std::uint64_t>(locator.data() + 8);
  if (offset > at || at - offset < zip::kEnd64Bytes) throw damaged(store.name(), at, "a zip64 locator leads nowhere");
  const std::vector<std::uint8_t> record = bytes_at(store, offset, zip::kEnd64Bytes);
  if (load_little<std::uint32_t>(record.data()) != zip::kEnd64) {
    throw damaged(store.name(), offset, "no zip64 end record stands where its locator points");
  }
  const auto entries = load_little<std::uint64_t>(record.data() + 32);
  return Directory{load_little<std::uint64_t>(record.data() + 48), load_little<std::uint64_t>(record.data() + 40),
                   entries};
}

Directory find_directory(const ByteStore& store) {
  const std::uint64_t end = find_end(store);
  const std::vector<std::uint8_t> record = bytes_at(store, end, zip::kEndBytes);
  Directory directory{load_little<std::uint32_t>(record.data() + 16), load_little<std::uint32_t>(record.data() + 12),
                      load_little<std::uint16_t>(record.data() + 10)};
  const auto disk = load_little<std::uint16_t>(record.data() + 4);
  const bool needs_64 = directory.offset == zip::kIn64 || directory.bytes == zip::kIn64 ||
                        directory.entries == zip::kCountIn64 || disk == zip::kCountIn64;
  if (needs_64) {
    if (const auto wide = read_end64(store, end)) directory = *wide;
  } else if (disk != 0) {
    throw Error(ErrorCode::unsupported, store.name(), "is one part of a zip archive in several; join them first");
  }
  if (directory.offset > end || directory.bytes > end - directory.offset) {
    throw damaged(store.name(), end,
                  "the zip directory (" + std::to_string(directory.bytes) + " bytes at offset " +
                      std::to_string(directory.offset) + ") leaves the file");
  }
  if (directory.bytes > kMaxDirectoryBytes || directory.entries > directory.bytes / zip::kCentralHeaderBytes) {
    throw damaged(store.name(), end,
                  "the zip directory claims " + std::to_string(directory.entries) + " members in " +
                      std::to_string(directory.bytes) + " bytes");
  }
  return directory;
}

/// Fills in the fields that the zip64 extra holds: those that are all ones elsewhere, in this order.
void read_extra(Fields extra, ZipEntry& entry, const std::string& archive) {
  while (extra.left() >= 4) {
    const auto id = extra.take<std::uint16_t>();
    const auto size = extra.take<std::uint16_t>();
    const std::uint64_t offset = extra.offset();
    Fields body(extra.take_bytes(size), archive, offset);
    if (id != zip::kZip64Extra) continue;
    for (std::uint64_t* field : {&entry.bytes, &entry.packed_bytes, &entry.header_offset}) {
      if (*field == zip::kIn64) *field = body.take<std::uint64_t>();
    }
  }
}

ZipEntry read_entry(Fields& fields, const std::string& archive) {
  ZipEntry entry;
  entry.entry_offset = fields.offset();
  if (fields.take<std::uint32_t>() != zip::kCentralHeader) {
    throw damaged(archive, entry.entry_offset, "no zip directory entry stands where one is expected");
  }
  fields.skip(4);  // versions
  entry.flags = fields.take<std::uint16_t>();
  entry.method = fields.take<std::uint16_t>();
  fields.skip(4);  // time and date
  entry.crc32 = fields.take<std::uint32_t>();
  entry.packed_bytes = fields.take<std::uint32_t>();
  entry.bytes = fields.take<std::uint32_t>();
  const auto name_bytes = fields.take<std::uint16_t>();
  const auto extra_bytes = fields.take<std::uint16_t>();
  const auto comment_bytes = fields.take<std::uint16_t>();
  fields.skip(8);  // disk, attributes
  entry.header_offset = fields.take<std::uint32_t>();
  entry.name = fields.take_text(name_bytes);
  const std::uint64_t extra_offset = fields.offset();
  read_extra(Fields(fields.take_bytes(extra_bytes), archive, extra_offset), entry, archive);
  fields.skip(comment_bytes);
  return entry;
}

std::vector<ZipEntry> read_directory(const ByteStore& store) {
  const Directory directory = find_directory(store);
  const std::vector<std::uint8_t> bytes = bytes_at(store, directory.offset, directory.bytes);
  Fields fields(bytes, store.name(), directory.offset);
  std::vector<ZipEntry> entries;
  std::set<std::string, std::less<>> names;
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    entries.push_back(read_entry(fields, store.name()));
    const ZipEntry& entry = entries.back();
    if (!names.insert(entry.name).second) {
      throw damaged(store.name(), entry.entry_offset, "the zip directory names '" + entry.name + "' twice");
    }
  }
  if (fields.left() != 0) {
    throw damaged(store.name(), fields.offset(), "bytes follow the last entry of the zip directory");
  }
  return entries;
}

/// A member's bytes, with the promised length and checksum verified at the end.
class MemberSource final : public ByteSource {
 public:
  MemberSource(std::string name, std::unique_ptr<ByteSource> inner, const ZipEntry& entry)
      : ByteSource(std::move(name)), inner_(std::move(inner)), bytes_(entry.bytes), crc_(entry.crc32) {}

 private:
  std::size_t read_some(std::span<std::uint8_t> dst) override {
    const std::size_t count = inner_->read(dst);
    seen_ += count;
    found_ = crc32_z(found_, dst.data(), count);
    if (seen_ > bytes_ || (count < dst.size() && seen_ < bytes_)) {
      throw damaged(
          name(), seen_,
          "the zip member does not have the " + std::to_string(bytes_) + " bytes that the directory promises");
    }
    if (count < dst.size() && found_ != crc_) {
      throw damaged(name(), seen_, "the zip member's checksum differs; the file is damaged");
    }
    return count;
  }

  std::unique_ptr<ByteSource> inner_;
  std::uint64_t bytes_;
  std::uint64_t seen_ = 0;
  uLong crc_;
  uLong found_ = 0;
};

}  // namespace

ZipArchive::ZipArchive(std::unique_ptr<ByteStore> store)
    : store_(std::move(store)), entries_(read_directory(*store_)) {}

std::unique_ptr<ByteSource> ZipArchive::open(const ZipEntry& entry) const {
  const std::string name = store_->name() + ", member " + entry.name;
  if ((entry.flags & zip::kEncrypted) != 0) throw Error(ErrorCode::unsupported, name, "is encrypted");
  const std::vector<std::uint8_t> bytes = bytes_at(*store_, entry.header_offset, zip::kLocalHeaderBytes);
  Fields header(bytes, store_->name(), entry.header_offset);
  const bool signed_right = header.take<std::uint32_t>() == zip::kLocalHeader;
  header.skip(4);  // version, flags
  const bool same_method = header.take<std::uint16_t>() == entry.method;
  header.skip(16);  // time, checksum, sizes: the directory's are used
  const auto name_bytes = header.take<std::uint16_t>();
  const auto extra_bytes = header.take<std::uint16_t>();
  const std::uint64_t name_offset = entry.header_offset + zip::kLocalHeaderBytes;
  const std::vector<std::uint8_t> local_name = bytes_at(*store_, name_offset, name_bytes);
  if (!signed_right || !same_method ||
      !std::equal(local_name.begin(), local_name.end(), entry.name.begin(), entry.name.end(),
                  [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); })) {
    throw damaged(store_->name(), entry.header_offset,
                  "the header of member '" + entry.name + "' does not match the zip directory");
  }
  auto packed = open_range(*store_, name_offset + name_bytes + extra_bytes, entry.packed_bytes);
  switch (entry.method) {
    case static_cast<std::uint16_t>(ZipMethod::stored):
      return std::make_unique<MemberSource>(name, std::move(packed), entry);
    case static_cast<std::uint16_t>(ZipMethod::deflate):
      return std::make_unique<MemberSource>(name, inflate_source(std::move(packed), Packing::raw), entry);
    default:
      throw Error(ErrorCode::unsupported, name,
                  "uses zip method " + std::to_string(entry.method) + "; stored (0) and deflate (8) can be read");
  }
}

}  // namespace fanin::io
