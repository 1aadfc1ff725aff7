// Reading bytes from files, gzip files and memory with bounds checked and nothing trusted: memory
// grows as data arrive, never because a header asks for it, and every fault names file and offset.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fanin/core/error.hpp"

namespace fanin::io {

/// The most bytes a reader takes into memory (after decompression) unless told otherwise.
inline constexpr std::uint64_t kDefaultByteLimit = std::uint64_t{4} << 30;

/// An Error bad_data whose `where` is "name, byte offset N". Throw it.
Error damaged(std::string_view name, std::uint64_t offset, std::string message);

/// Bytes in order, from a file, a gzip stream or memory.
class ByteSource {
 public:
  /// @param offset  what offset() starts at: where the data begin in the file that `name` names.
  explicit ByteSource(std::string name, std::uint64_t offset = 0) : name_(std::move(name)), offset_(offset) {}
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// Fills `dst` and returns its size; fewer only at the end of the data.
  std::size_t read(std::span<std::uint8_t> dst);
  /// Bytes read so far: the offset of the next byte, after decompression.
  [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }
  /// The file's path, for messages.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  /// Returns 0 only at the end of the data. `dst` is not empty.
  virtual std::size_t read_some(std::span<std::uint8_t> dst) = 0;

  std::string name_;
  std::uint64_t offset_;
};

/// Opens a file, gunzipping it when it starts with gzip's magic bytes (whatever its name is).
/// @throws Error missing_data (no such file, or a folder), io_failure (no permission).
std::unique_ptr<ByteSource> open_source(const std::filesystem::path& path);
/// The same over memory that outlives the source. `name` stands for the path in messages.
std::unique_ptr<ByteSource> open_source(std::span<const std::byte> bytes, std::string_view name);

/// Fills `dst` or throws bad_data at the offset where the data end; `what` names what was expected.
void read_exactly(ByteSource& source, std::span<std::uint8_t> dst, std::string_view what);
/// Appends `count` bytes to `out`, growing it as they arrive.
/// @throws Error bad_data when the data end early, or `count` is more than `limit`.
void append_exactly(ByteSource& source, std::uint64_t count, std::string_view what, std::vector<std::uint8_t>& out,
                    std::uint64_t limit = kDefaultByteLimit);
/// Everything up to the end. @throws Error bad_data beyond `limit` bytes.
std::vector<std::uint8_t> read_rest(ByteSource& source, std::uint64_t limit = kDefaultByteLimit);
/// @throws Error bad_data when bytes are left; `what` names what should have been the last thing.
void expect_end(ByteSource& source, std::string_view what);

/// A whole file, gunzipped when it is gzip. Errors as open_source and read_rest.
std::vector<std::uint8_t> read_file(const std::filesystem::path& path, std::uint64_t limit = kDefaultByteLimit);

/// Bytes addressed by offset: a file that need not fit in memory, or memory.
class ByteStore {
 public:
  explicit ByteStore(std::string name) : name_(std::move(name)) {}
  virtual ~ByteStore() = default;
  ByteStore(const ByteStore&) = delete;
  ByteStore& operator=(const ByteStore&) = delete;

  [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;
  /// Copies bytes [offset, offset + dst.size()). Safe to call from several threads.
  /// @throws Error bad_data when the range leaves the store or the file shrank, io_failure.
  void read_at(std::uint64_t offset, std::span<std::uint8_t> dst) const;
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  /// Returns the bytes copied, fewer than asked for only where the store ends.
  virtual std::size_t copy_at(std::uint64_t offset, std::span<std::uint8_t> dst) const = 0;

  std::string name_;
};

/// A regular file. Errors as open_source.
std::unique_ptr<ByteStore> open_store(const std::filesystem::path& path);
/// Bytes [offset, offset + count) of a store that outlives the source. offset() counts from the store's
/// first byte. @throws Error bad_data when the range leaves the store.
std::unique_ptr<ByteSource> open_range(const ByteStore& store, std::uint64_t offset, std::uint64_t count);
/// Memory that outlives the store.
std::unique_ptr<ByteStore> open_store(std::span<const std::byte> bytes, std::string_view name);

}  // namespace fanin::io
