// A file of weights open for reading, whatever its format: .safetensors, a model in shards by its
// .safetensors.index.json, or .npz. Tensors are read piece by piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/core/dtype.hpp"
#include "fanin/core/shape.hpp"

namespace fanin::experiment {

struct StoredTensor {
  std::string name;
  std::string dtype_name;      ///< the format's own: "F32", "BF16", "F8_E4M3"
  std::optional<DType> dtype;  ///< nothing for types fanin does not compute with
  Shape shape;
  std::size_t file = 0;   ///< which shard
  std::size_t entry = 0;  ///< its place in that shard
};

class WeightFile {
 public:
  virtual ~WeightFile() = default;
  WeightFile() = default;
  WeightFile(const WeightFile&) = delete;
  WeightFile& operator=(const WeightFile&) = delete;

  /// In the order of the file, shard by shard.
  [[nodiscard]] const std::vector<StoredTensor>& tensors() const noexcept { return tensors_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// @throws Error unknown_name with the nearest names.
  [[nodiscard]] const StoredTensor& find(std::string_view name) const;
  /// Bytes [first, first + dst.size()) of a tensor, native byte order. Reading in order is cheapest.
  /// @throws Error unsupported (no DType), bad_value (out of range), bad_data, io_failure.
  virtual void read(const StoredTensor& tensor, std::uint64_t first, std::span<std::byte> dst) const = 0;

 protected:
  std::vector<StoredTensor> tensors_;
  std::string path_;
};

/// @throws Error missing_data, io_failure, bad_data; bad_value for another ending.
std::shared_ptr<const WeightFile> open_weights(const std::filesystem::path& path);

}  // namespace fanin::experiment
