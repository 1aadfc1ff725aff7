// Reading safetensors files, in which PyTorch and Hugging Face models keep their weights. The header is
// checked strictly (no duplicate keys, no holes, no overlaps, nothing outside the file) before
// anything is believed; tensors are read one at a time or piece by piece.
//
// @source  github.com/huggingface/safetensors, README, section "Format".
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/io/array.hpp"
#include "fanin/io/bytes.hpp"

namespace fanin::io {

using SafetensorsMetadata = std::map<std::string, std::string>;

struct SafetensorsEntry {
  std::string name;
  std::string dtype;  ///< the format's own name: "F32", "BF16", "U64", "F8_E4M3", …
  Shape shape;
  std::uint64_t offset = 0;  ///< of the first byte in the file
  std::uint64_t bytes = 0;
};

/// The DType of a tensor; BOOL counts as u8. Nothing for types that fanin does not compute with.
std::optional<DType> dtype_of(const SafetensorsEntry& entry) noexcept;

/// A safetensors file open for reading.
///
///     const SafetensorsFile file("model.safetensors");
///     const Array weight = file.read(file.find("layer1.weight"));
class SafetensorsFile final {
 public:
  /// Reads and checks the header. @throws Error missing_data; io_failure; bad_data with file and byte offset.
  explicit SafetensorsFile(const std::filesystem::path& path);
  /// From memory that outlives the object; `name` stands for the path in messages.
  SafetensorsFile(std::span<const std::byte> bytes, std::string_view name);

  /// The tensors in the order of their bytes.
  [[nodiscard]] const std::vector<SafetensorsEntry>& entries() const noexcept { return entries_; }
  [[nodiscard]] const SafetensorsMetadata& metadata() const noexcept { return metadata_; }
  [[nodiscard]] const std::string& source() const noexcept { return store_->name(); }
  /// @throws Error unknown_name with the nearest names.
  [[nodiscard]] const SafetensorsEntry& find(std::string_view name) const;
  /// A whole tensor. @throws Error unsupported for a type without a DType; bad_data beyond `limit` bytes.
  [[nodiscard]] Array read(const SafetensorsEntry& entry, std::uint64_t limit = kDefaultByteLimit) const;
  /// Bytes [first, first + dst.size()) of a tensor of any type, little endian as stored.
  /// @throws Error bad_value when they leave the tensor.
  void read_bytes(const SafetensorsEntry& entry, std::uint64_t first, std::span<std::uint8_t> dst) const;

 private:
  void read_header();

  std::unique_ptr<ByteStore> store_;
  std::vector<SafetensorsEntry> entries_;
  SafetensorsMetadata metadata_;
};

/// Which file of a sharded model holds which tensor: model.safetensors.index.json.
struct SafetensorsIndex {
  std::uint64_t total_bytes = 0;               ///< of all tensors
  std::map<std::string, std::string> file_of;  ///< tensor name to file name in the same folder
};

/// @throws Error missing_data; io_failure; bad_data for anything malformed and for file names that lead
///         out of the folder.
SafetensorsIndex read_safetensors_index(const std::filesystem::path& path);
/// The same from memory; `name` stands for the path in messages.
SafetensorsIndex parse_safetensors_index(std::span<const std::byte> bytes, std::string_view name);

}  // namespace fanin::io
