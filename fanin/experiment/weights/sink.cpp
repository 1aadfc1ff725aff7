#include "fanin/experiment/weights/sink.hpp"

#include <map>
#include <numeric>
#include <optional>
#include <string_view>

#include "fanin/core/error.hpp"
#include "fanin/io/npz.hpp"
#include "fanin/io/safetensors_writer.hpp"

namespace fanin::experiment {
namespace {

constexpr int kMaxLinks = 40;

/// Partial files lie beside the file itself, not beside a symbolic link to it.
std::filesystem::path follow_links(std::filesystem::path path) {
  std::error_code error;
  for (int depth = 0; depth < kMaxLinks && std::filesystem::is_symlink(path, error); ++depth) {
    if (path.string().starts_with("/proc/")) break;  // an open file, not a place for a new one
    const std::filesystem::path link = std::filesystem::read_symlink(path, error);
    if (error) break;
    path = link.is_absolute() ? link : path.parent_path() / link;
  }
  return path;
}

class SafetensorsSink final : public WeightSink {
 public:
  SafetensorsSink(const WeightPlan& plan, const WriteOptions& options, bool keep)
      : writer_(follow_links(options.path), specs(plan), settings(plan, options, keep)) {
    std::map<std::string_view, std::size_t> index;
    for (std::size_t i = 0; i < plan.tensors.size(); ++i) index.emplace(plan.tensors[i].parameter.name, i);
    for (const io::TensorSpec& tensor : writer_.order()) order_.push_back(index.at(tensor.name));
  }

  [[nodiscard]] std::uint64_t written() const noexcept override { return writer_.written_bytes(); }
  void read_back(std::uint64_t first, std::span<std::byte> dst) const override { writer_.read_back(first, dst); }
  void write(const Piece&, std::span<const std::byte> bytes) override { writer_.write(bytes); }
  void commit() override { writer_.commit(); }
  void discard() noexcept override { writer_.discard(); }
  [[nodiscard]] std::vector<std::filesystem::path> files() const override { return writer_.files(); }

 private:
  static std::vector<io::TensorSpec> specs(const WeightPlan& plan) {
    std::vector<io::TensorSpec> specs;
    for (const PlannedTensor& tensor : plan.tensors) {
      specs.push_back({tensor.parameter.name, tensor.dtype, tensor.parameter.shape()});
    }
    return specs;
  }

  static io::SafetensorsOptions settings(const WeightPlan& plan, const WriteOptions& options, bool keep) {
    return {
        .metadata = recipe_of(plan), .max_shard_bytes = options.max_shard_bytes, .resumable = true, .restart = !keep};
  }

  io::SafetensorsWriter writer_;
};

class NpzSink final : public WeightSink {
 public:
  NpzSink(const WeightPlan& plan, const WriteOptions& options) : plan_(plan), path_(options.path) {
    if (options.max_shard_bytes != 0) {
      throw Error(ErrorCode::unsupported, path_.string(), "an .npz is one file; shards need the ending .safetensors");
    }
    if (options.resume) {
      throw Error(ErrorCode::unsupported, path_.string(),
                  "an interrupted .npz leaves nothing that could be continued; leave out --resume to write it from the "
                  "beginning, or write .safetensors, which can be resumed");
    }
    for (const PlannedTensor& tensor : plan.tensors) check_type(tensor);
    order_.resize(plan.tensors.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    writer_.emplace(path_);
  }

  void write(const Piece& piece, std::span<const std::byte> bytes) override {
    const PlannedTensor& tensor = plan_.tensors[piece.tensor];
    if (piece.first == 0) writer_->begin(tensor.parameter.name, tensor.dtype, tensor.parameter.shape());
    writer_->write(bytes);
    const std::uint64_t whole = static_cast<std::uint64_t>(tensor.parameter.shape().count()) * size_of(tensor.dtype);
    if (piece.first + bytes.size() == whole) writer_->end();
  }
  void commit() override { writer_->commit(); }
  void discard() noexcept override { writer_.reset(); }
  [[nodiscard]] std::vector<std::filesystem::path> files() const override { return {path_}; }

 private:
  /// Refuses what NumPy has no type for. @throws Error unsupported.
  static void check_type(const PlannedTensor& tensor) {
    if (tensor.dtype != DType::bf16) return;
    throw Error(ErrorCode::unsupported, tensor.parameter.name,
                "NumPy's .npz knows no bf16; write .safetensors, or choose --dtype f16 or f32");
  }

  const WeightPlan& plan_;
  std::filesystem::path path_;
  std::optional<io::NpzWriter> writer_;
};

}  // namespace

void WeightSink::read_back(std::uint64_t, std::span<std::byte> dst) const { FANIN_ASSERT(dst.empty()); }

std::unique_ptr<WeightSink> open_sink(const WeightPlan& plan, const WriteOptions& options, bool keep) {
  if (weight_format(options.path) == WeightFormat::npz) return std::make_unique<NpzSink>(plan, options);
  return std::make_unique<SafetensorsSink>(plan, options, keep);
}

}  // namespace fanin::experiment
