// Files that appear whole or not at all: written under a temporary name in the same folder, flushed to
// the disk, then renamed. Large files are streamed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace fanin::io {

/// A file being written. Destroyed before commit(), it leaves nothing behind, and a file that stood
/// under the name stays as it was.
///
///     AtomicFile file("weights.bin");
///     file.write(std::as_bytes(std::span(weights)));
///     file.commit();
///
/// A symbolic link is followed, the permissions of a file replaced are kept, and a path that is no regular
/// file (/dev/stdout, a pipe) is written directly.
class AtomicFile final {
 public:
  enum class Mode {
    fresh,      ///< unique temporary name, removed on failure
    resumable,  ///< temporary name "<path>.partial", kept on failure; an existing one is continued
  };

  /// @throws Error io_failure with the path and the system's reason.
  explicit AtomicFile(std::filesystem::path path, Mode mode = Mode::fresh);
  ~AtomicFile();
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&& other) noexcept;

  /// Appends. @throws Error io_failure (a full disk, for one); the temporary is then removed.
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  /// Overwrites bytes already written. @throws Error io_failure, also for a pipe.
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes);
  /// Reads back bytes already written, to check a partial file before going on.
  void read_at(std::uint64_t offset, std::span<std::byte> dst) const;
  /// Bytes written, those of a continued partial file included.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// Drops everything from `size` on.
  void truncate(std::uint64_t size);
  /// Flushes to the disk and closes; commit() then only renames. For sets of files that appear together.
  void seal();
  /// Seals if need be and gives the file its name.
  void commit();
  /// Closes and removes the temporary, also in mode resumable.
  void discard() noexcept;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] const std::filesystem::path& temporary() const noexcept { return temporary_; }

 private:
  void open_fresh();
  void open_resumable();
  void open_direct();
  void release() noexcept;
  [[noreturn]] void fail(std::string_view action, int error);

  std::filesystem::path path_;       // as given, for messages
  std::filesystem::path target_;     // with links followed
  std::filesystem::path temporary_;  // empty when written directly or when nothing is left to remove
  Mode mode_ = Mode::fresh;
  int descriptor_ = -1;
  bool direct_ = false;
  std::uint64_t size_ = 0;
};

/// Removes the temporary files of mode fresh that processes which were killed have left beside `path`.
void remove_abandoned_temporaries(const std::filesystem::path& path) noexcept;

/// Writes a whole file. @throws Error io_failure with the path and the system's reason.
void write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes);
void write_file_atomically(const std::filesystem::path& path, std::string_view text);

}  // namespace fanin::io
