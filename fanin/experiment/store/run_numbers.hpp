// The results of a run by name, for whoever sorts, compares or prints them.
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

std::span<const RunNumber> run_numbers() noexcept;
/// @throws Error unknown_name with the nearest names.
const RunNumber& find_run_number(std::string_view name);
/// test_accuracy, or test_loss where no run has an accuracy.
const RunNumber& main_number(std::span<const StoredRun> runs) noexcept;

}  // namespace fanin::experiment
