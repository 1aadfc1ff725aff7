#include "fanin/experiment/weights/weight_file.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/io/npz.hpp"
#include "fanin/io/safetensors.hpp"

namespace fanin::experiment {
namespace {

constexpr std::string_view kIndexEnding = ".index.json";

class SafetensorsWeights final : public WeightFile {
 public:
  explicit SafetensorsWeights(const std::filesystem::path& path) {
    path_ = path.string();
    add(path);
  }

  SafetensorsWeights(const std::filesystem::path& path, const io::SafetensorsIndex& index) {
    path_ = path.string();
    std::map<std::string, std::size_t> shards;
    for (const auto& [tensor, file] : index.file_of) {
      if (shards.emplace(file, files_.size()).second) add(path.parent_path() / file);
    }
    for (const StoredTensor& tensor : tensors_) {
      const auto entry = index.file_of.find(tensor.name);
      if (entry == index.file_of.end() || shards.at(entry->second) != tensor.file) {
        throw Error(ErrorCode::bad_data, files_[tensor.file]->source(),
                    "holds tensor '" + tensor.name + "', which " + path_ + " does not place there");
      }
    }
    if (tensors_.size() != index.file_of.size()) {
      throw Error(ErrorCode::bad_data, path_,
                  "names " + std::to_string(index.file_of.size()) + " tensors, but its files hold " +
                      std::to_string(tensors_.size()));
    }
  }

  void read(const StoredTensor& tensor, std::uint64_t first, std::span<std::byte> dst) const override {
    const io::SafetensorsFile& file = *files_[tensor.file];
    file.read_bytes(file.entries().at(tensor.entry), first, {reinterpret_cast<std::uint8_t*>(dst.data()), dst.size()});
  }

 private:
  void add(const std::filesystem::path& path) {
    files_.push_back(std::make_unique<io::SafetensorsFile>(path));
    const auto& entries = files_.back()->entries();
    for (std::size_t i = 0; i < entries.size(); ++i) {
      tensors_.push_back(
          {entries[i].name, entries[i].dtype, io::dtype_of(entries[i]), entries[i].shape, files_.size() - 1, i});
    }
  }

  std::vector<std::unique_ptr<io::SafetensorsFile>> files_;
};

class NpzWeights final : public WeightFile {
 public:
  explicit NpzWeights(const std::filesystem::path& path) : file_(path) {
    path_ = path.string();
    for (const std::string& name : file_.names()) {
      const io::Array array = file_.read(name);
      tensors_.push_back({name, std::string(to_string(array.dtype)), array.dtype, array.shape, 0, tensors_.size()});
    }
  }

  void read(const StoredTensor& tensor, std::uint64_t first, std::span<std::byte> dst) const override {
    const std::lock_guard lock(mutex_);
    if (held_name_ != tensor.name) {
      held_ = file_.read(tensor.name);
      held_name_ = tensor.name;
    }
    const std::span<const std::byte> bytes = std::as_bytes(std::span(held_.data));
    if (first > bytes.size() || dst.size() > bytes.size() - first) {
      throw Error(ErrorCode::bad_value, path_ + ", " + tensor.name, "bytes beyond its end were asked for");
    }
    std::ranges::copy(bytes.subspan(static_cast<std::size_t>(first), dst.size()), dst.begin());
  }

 private:
  io::NpzFile file_;
  mutable std::mutex mutex_;
  mutable io::Array held_;  // the array read last
  mutable std::string held_name_;
};

}  // namespace

const StoredTensor& WeightFile::find(std::string_view name) const {
  const auto found = std::ranges::find(tensors_, name, &StoredTensor::name);
  if (found != tensors_.end()) return *found;
  std::vector<std::string> names;
  for (const StoredTensor& tensor : tensors_) names.push_back(tensor.name);
  throw Error(ErrorCode::unknown_name, path_,
              "no tensor '" + std::string(name.substr(0, 64)) + "'; " + suggestion(name, names));
}

std::shared_ptr<const WeightFile> open_weights(const std::filesystem::path& path) {
  const std::string name = path.string();
  if (name.ends_with(kIndexEnding)) {
    return std::make_shared<SafetensorsWeights>(path, io::read_safetensors_index(path));
  }
  if (name.ends_with(".safetensors")) return std::make_shared<SafetensorsWeights>(path);
  if (name.ends_with(".npz")) return std::make_shared<NpzWeights>(path);
  throw Error(ErrorCode::bad_value, name, "a file of weights ends in .safetensors, .safetensors.index.json or .npz");
}

}  // namespace fanin::experiment
