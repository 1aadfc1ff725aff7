// Writing safetensors files, in one piece or in shards, from tensors that need not fit in memory
// together: the header comes first, then the bytes in the order that order() names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/core/dtype.hpp"
#include "fanin/core/shape.hpp"
#include "fanin/io/atomic_file.hpp"
#include "fanin/io/safetensors.hpp"

namespace fanin::io {

struct TensorSpec {
  std::string name;
  DType dtype = DType::f32;
  Shape shape;
};

struct SafetensorsOptions {
  /// Goes into every file's header; "format": "pt" is added, without which transformers refuses the file.
  SafetensorsMetadata metadata;
  /// Bytes of tensors per file at most (a larger tensor gets a file of its own); 0 writes one file.
  std::uint64_t max_shard_bytes = 0;
  /// Keep "<file>.partial" when interrupted and continue it next time. A partial file is continued only
  /// when its header is the same, so put everything that decides the values into `metadata`.
  bool resumable = false;
  /// With `resumable`: begin anew all the same, whatever partial or finished files there are.
  bool restart = false;
};

/// Writes the tensors of a model. Files get their names together at commit(): until then nothing
/// stands under them, and unless resumable an interrupted writer leaves nothing behind.
///
///     SafetensorsWriter writer("model.safetensors", specs, {});
///     for (const TensorSpec& tensor : writer.order()) writer.write(bytes_of(tensor));
///     writer.commit();
///
/// With shards the files are model-00001-of-00003.safetensors, … and model.safetensors.index.json.
class SafetensorsWriter final {
 public:
  /// @throws Error bad_value (a name given twice, "__metadata__", no UTF-8, a partial file of another
  ///         recipe), unsupported (a machine that is not little endian), io_failure.
  SafetensorsWriter(std::filesystem::path path, std::vector<TensorSpec> tensors, SafetensorsOptions options);

  /// All tensors in the order of their bytes: file by file, within one by descending alignment, then name.
  [[nodiscard]] const std::vector<TensorSpec>& order() const noexcept { return order_; }
  [[nodiscard]] std::uint64_t total_bytes() const noexcept { return total_bytes_; }
  /// Bytes of tensors written, those of continued partial files included; a whole number of elements at
  /// the start, so that a resumed caller can go on with the right slice.
  [[nodiscard]] std::uint64_t written_bytes() const noexcept { return written_bytes_; }
  /// Where the next byte belongs: an index into order() and a byte within that tensor.
  struct Position {
    std::size_t tensor = 0;
    std::uint64_t byte = 0;
  };
  [[nodiscard]] Position position() const noexcept;
  /// The files commit() leaves, the index last.
  [[nodiscard]] std::vector<std::filesystem::path> files() const;

  /// Appends values in native byte order, any number of bytes of order()'s sequence.
  /// @throws Error bad_shape beyond the last tensor; io_failure.
  void write(std::span<const std::byte> bytes);
  /// Copies bytes [first, first + dst.size()) of order()'s sequence as the files hold them, to check what an
  /// interrupted writer left. @throws Error bad_value beyond written_bytes(); io_failure; bad_data.
  void read_back(std::uint64_t first, std::span<std::byte> dst) const;
  /// @throws Error bad_shape when bytes are missing; io_failure.
  void commit();
  /// Gives up: removes the partial files, also those of a resumable writer. Nothing may follow.
  void discard() noexcept;

 private:
  struct Shard {
    std::filesystem::path path;
    std::string header;       // length and JSON
    std::uint64_t bytes = 0;  // of tensors
    std::optional<AtomicFile> file;
    bool complete = false;  // under its final name, found by a resumed writer
  };

  void lay_out(std::vector<TensorSpec> tensors);
  void resume();
  [[nodiscard]] static bool stands_complete(const Shard& shard);
  enum class Existing { kept, dropped };
  std::uint64_t open_shard(Shard& shard, Existing existing) const;
  void write_index() const;

  std::filesystem::path path_;
  SafetensorsOptions options_;
  std::vector<TensorSpec> order_;
  std::vector<std::size_t> shard_of_;  // per tensor of order_
  std::vector<std::uint64_t> ends_;    // per tensor of order_: bytes up to its end
  std::vector<Shard> shards_;
  std::size_t current_ = 0;         // shard being written
  std::uint64_t current_left_ = 0;  // its bytes still to come
  std::uint64_t total_bytes_ = 0;
  std::uint64_t written_bytes_ = 0;
};

/// Writes one file from arrays in memory.
struct NamedArray {
  std::string name;
  ArrayView array;
};
void write_safetensors(const std::filesystem::path& path, std::span<const NamedArray> arrays,
                       const SafetensorsMetadata& metadata = {});

}  // namespace fanin::io
