// NumPy's .npz files: a zip archive of .npy members.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/io/array.hpp"
#include "fanin/io/bytes.hpp"
#include "fanin/io/zip.hpp"

namespace fanin::io {

/// The arrays of an .npz file, read one at a time.
///
///     const NpzFile file("mnist.npz");
///     const Array images = file.read("x_train");
class NpzFile final {
 public:
  /// Reads the directory of the archive only.
  /// @throws Error missing_data; io_failure; bad_data with file and byte offset.
  explicit NpzFile(const std::filesystem::path& path);
  /// From memory that outlives the object; `name` stands for the path in messages.
  NpzFile(std::span<const std::byte> bytes, std::string_view name);

  /// The arrays' names, without ".npy", in the order of the archive. Members that are no .npy are left out.
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
  [[nodiscard]] bool contains(std::string_view name) const noexcept;
  /// @throws Error unknown_name with the nearest names; otherwise as read_npy, and bad_data when the
  ///         checksum differs.
  [[nodiscard]] Array read(std::string_view name, std::uint64_t limit = kDefaultByteLimit) const;
  [[nodiscard]] const std::string& source() const noexcept { return archive_.name(); }

 private:
  void list_names();

  ZipArchive archive_;
  std::vector<std::string> names_;
};

/// Writes an .npz file, array by array or piece by piece, so that it may be larger than memory. The
/// file appears under its name only at commit().
class NpzWriter final {
 public:
  /// @throws Error io_failure with the path and the system's reason.
  explicit NpzWriter(const std::filesystem::path& path, ZipMethod method = ZipMethod::stored);

  /// Adds a whole array. @throws Error bad_value for a name given twice or unfit for a file name.
  void add(std::string_view name, const ArrayView& array);
  /// Starts an array whose values follow in pieces.
  void begin(std::string_view name, DType dtype, const Shape& shape);
  /// @throws Error bad_shape when more values arrive than begin() announced.
  void write(std::span<const std::byte> values);
  /// Ends the array. @throws Error bad_shape when values are missing.
  void end();
  void commit();

 private:
  ZipWriter zip_;
  std::string path_;
  ZipMethod method_;
  std::string name_;           // of the begun array
  std::uint64_t missing_ = 0;  // bytes of the begun array still to come
};

}  // namespace fanin::io
