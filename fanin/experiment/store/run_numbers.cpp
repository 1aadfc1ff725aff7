#include "fanin/experiment/store/run_numbers.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"

namespace fanin::experiment {
namespace {

constexpr std::array<RunNumber, 7> kNumbers{{{"test_accuracy", &StoredRun::test_accuracy, true, true},
                                             {"test_loss", &StoredRun::test_loss, false, false},
                                             {"validation_accuracy", &StoredRun::validation_accuracy, true, true},
                                             {"validation_loss", &StoredRun::validation_loss, false, false},
                                             {"train_accuracy", &StoredRun::train_accuracy, true, true},
                                             {"train_loss", &StoredRun::train_loss, false, false},
                                             {"seconds", &StoredRun::seconds, false, false}}};

}  // namespace

std::span<const RunNumber> run_numbers() noexcept { return kNumbers; }

const RunNumber& find_run_number(std::string_view name) {
  std::vector<std::string> names;
  for (const RunNumber& number : kNumbers) {
    if (number.name == name) return number;
    names.emplace_back(number.name);
  }
  throw Error(ErrorCode::unknown_name, std::string(name), "a run has no such number; " + suggestion(name, names));
}

const RunNumber& main_number(std::span<const StoredRun> runs) noexcept {
  const bool has_accuracy =
      std::ranges::any_of(runs, [](const StoredRun& run) { return std::isfinite(run.test_accuracy); });
  return kNumbers[has_accuracy ? 0 : 1];
}

}  // namespace fanin::experiment
