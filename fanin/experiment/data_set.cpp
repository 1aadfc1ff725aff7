#include "fanin/experiment/data_set.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/experiment/data/adding.hpp"
#include "fanin/experiment/data/cifar10_folder.hpp"
#include "fanin/experiment/data/copy.hpp"
#include "fanin/experiment/data/csv_file.hpp"
#include "fanin/experiment/data/idx_folder.hpp"
#include "fanin/experiment/data/known.hpp"
#include "fanin/experiment/data/npz_file.hpp"
#include "fanin/experiment/data/parity.hpp"
#include "fanin/experiment/data/spirals.hpp"
#include "fanin/experiment/data/teacher.hpp"
#include "fanin/experiment/data/text.hpp"

namespace fanin::experiment {
namespace {

namespace fs = std::filesystem;

constexpr std::array kKnownDataSets = {
    KnownDataSet{"fashion-mnist", "70,000 images of clothing, 28 x 28, 10 classes (Debian: dataset-fashion-mnist)"},
    KnownDataSet{"mnist", "70,000 handwritten digits, 28 x 28, 10 classes"},
    KnownDataSet{"kmnist", "70,000 cursive Japanese characters, 28 x 28, 10 classes"},
    KnownDataSet{"emnist", "handwritten letters and digits, 28 x 28; emnist(split=balanced) has 47 classes"},
    KnownDataSet{"cifar-10", "60,000 colour images, 3 x 32 x 32, 10 classes: the binary version's batch files"},
    KnownDataSet{"spirals", "generated: spiral arms in the plane; classes, noise, turns, points, test_points, seed"},
    KnownDataSet{"teacher",
                 "generated: a random network's outputs; inputs, hidden, outputs, activation, noise, task, "
                 "points, test_points, seed"},
    KnownDataSet{"parity",
                 "generated: the parity of a few of many bits; bits, relevant, noise, points, test_points, "
                 "seed"},
    KnownDataSet{"adding", "generated: the sum of two marked numbers in a sequence; length, rows, test_rows, seed"},
    KnownDataSet{"copy",
                 "generated: symbols to repeat after a pause, a label per position; length, symbols, payload, "
                 "rows, test_rows, seed"},
    KnownDataSet{"text",
                 "the next character of a text, a label per position; file (default: chapters of a novel that "
                 "come with fanin), length"},
};

bool has_extension(const fs::path& path, std::string_view extension) {
  const std::string name = path.filename().string();
  if (name.size() < extension.size()) return false;
  return std::equal(extension.rbegin(), extension.rend(), name.rbegin(),
                    [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); });
}

bool is_table(const fs::path& path) {
  return has_extension(path, ".csv") || has_extension(path, ".csv.gz") || has_extension(path, ".tsv");
}

// "data/mnist/" is called mnist, and so is ".": the folder's own name.
std::string folder_name(const fs::path& folder) {
  std::error_code error;
  const fs::path whole = fs::weakly_canonical(folder, error);
  const fs::path& path = error ? folder : whole;
  const std::string name = path.has_filename() ? path.filename().string() : path.parent_path().filename().string();
  return name.empty() ? folder.string() : name;
}

[[noreturn]] void refuse_task(std::string_view name, std::string_view asked) {
  throw Error(ErrorCode::bad_value, "--task", "the data set " + std::string(name) + " has " + std::string(asked));
}

void refuse_target(const DataOptions& options, std::string_view name) {
  if (options.target_column.empty()) return;
  throw Error(ErrorCode::bad_value, "--target",
              "it names a column of a csv table, and the data set " + std::string(name) + " is none");
}

RawData read_path(const fs::path& path, const DataOptions& options) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    refuse_target(options, folder_name(path));
    if (options.task == Task::regression) refuse_task(folder_name(path), "labels, which are for classification");
    if (!holds_idx_files(path) && holds_cifar10_files(path)) return read_cifar10_folder(path, folder_name(path));
    return read_idx_folder(path, folder_name(path), "");
  }
  if (!fs::exists(path, error)) {
    throw Error(ErrorCode::missing_data, path.string(),
                "no such file or folder; give a folder of IDX or CIFAR-10 files, a .npz or a .csv file, or a name that "
                "`fanin list data` shows");
  }
  if (has_extension(path, ".npz")) {
    refuse_target(options, path.filename().string());
    return read_npz_file(path, options.task);
  }
  if (is_table(path)) return read_csv_file(path, options.target_column, options.task);
  throw Error(ErrorCode::unsupported, path.string(),
              "a data set is a folder of IDX or CIFAR-10 files, or a file that ends in .npz or .csv; a text is read by "
              "text(file=" +
                  path.string() + ")");
}

[[noreturn]] void unknown_data_set(std::string_view name) {
  std::vector<std::string> names;
  for (const KnownDataSet& known : kKnownDataSets) names.emplace_back(known.name);
  throw Error(ErrorCode::unknown_name, "data set '" + std::string(name.substr(0, 80)) + "'",
              "no data set, folder or file of that name; " + suggestion(name, names));
}

bool looks_like_a_path(std::string_view spec) {
  return spec.find('/') != std::string_view::npos || spec == "." || spec == ".." || is_table(fs::path(spec)) ||
         has_extension(fs::path(spec), ".npz");
}

// "name" or "name(…": a name is a name, also when a folder is called so; "./mnist" is the folder.
bool is_known(std::string_view bare) {
  return std::any_of(kKnownDataSets.begin(), kKnownDataSets.end(), [&](const KnownDataSet& known) {
    return known.name == bare.substr(0, bare.find_last_not_of(' ') + 1);
  });
}

RawData read_named(const CallExpr& call, const DataOptions& options) {
  refuse_target(options, call.name);
  if (call.name == "teacher") return generate_teacher(call, options.task);
  if (call.name == "adding") {
    if (options.task == Task::classification) refuse_task(call.name, "quantities, which are for regression");
    return generate_adding(call);
  }
  if (options.task == Task::regression) refuse_task(call.name, "labels, which are for classification");
  if (call.name == "copy") return generate_copy(call);
  if (call.name == "text") return read_text(call, options.test_fraction.value_or(kDefaultTestFraction));
  if (call.name == "spirals") return generate_spirals(call);
  if (call.name == "parity") return generate_parity(call);
  return read_known_set(call);
}

RawData read_raw(std::string_view spec, const DataOptions& options) {
  if (spec.empty()) throw Error(ErrorCode::bad_value, "--data", "the name of the data set is empty");
  if (spec.size() > 4096) throw Error(ErrorCode::bad_value, "--data", "the name is longer than 4096 characters");
  const std::string_view bare = spec.substr(0, spec.find('('));
  if (is_known(bare)) return read_named(parse_call(spec, "data set"), options);
  std::error_code error;
  if (looks_like_a_path(spec) || fs::exists(fs::path(spec), error)) return read_path(fs::path(spec), options);
  unknown_data_set(bare);
}

}  // namespace

DataSet load_data_set(std::string_view spec, const DataOptions& options) {
  check_options(options);
  RawData raw = read_raw(spec, options);
  if (options.test_fraction && raw.test.count > 0 && !raw.test_is_cut) {
    throw Error(ErrorCode::bad_value, "--test-fraction",
                "the data set " + raw.name + " has test rows of its own; --limit-test keeps fewer of them");
  }
  return assemble(std::move(raw), options);
}

std::span<const KnownDataSet> known_data_sets() noexcept { return kKnownDataSets; }

}  // namespace fanin::experiment
