// Finds and loads the data set a person names.
//
//     fashion-mnist | mnist | kmnist | emnist | cifar-10   a known name, looked for in the usual folders
//     DIR                   a folder of IDX files (train-*, t10k-* or test-*) or of CIFAR-10's batches, or .gz
//     FILE.npz | FILE.csv   arrays x_train, y_train, x_test, y_test; or a table
//     text(file=FILE)       the next character of a text, for each of its positions
//     spirals(...) | teacher(...) | parity(...) | adding(...) | copy(...)
//                           generated, with a seed of their own: no run's seed changes data
//
// docs/data.md describes each for people.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/experiment/samples.hpp"

namespace fanin::experiment {

inline constexpr double kDefaultTestFraction = 0.2;

enum class Task { automatic, classification, regression };

struct DataOptions {
  /// Zero mean and unit variance, measured on the training part, of each feature or, for images
  /// [channels, height, width], of each channel.
  bool standardize = false;
  bool raw = false;                ///< no scaling at all
  double validation_fraction = 0;  ///< of the training part, in [0, 0.9]; fixed by the data set's name; text: its end
  /// For sources without a test part of their own (csv, text); nothing: kDefaultTestFraction.
  std::optional<double> test_fraction = {};
  std::string target_column = {};  ///< csv only: header name, or 0-based index; "-1" is the last
  Task task = Task::automatic;     ///< csv, npz: integer targets are labels unless regression is asked for
  std::int64_t limit_train = 0;    ///< keep only the first rows, the validation part's included; 0 keeps all
  std::int64_t limit_test = 0;     ///< likewise
  /// Faults put in on purpose, for experiments: this part of the training rows, those of the validation part included,
  /// get each other's labels; and inputs are multiplied after the scaling.
  double shuffle_labels = 0;
  double input_factor = 1;
};

/// @throws Error unknown_name with the nearest names, missing_data (says how to get the data),
///         bad_data with file and byte offset, bad_value (also for an option that this source has no use for).
DataSet load_data_set(std::string_view spec, const DataOptions& options);

/// Names and one-line descriptions of what load_data_set knows, for help and `fanin list data`.
struct KnownDataSet {
  std::string_view name;
  std::string_view description;
};
std::span<const KnownDataSet> known_data_sets() noexcept;

}  // namespace fanin::experiment
