#include "fanin/experiment/data/cifar10_folder.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/io/cifar10.hpp"

namespace fanin::experiment {
namespace {

namespace fs = std::filesystem;

constexpr std::array kTrainFiles = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
                                    "data_batch_5.bin"};
constexpr const char* kTestFile = "test_batch.bin";

// The plain file, which is read faster, else its gzip twin.
std::optional<fs::path> find_batch(const fs::path& folder, const char* name) {
  std::error_code ignored;
  fs::path file = folder / name;
  if (fs::is_regular_file(file, ignored)) return file;
  file += ".gz";
  if (fs::is_regular_file(file, ignored)) return file;
  return std::nullopt;
}

void append_batch(const fs::path& folder, const char* name, Samples& samples) {
  const std::optional<fs::path> file = find_batch(folder, name);
  if (!file) {
    throw Error(ErrorCode::missing_data, folder.string(),
                "the folder lacks " + std::string(name) +
                    " (or .gz); CIFAR-10's binary version is data_batch_1.bin to data_batch_5.bin and test_batch.bin");
  }
  const io::Cifar10Batch batch = io::read_cifar10(*file);
  auto& values = std::get<std::vector<std::uint8_t>>(samples.values);
  values.insert(values.end(), batch.images.data.begin(), batch.images.data.end());
  samples.labels.insert(samples.labels.end(), batch.labels.data.begin(), batch.labels.data.end());
  samples.count += batch.images.shape[0];
  samples.features = 3 * 32 * 32;
}

}  // namespace

bool holds_cifar10_files(const fs::path& folder) {
  const auto there = [&](const char* name) { return find_batch(folder, name).has_value(); };
  return there(kTestFile) || std::any_of(kTrainFiles.begin(), kTrainFiles.end(), there);
}

RawData read_cifar10_folder(const fs::path& folder, std::string_view name) {
  RawData raw;
  raw.name = name;
  raw.source = folder.string();
  raw.sample_shape = Shape{3, 32, 32};
  raw.outputs = 10;
  for (const char* file : kTrainFiles) append_batch(folder, file, raw.train);
  detail::check_labels_differ(raw.train.labels, raw.source);
  append_batch(folder, kTestFile, raw.test);
  return raw;
}

}  // namespace fanin::experiment
