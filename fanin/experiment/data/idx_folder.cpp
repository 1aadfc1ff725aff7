#include "fanin/experiment/data/idx_folder.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/io/idx.hpp"

namespace fanin::experiment {
namespace {

namespace fs = std::filesystem;

enum Role : std::size_t { train_images, train_labels, test_images, test_labels };
constexpr std::array<const char*, 4> kRoleNames = {
    "training images (train-images-idx3-ubyte or .gz)", "training labels (train-labels-idx1-ubyte or .gz)",
    "test images (t10k-images-idx3-ubyte or .gz)", "test labels (t10k-labels-idx1-ubyte or .gz)"};

using IdxSet = std::array<fs::path, 4>;

struct ParsedName {
  std::string prefix;  // "emnist-balanced-"
  Role role;
};

std::optional<ParsedName> parse_name(std::string_view file) {
  constexpr std::array<std::pair<std::string_view, Role>, 6> kMarks = {{{"train-images", train_images},
                                                                        {"train-labels", train_labels},
                                                                        {"t10k-images", test_images},
                                                                        {"t10k-labels", test_labels},
                                                                        {"test-images", test_images},
                                                                        {"test-labels", test_labels}}};
  for (const auto& [mark, role] : kMarks) {
    const std::size_t at = file.rfind(mark);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = file.substr(at + mark.size());  // "-idx3-ubyte.gz", ".idx3-ubyte"
    if (!rest.starts_with("-idx") && !rest.starts_with(".idx")) continue;
    return ParsedName{std::string(file.substr(0, at)), role};
  }
  return std::nullopt;
}

std::map<std::string, IdxSet> find_sets(const fs::path& folder) {
  std::map<std::string, IdxSet> sets;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::optional<ParsedName> parsed = parse_name(it->path().filename().string());
    if (!parsed) continue;
    fs::path& file = sets[parsed->prefix][parsed->role];
    // A plain file is read faster than its gzip twin; among the rest the order of names decides.
    const bool plain = it->path().extension() != ".gz";
    const bool replace = file.empty() || (plain != (file.extension() != ".gz") ? plain : it->path() < file);
    if (replace) file = it->path();
  }
  if (error) throw Error(ErrorCode::io_failure, folder.string(), "the folder cannot be read: " + error.message());
  return sets;
}

IdxSet choose_set(const fs::path& folder, std::string_view variant) {
  const std::map<std::string, IdxSet> sets = find_sets(folder);
  if (sets.empty()) {
    throw Error(ErrorCode::missing_data, folder.string(),
                "the folder holds no IDX files; wanted are train-images-idx3-ubyte, train-labels-idx1-ubyte, "
                "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each plain or .gz (or CIFAR-10's data_batch_1.bin "
                "to data_batch_5.bin and test_batch.bin)");
  }
  if (sets.size() == 1) return sets.begin()->second;
  const std::string wanted = std::string("-").append(variant) + "-";
  std::string found;
  for (const auto& [prefix, set] : sets) {
    if (!variant.empty() && prefix.ends_with(wanted)) return set;
    found += (found.empty() ? "" : ", ") + (prefix.empty() ? std::string("train-*") : prefix + "train-*");
  }
  if (variant.empty() && sets.contains("")) return sets.at("");
  throw Error(ErrorCode::bad_value, folder.string(),
              "the folder holds several data sets (" + found + ") and none is called '" + std::string(variant) +
                  "'; give each its own folder, or choose with emnist(split=balanced)");
}

std::vector<std::int32_t> read_labels(const fs::path& path, std::int64_t rows, std::int64_t& classes) {
  const io::Array array = io::read_idx(path);
  if (array.shape.count() != rows || array.shape.rank() == 0 || array.shape[0] != rows) {
    throw Error(ErrorCode::bad_data, path.string() + ", byte offset 4",
                "the labels have the shape " + to_string(array.shape) + " for " + std::to_string(rows) + " images");
  }
  const std::size_t header = 4 + 4 * array.shape.rank();
  const std::size_t width = size_of(array.dtype);
  return checked_labels(io::to_integers(array), classes, [&](std::size_t row) {
    return path.string() + ", row " + std::to_string(row) + ", byte offset " + std::to_string(header + row * width);
  });
}

}  // namespace

bool holds_idx_files(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return false;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::optional<ParsedName> parsed = parse_name(it->path().filename().string());
    if (parsed && parsed->role == train_images) return true;
  }
  return false;
}

RawData read_idx_folder(const fs::path& folder, std::string_view name, std::string_view variant) {
  const IdxSet files = choose_set(folder, variant);
  for (std::size_t role = 0; role < files.size(); ++role) {
    if (files[role].empty()) {
      throw Error(ErrorCode::missing_data, folder.string(), std::string("the folder lacks the ") + kRoleNames[role]);
    }
  }
  RawData raw;
  raw.name = name;
  raw.source = folder.string();
  io::Array images = io::read_idx(files[train_images]);
  raw.sample_shape = sample_shape_of(images.shape);
  raw.train = samples_from(std::move(images));
  images = io::read_idx(files[test_images]);
  if (sample_shape_of(images.shape) != raw.sample_shape) {
    throw Error(ErrorCode::bad_data, files[test_images].string() + ", byte offset 8",
                "test images of shape " + to_string(sample_shape_of(images.shape)) +
                    " do not match training images of " + to_string(raw.sample_shape));
  }
  raw.test = samples_from(std::move(images));
  raw.train.labels = read_labels(files[train_labels], raw.train.count, raw.outputs);
  detail::check_labels_differ(raw.train.labels, files[train_labels].string());
  raw.test.labels = read_labels(files[test_labels], raw.test.count, raw.outputs);
  return raw;
}

}  // namespace fanin::experiment
