#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <set>
#include <utility>

#include "fanin/io/byte_order.hpp"
#include "fanin/io/zip.hpp"
#include "fanin/io/zip_format.hpp"

namespace fanin::io {
namespace {

constexpr std::size_t kOutputBytes = std::size_t{256} << 10;
constexpr int kRawDeflate = -15;  // negative window bits: zlib's way to ask for no container
constexpr int kDeflateMemory = 8;
constexpr std::size_t kMaxNameBytes = 0xFFFF;
constexpr std::size_t kMostPerCall = std::size_t{1} << 30;

/// A raw deflate stream.
class Deflater final {
 public:
  Deflater() : output_(kOutputBytes) {
    const int status =
        deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kRawDeflate, kDeflateMemory, Z_DEFAULT_STRATEGY);
    if (status != Z_OK) throw std::bad_alloc();
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  /// Compresses `bytes` (and finishes when they are the last) and hands the output to `take`.
  template <typename Take>
  void feed(std::span<const std::byte> bytes, bool last, Take take) {
    // zlib's interface lacks const here; it does not write to its input.
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream_.next_out = output_.data();
      stream_.avail_out = static_cast<uInt>(output_.size());
      deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
      take(std::as_bytes(std::span(output_)).first(output_.size() - stream_.avail_out));
    } while (stream_.avail_out == 0);
  }

 private:
  std::vector<std::uint8_t> output_;
  z_stream stream_{};
};

std::uint16_t name_flags(std::string_view name) {
  const bool ascii = std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return ascii ? std::uint16_t{0} : zip::kUtf8Name;
}

/// The fields that local header and directory entry share, from the version on.
void append_common(std::string& out, const ZipEntry& entry, bool wide) {
  append_little(out, zip::kVersionZip64);
  append_little(out, entry.flags);
  append_little(out, entry.method);
  append_little(out, std::uint16_t{0});  // midnight
  append_little(out, zip::kFirstDay);
  append_little(out, entry.crc32);
  append_little(out, wide ? zip::kIn64 : static_cast<std::uint32_t>(entry.packed_bytes));
  append_little(out, wide ? zip::kIn64 : static_cast<std::uint32_t>(entry.bytes));
  append_little(out, static_cast<std::uint16_t>(entry.name.size()));
}

/// The sizes always stand in a zip64 extra, so that they can be filled in when the member ends.
std::string local_header(const ZipEntry& entry) {
  std::string out;
  append_little(out, zip::kLocalHeader);
  append_common(out, entry, true);
  append_little(out, std::uint16_t{20});  // bytes of the extra
  out += entry.name;
  append_little(out, zip::kZip64Extra);
  append_little(out, std::uint16_t{16});
  append_little(out, entry.bytes);
  append_little(out, entry.packed_bytes);
  return out;
}

std::string directory_entry(const ZipEntry& entry) {
  const bool wide = std::max({entry.bytes, entry.packed_bytes, entry.header_offset}) >= zip::kIn64;
  std::string out;
  append_little(out, zip::kCentralHeader);
  append_little(out, zip::kVersionZip64);  // made by
  append_common(out, entry, wide);
  append_little(out, static_cast<std::uint16_t>(wide ? 28 : 0));
  append_little(out, std::uint16_t{0});  // comment
  append_little(out, std::uint16_t{0});  // disk
  append_little(out, std::uint16_t{0});  // internal attributes
  append_little(out, std::uint32_t{0});  // external attributes
  append_little(out, wide ? zip::kIn64 : static_cast<std::uint32_t>(entry.header_offset));
  out += entry.name;
  if (!wide) return out;
  append_little(out, zip::kZip64Extra);
  append_little(out, std::uint16_t{24});
  append_little(out, entry.bytes);
  append_little(out, entry.packed_bytes);
  append_little(out, entry.header_offset);
  return out;
}

std::string end_records(std::uint64_t entries, std::uint64_t offset, std::uint64_t bytes) {
  const bool wide = entries >= zip::kCountIn64 || offset >= zip::kIn64 || bytes >= zip::kIn64;
  std::string out;
  if (wide) {
    append_little(out, zip::kEnd64);
    append_little(out, std::uint64_t{zip::kEnd64Bytes - 12});  // what follows this field
    append_little(out, zip::kVersionZip64);
    append_little(out, zip::kVersionZip64);
    append_little(out, std::uint32_t{0});  // this disk
    append_little(out, std::uint32_t{0});  // the directory's disk
    append_little(out, entries);
    append_little(out, entries);
    append_little(out, bytes);
    append_little(out, offset);
    append_little(out, zip::kEnd64Locator);
    append_little(out, std::uint32_t{0});
    append_little(out, offset + bytes);
    append_little(out, std::uint32_t{1});  // disks
  }
  append_little(out, zip::kEnd);
  append_little(out, std::uint32_t{0});  // disks
  const std::uint16_t count = wide ? zip::kCountIn64 : static_cast<std::uint16_t>(entries);
  append_little(out, count);
  append_little(out, count);
  append_little(out, wide ? zip::kIn64 : static_cast<std::uint32_t>(bytes));
  append_little(out, wide ? zip::kIn64 : static_cast<std::uint32_t>(offset));
  append_little(out, std::uint16_t{0});  // comment
  return out;
}

}  // namespace

struct ZipWriter::State {
  explicit State(const std::filesystem::path& path) : file(path) {}

  void append_packed(std::span<const std::byte> bytes) {
    file.write(bytes);
    entries.back().packed_bytes += bytes.size();
  }

  AtomicFile file;
  std::vector<ZipEntry> entries;
  std::set<std::string, std::less<>> names;
  std::unique_ptr<Deflater> deflater;  // of the open member, when it is compressed
  bool open = false;
};

ZipWriter::ZipWriter(const std::filesystem::path& path) : state_(std::make_unique<State>(path)) {}
ZipWriter::~ZipWriter() = default;
ZipWriter::ZipWriter(ZipWriter&&) noexcept = default;
ZipWriter& ZipWriter::operator=(ZipWriter&&) noexcept = default;

void ZipWriter::begin(std::string_view name, ZipMethod method) {
  FANIN_ASSERT(!state_->open);
  if (name.empty() || name.size() > kMaxNameBytes) {
    throw Error(ErrorCode::bad_value, state_->file.path().string(),
                "a member's name has " + std::to_string(name.size()) + " bytes; 1 to 65535 are possible");
  }
  if (!state_->names.emplace(name).second) {
    throw Error(ErrorCode::bad_value, state_->file.path().string(),
                "two members are named '" + std::string(name) + "'; names must differ");
  }
  ZipEntry entry;
  entry.name = name;
  entry.method = static_cast<std::uint16_t>(method);
  entry.flags = name_flags(name);
  entry.header_offset = state_->file.size();
  state_->file.write(std::string_view(local_header(entry)));
  state_->entries.push_back(std::move(entry));
  if (method == ZipMethod::deflate) state_->deflater = std::make_unique<Deflater>();
  state_->open = true;
}

void ZipWriter::write(std::span<const std::byte> bytes) {
  FANIN_ASSERT(state_->open);
  ZipEntry& entry = state_->entries.back();
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(bytes.size(), kMostPerCall));
    bytes = bytes.subspan(part.size());
    entry.bytes += part.size();
    entry.crc32 =
        static_cast<std::uint32_t>(crc32_z(entry.crc32, reinterpret_cast<const Bytef*>(part.data()), part.size()));
    if (state_->deflater) {
      state_->deflater->feed(part, false, [this](std::span<const std::byte> out) { state_->append_packed(out); });
    } else {
      state_->append_packed(part);
    }
  }
}

void ZipWriter::end() {
  FANIN_ASSERT(state_->open);
  if (state_->deflater) {
    state_->deflater->feed({}, true, [this](std::span<const std::byte> out) { state_->append_packed(out); });
    state_->deflater.reset();
  }
  const ZipEntry& entry = state_->entries.back();
  const std::string header = local_header(entry);
  state_->file.write_at(entry.header_offset, std::as_bytes(std::span(header)));
  state_->open = false;
}

void ZipWriter::commit() {
  FANIN_ASSERT(!state_->open);
  const std::uint64_t offset = state_->file.size();
  std::string directory;
  for (const ZipEntry& entry : state_->entries) directory += directory_entry(entry);
  state_->file.write(std::string_view(directory));
  state_->file.write(std::string_view(end_records(state_->entries.size(), offset, directory.size())));
  state_->file.commit();
}

}  // namespace fanin::io
