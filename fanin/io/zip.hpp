// Zip archives as .npz files use them: stored and deflated members, zip64, checksums verified. No
// encryption, no spanned archives, no extraction to disk.
//
// @source  PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", 6.3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/io/atomic_file.hpp"
#include "fanin/io/bytes.hpp"

namespace fanin::io {

enum class ZipMethod : std::uint16_t { stored = 0, deflate = 8 };

/// One member, as the central directory describes it.
struct ZipEntry {
  std::string name;
  std::uint16_t method = 0;  ///< 0 stored, 8 deflate; others cannot be opened
  std::uint16_t flags = 0;
  std::uint32_t crc32 = 0;
  std::uint64_t packed_bytes = 0;
  std::uint64_t bytes = 0;          ///< after decompression
  std::uint64_t header_offset = 0;  ///< of the local header
  std::uint64_t entry_offset = 0;   ///< of the central directory's entry, for messages
};

/// A zip archive open for reading.
class ZipArchive final {
 public:
  /// Reads the central directory. @throws Error bad_data with file and byte offset.
  explicit ZipArchive(std::unique_ptr<ByteStore> store);

  [[nodiscard]] const std::vector<ZipEntry>& entries() const noexcept { return entries_; }
  [[nodiscard]] const std::string& name() const noexcept { return store_->name(); }
  /// The member's bytes, decompressed; the archive must outlive the source. Reading to the end
  /// verifies length and checksum.
  /// @throws Error bad_data; unsupported (encryption, other compression methods).
  [[nodiscard]] std::unique_ptr<ByteSource> open(const ZipEntry& entry) const;

 private:
  std::unique_ptr<ByteStore> store_;
  std::vector<ZipEntry> entries_;
};

/// Writes a zip archive that appears under its name at commit(). Members of 4 GiB and more, and more
/// than 65,534 of them, become zip64. No clock is read: every member is dated 1980-01-01, so equal
/// contents give equal bytes.
class ZipWriter final {
 public:
  /// @throws Error io_failure with the path and the system's reason.
  explicit ZipWriter(const std::filesystem::path& path);
  ~ZipWriter();
  ZipWriter(ZipWriter&&) noexcept;
  ZipWriter& operator=(ZipWriter&&) noexcept;

  /// Starts a member; write() fills it and end() closes it.
  /// @throws Error bad_value for a name that is empty, too long or given before.
  void begin(std::string_view name, ZipMethod method);
  void write(std::span<const std::byte> bytes);
  void end();
  /// Writes the directory and gives the file its name.
  void commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fanin::io
