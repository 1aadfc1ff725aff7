#include "fanin/io/safetensors_writer.hpp"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <set>
#include <tuple>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/io/byte_order.hpp"
#include "fanin/io/safetensors_header.hpp"

namespace fanin::io {
namespace {

constexpr std::size_t kHeaderAlign = 8;
constexpr std::string_view kMetadataKey = "__metadata__";

std::uint64_t bytes_of(const TensorSpec& tensor) {
  return static_cast<std::uint64_t>(tensor.shape.count()) * size_of(tensor.dtype);
}

void check_tensors(const std::vector<TensorSpec>& tensors, const std::filesystem::path& path) {
  if constexpr (std::endian::native != std::endian::little) {
    throw Error(ErrorCode::unsupported, path.string(),
                "safetensors files can be written on little-endian machines only");
  }
  std::set<std::string_view> names;
  for (const TensorSpec& tensor : tensors) {
    if (tensor.name.empty() || tensor.name == kMetadataKey) {
      throw Error(ErrorCode::bad_value, path.string(), "'" + tensor.name + "' cannot name a tensor");
    }
    if (!names.insert(tensor.name).second) {
      throw Error(ErrorCode::bad_value, path.string(),
                  "two tensors are named '" + tensor.name + "'; names must differ");
    }
  }
}

/// Fills shards in the order given; a tensor larger than `most` gets one of its own.
std::vector<std::vector<TensorSpec>> split(std::vector<TensorSpec> tensors, std::uint64_t most) {
  std::vector<std::vector<TensorSpec>> shards(1);
  std::uint64_t filled = 0;
  for (TensorSpec& tensor : tensors) {
    const std::uint64_t bytes = bytes_of(tensor);
    if (most != 0 && !shards.back().empty() && (bytes > most || filled > most - bytes)) {
      shards.emplace_back();
      filled = 0;
    }
    filled += bytes;
    shards.back().push_back(std::move(tensor));
  }
  for (auto& shard : shards) {
    std::ranges::sort(shard, [](const TensorSpec& a, const TensorSpec& b) {
      const std::size_t align_a = size_of(a.dtype);
      const std::size_t align_b = size_of(b.dtype);
      return std::tie(align_b, a.name) < std::tie(align_a, b.name);
    });
  }
  return shards;
}

/// Appends a member of a JSON list or object that was opened with `opening`.
void append_separated(std::string& json, char opening, std::string_view text) {
  if (json.back() != opening) json += ',';
  json += text;
}

void append_tensor(std::string& json, const TensorSpec& tensor, std::uint64_t offset) {
  json += ',';
  json += json_quoted(tensor.name);
  json += R"(:{"dtype":")";
  json += safetensors_name(tensor.dtype);
  json += R"(","shape":[)";
  for (const std::int64_t extent : tensor.shape.extents()) append_separated(json, '[', std::to_string(extent));
  json += R"(],"data_offsets":[)";
  json += std::to_string(offset);
  json += ',';
  json += std::to_string(offset + bytes_of(tensor));
  json += "]}";
}

/// The length and the JSON text, padded with blanks.
std::string header_of(const std::vector<TensorSpec>& tensors, const SafetensorsMetadata& metadata) {
  std::string json = R"({"__metadata__":{)";
  for (const auto& [key, value] : metadata) append_separated(json, '{', json_quoted(key) + ":" + json_quoted(value));
  json += '}';
  std::uint64_t offset = 0;
  for (const TensorSpec& tensor : tensors) {
    append_tensor(json, tensor, offset);
    offset += bytes_of(tensor);
  }
  json += '}';
  json.append((kHeaderAlign - json.size() % kHeaderAlign) % kHeaderAlign, ' ');
  std::string header;
  append_little(header, std::uint64_t{json.size()});
  return header + json;
}

std::filesystem::path shard_path(const std::filesystem::path& path, std::size_t shard, std::size_t shards) {
  char number[64];
  std::snprintf(number, sizeof number, "-%05zu-of-%05zu", shard + 1, shards);
  std::string name = path.stem().string();
  name += number;
  name += path.extension().string();
  return path.parent_path() / name;
}

}  // namespace

SafetensorsWriter::SafetensorsWriter(std::filesystem::path path, std::vector<TensorSpec> tensors,
                                     SafetensorsOptions options)
    : path_(std::move(path)), options_(std::move(options)) {
  check_tensors(tensors, path_);
  options_.metadata.emplace("format", "pt");
  lay_out(std::move(tensors));
  if (options_.resumable && !options_.restart) {
    resume();
    return;
  }
  try {
    current_left_ = open_shard(shards_.front(), Existing::dropped);
  } catch (...) {
    discard();
    throw;
  }
}

void SafetensorsWriter::lay_out(std::vector<TensorSpec> tensors) {
  std::vector<std::vector<TensorSpec>> parts = split(std::move(tensors), options_.max_shard_bytes);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Shard& shard = shards_.emplace_back();
    shard.path = parts.size() == 1 ? path_ : shard_path(path_, i, parts.size());
    shard.header = header_of(parts[i], options_.metadata);
    if (shard.header.size() > kMaxSafetensorsHeader) {
      throw Error(ErrorCode::bad_value, shard.path.string(),
                  "the header would take " + std::to_string(shard.header.size()) +
                      " bytes, more than the format's 100 MB; write more shards");
    }
    for (TensorSpec& tensor : parts[i]) {
      shard.bytes += bytes_of(tensor);
      total_bytes_ += bytes_of(tensor);
      ends_.push_back(total_bytes_);
      shard_of_.push_back(i);
      order_.push_back(std::move(tensor));
    }
  }
}

/// Opens a shard's file, writes its header or keeps what a partial file holds, and returns the bytes of
/// tensors that it still lacks.
std::uint64_t SafetensorsWriter::open_shard(Shard& shard, Existing existing) const {
  using Mode = AtomicFile::Mode;
  AtomicFile& file = shard.file.emplace(shard.path, options_.resumable ? Mode::resumable : Mode::fresh);
  const std::uint64_t header_bytes = shard.header.size();
  if (existing == Existing::dropped || file.size() < header_bytes) {
    if (file.size() != 0) file.truncate(0);
    file.write(std::string_view(shard.header));
    return shard.bytes;
  }
  std::string found(shard.header.size(), '\0');
  file.read_at(0, std::as_writable_bytes(std::span(found)));
  if (found != shard.header || file.size() - header_bytes > shard.bytes) {
    throw Error(ErrorCode::bad_value, file.temporary().string(),
                "this partial file was begun with other tensors or settings; repeat those, or remove it");
  }
  return shard.bytes - (file.size() - header_bytes);
}

bool SafetensorsWriter::stands_complete(const Shard& shard) {
  if (!std::filesystem::is_regular_file(shard.path)) return false;
  std::filesystem::path partial = shard.path;
  partial += ".partial";
  if (std::filesystem::exists(partial)) return false;
  const auto store = open_store(shard.path);
  if (store->size() != shard.header.size() + shard.bytes) return false;
  std::vector<std::uint8_t> found(shard.header.size());
  store->read_at(0, found);
  return std::ranges::equal(std::as_bytes(std::span(found)), std::as_bytes(std::span(shard.header)));
}

/// Skips the shards that an interrupted writer finished and goes on where it stopped.
void SafetensorsWriter::resume() {
  for (current_ = 0; current_ < shards_.size(); ++current_) {
    Shard& shard = shards_[current_];
    shard.complete = stands_complete(shard);
    current_left_ = shard.complete ? 0 : open_shard(shard, Existing::kept);
    written_bytes_ += shard.bytes - current_left_;
    if (current_left_ != 0) break;
    if (shard.file) shard.file->seal();
  }
  if (current_ == shards_.size()) return;
  // Half an element may have reached the disk; the caller goes on with whole ones.
  const Position at = position();
  const std::uint64_t excess = at.byte % size_of(order_[at.tensor].dtype);
  if (excess == 0) return;
  AtomicFile& file = *shards_[current_].file;
  file.truncate(file.size() - excess);
  written_bytes_ -= excess;
  current_left_ += excess;
}

SafetensorsWriter::Position SafetensorsWriter::position() const noexcept {
  const auto tensor = static_cast<std::size_t>(std::ranges::upper_bound(ends_, written_bytes_) - ends_.begin());
  return {tensor, tensor == 0 ? written_bytes_ : written_bytes_ - ends_[tensor - 1]};
}

std::vector<std::filesystem::path> SafetensorsWriter::files() const {
  std::vector<std::filesystem::path> paths;
  for (const Shard& shard : shards_) paths.push_back(shard.path);
  if (shards_.size() > 1) paths.emplace_back(path_.string() + ".index.json");
  return paths;
}

void SafetensorsWriter::write(std::span<const std::byte> bytes) {
  if (bytes.size() > total_bytes_ - written_bytes_) {
    throw Error(ErrorCode::bad_shape, path_.string(),
                std::to_string(bytes.size()) + " bytes are given, but the tensors leave room for " +
                    std::to_string(total_bytes_ - written_bytes_));
  }
  while (!bytes.empty()) {
    while (current_left_ == 0) {
      shards_[current_].file->seal();
      current_left_ = open_shard(shards_[++current_], Existing::dropped);
    }
    const auto part = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), current_left_)));
    shards_[current_].file->write(part);
    current_left_ -= part.size();
    written_bytes_ += part.size();
    bytes = bytes.subspan(part.size());
  }
}

void SafetensorsWriter::read_back(std::uint64_t first, std::span<std::byte> dst) const {
  if (first > written_bytes_ || dst.size() > written_bytes_ - first) {
    throw Error(ErrorCode::bad_value, path_.string(),
                "bytes " + std::to_string(first) + " to " + std::to_string(first + dst.size()) +
                    " were asked for, but " + std::to_string(written_bytes_) + " are written");
  }
  std::uint64_t begin = 0;  // of the shard
  for (const Shard& shard : shards_) {
    const std::uint64_t end = begin + shard.bytes;
    if (dst.empty()) return;
    if (first < end) {
      const auto part = dst.first(static_cast<std::size_t>(std::min<std::uint64_t>(dst.size(), end - first)));
      // A sealed file is closed, and one that stands complete was never opened.
      const std::filesystem::path path = shard.file ? shard.file->temporary() : shard.path;
      const std::span<std::uint8_t> bytes(reinterpret_cast<std::uint8_t*>(part.data()), part.size());
      open_store(path)->read_at(shard.header.size() + first - begin, bytes);
      first += part.size();
      dst = dst.subspan(part.size());
    }
    begin = end;
  }
}

void SafetensorsWriter::discard() noexcept {
  for (Shard& shard : shards_) {
    if (shard.file) shard.file->discard();
  }
}

void SafetensorsWriter::commit() {
  if (written_bytes_ != total_bytes_) {
    throw Error(ErrorCode::bad_shape, path_.string(),
                std::to_string(total_bytes_ - written_bytes_) + " bytes of tensors are missing");
  }
  for (Shard& shard : shards_) {
    if (!shard.file && !shard.complete) open_shard(shard, Existing::dropped);  // a shard of empty tensors only
    if (shard.file) shard.file->seal();
  }
  for (Shard& shard : shards_) {
    if (shard.file) shard.file->commit();
  }
  if (shards_.size() > 1) write_index();
}

void SafetensorsWriter::write_index() const {
  std::map<std::string_view, std::size_t> sorted;
  for (std::size_t i = 0; i < order_.size(); ++i) sorted.emplace(order_[i].name, shard_of_[i]);
  std::string json =
      "{\n  \"metadata\": {\n    \"total_size\": " + std::to_string(total_bytes_) + "\n  },\n  \"weight_map\": {";
  for (const auto& [name, shard] : sorted) {
    json += json.back() == '{' ? "\n    " : ",\n    ";
    json += json_quoted(name) + ": " + json_quoted(shards_[shard].path.filename().string());
  }
  json += "\n  }\n}\n";
  write_file_atomically(path_.string() + ".index.json", std::string_view(json));
}

void write_safetensors(const std::filesystem::path& path, std::span<const NamedArray> arrays,
                       const SafetensorsMetadata& metadata) {
  std::vector<TensorSpec> specs;
  std::map<std::string_view, const ArrayView*> by_name;
  for (const NamedArray& named : arrays) {
    specs.push_back({named.name, named.array.dtype, named.array.shape});
    by_name.emplace(named.name, &named.array);
    if (named.array.data.size() != bytes_of(specs.back())) {
      throw Error(ErrorCode::bad_shape, path.string() + ", tensor " + named.name,
                  to_string(named.array.shape) + " takes " + std::to_string(bytes_of(specs.back())) + " bytes, but " +
                      std::to_string(named.array.data.size()) + " are given");
    }
  }
  SafetensorsOptions options;
  options.metadata = metadata;
  SafetensorsWriter writer(path, std::move(specs), std::move(options));
  for (const TensorSpec& tensor : writer.order()) writer.write(by_name.at(tensor.name)->data);
  writer.commit();
}

}  // namespace fanin::io
