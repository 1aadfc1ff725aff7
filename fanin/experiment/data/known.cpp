#include "fanin/experiment/data/known.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/experiment/data/cifar10_folder.hpp"
#include "fanin/experiment/data/idx_folder.hpp"

namespace fanin::experiment {
namespace {

constexpr const char* kIdxFiles = "; put its IDX files (train-images-idx3-ubyte.gz and the other three) there";
constexpr const char* kCifarFiles =
    "; put its binary version (data_batch_1.bin to data_batch_5.bin and test_batch.bin, plain or .gz) there";
constexpr const char* kCifarArchiveFolder = "cifar-10-batches-bin";

struct KnownFiles {
  std::string_view name;
  const char* way_out;  // for the message when nothing is found
};

constexpr std::array kKnown = {
    KnownFiles{"fashion-mnist", "; on Debian, apt-get install dataset-fashion-mnist"},
    KnownFiles{"mnist", kIdxFiles},
    KnownFiles{"kmnist", kIdxFiles},
    KnownFiles{"emnist", kIdxFiles},
    KnownFiles{"cifar-10", kCifarFiles},
};

[[noreturn]] void not_found(const KnownFiles& known, const std::vector<std::filesystem::path>& folders) {
  std::string message = "not found in ";
  for (std::size_t i = 0; i < folders.size(); ++i) message += (i == 0 ? "" : ", ") + folders[i].string();
  message += known.way_out;
  message += ", or give the folder that holds them: --data DIR";
  throw Error(ErrorCode::missing_data, "data set " + std::string(known.name), message);
}

std::string read_split(const CallExpr& call) {
  CallReader reader(call, "data set");
  std::string split;
  if (call.name == "emnist") {
    static const std::array<std::string, 6> kSplits = {"balanced", "byclass", "bymerge", "digits", "letters", "mnist"};
    split = reader.text("split").value_or("balanced");
    if (std::find(kSplits.begin(), kSplits.end(), split) == kSplits.end()) {
      throw Error(ErrorCode::unknown_name, "data set emnist",
                  "no split '" + split + "'; " + suggestion(split, kSplits));
    }
  }
  reader.finish();
  return split;
}

}  // namespace

bool is_known_file_set(std::string_view name) noexcept {
  return std::any_of(kKnown.begin(), kKnown.end(), [&](const KnownFiles& known) { return known.name == name; });
}

std::vector<std::filesystem::path> usual_folders(std::string_view name) {
  std::vector<std::filesystem::path> folders;
  const auto from_environment = [&](const char* variable, const std::filesystem::path& below) {
    const char* value = std::getenv(variable);
    if (value != nullptr && *value != '\0') folders.push_back(std::filesystem::path(value) / below / name);
  };
  from_environment("FANIN_DATA_DIR", "");
  folders.push_back(std::filesystem::path("/usr/share/datasets") / name);
  folders.push_back(std::filesystem::path("data") / name);
  from_environment("HOME", ".cache/fanin");
  return folders;
}

std::vector<KnownSet> look_for_known_sets() {
  std::vector<KnownSet> sets;
  for (const KnownFiles& known : kKnown) {
    KnownSet set{std::string(known.name), {}};
    const bool is_cifar = known.name == "cifar-10";
    for (const std::filesystem::path& folder : usual_folders(known.name)) {
      const bool here = is_cifar ? holds_cifar10_files(folder) || holds_cifar10_files(folder / kCifarArchiveFolder)
                                 : holds_idx_files(folder);
      if (set.folder.empty() && here) set.folder = folder;
    }
    sets.push_back(std::move(set));
  }
  return sets;
}

RawData read_known_set(const CallExpr& call) {
  const std::string split = read_split(call);
  const std::vector<std::filesystem::path> folders = usual_folders(call.name);
  for (const std::filesystem::path& folder : folders) {
    if (call.name == "cifar-10") {
      for (const std::filesystem::path& place : {folder, folder / kCifarArchiveFolder}) {
        if (holds_cifar10_files(place)) return read_cifar10_folder(place, call.name);
      }
      continue;
    }
    if (holds_idx_files(folder)) {
      return read_idx_folder(folder, split.empty() ? call.name : call.name + "(split=" + split + ")", split);
    }
  }
  const auto* known =
      std::find_if(kKnown.begin(), kKnown.end(), [&](const KnownFiles& k) { return k.name == call.name; });
  FANIN_ASSERT(known != kKnown.end());
  not_found(*known, folders);
}

}  // namespace fanin::experiment
