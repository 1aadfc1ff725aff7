// The numbers of a run, of its epochs and of its layers by name, for whoever sorts, compares, exports or prints them.
#pragma once

#include <span>
#include <string_view>

#include "fanin/experiment/store/records.hpp"

namespace fanin::experiment {

struct RunNumber {
  std::string_view name = {};  ///< "test_accuracy": also the column in the store
  double StoredRun::*value = nullptr;
  bool higher_is_better = false;
  bool fraction = false;  ///< in [0, 1], shown in percent
};

/// A number of another record; its name is the column in the store likewise.
template <typename Record>
struct NamedNumber {
  std::string_view name = {};
  double Record::*value = nullptr;
};

std::span<const RunNumber> run_numbers() noexcept;
std::span<const NamedNumber<StoredEpoch>> epoch_numbers() noexcept;
std::span<const NamedNumber<StoredLayer>> layer_numbers() noexcept;
/// @throws Error unknown_name with the nearest names.
const RunNumber& find_run_number(std::string_view name);
/// test_accuracy, or test_loss where no run has an accuracy.
const RunNumber& main_number(std::span<const StoredRun> runs) noexcept;

}  // namespace fanin::experiment
