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

constexpr std::array<NamedNumber<StoredEpoch>, 8> kEpochNumbers{
    {{"learning_rate", &StoredEpoch::learning_rate},
     {"train_loss", &StoredEpoch::train_loss},
     {"train_accuracy", &StoredEpoch::train_accuracy},
     {"validation_loss", &StoredEpoch::validation_loss},
     {"validation_accuracy", &StoredEpoch::validation_accuracy},
     {"test_loss", &StoredEpoch::test_loss},
     {"test_accuracy", &StoredEpoch::test_accuracy},
     {"seconds", &StoredEpoch::seconds}}};

constexpr std::array<NamedNumber<StoredLayer>, 7> kLayerNumbers{{{"mean", &StoredLayer::mean},
                                                                 {"std_dev", &StoredLayer::std_dev},
                                                                 {"gradient_norm", &StoredLayer::gradient_norm},
                                                                 {"dead", &StoredLayer::dead},
                                                                 {"saturated", &StoredLayer::saturated},
                                                                 {"correlation", &StoredLayer::correlation},
                                                                 {"update_ratio", &StoredLayer::update_ratio}}};

}  // namespace

std::span<const RunNumber> run_numbers() noexcept { return kNumbers; }
std::span<const NamedNumber<StoredEpoch>> epoch_numbers() noexcept { return kEpochNumbers; }
std::span<const NamedNumber<StoredLayer>> layer_numbers() noexcept { return kLayerNumbers; }

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
