#include "fanin/experiment/store/records.hpp"

#include <array>

#include "fanin/core/error.hpp"
#include "fanin/experiment/json_text.hpp"
#include "fanin/experiment/store/settings_text.hpp"

namespace fanin::experiment {
namespace {

constexpr std::array kStatuses{StoredStatus::finished, StoredStatus::stopped_early, StoredStatus::abandoned,
                               StoredStatus::diverged, StoredStatus::interrupted,   StoredStatus::failed};
constexpr std::array kKinds{ExperimentKind::compare, ExperimentKind::train, ExperimentKind::check,
                            ExperimentKind::sweep};

}  // namespace

std::string_view to_string(ExperimentKind kind) noexcept {
  switch (kind) {
    case ExperimentKind::compare: return "compare";
    case ExperimentKind::train: return "train";
    case ExperimentKind::check: return "check";
    case ExperimentKind::sweep: return "sweep";
  }
  return "compare";
}

ExperimentKind parse_experiment_kind(std::string_view text) {
  for (const ExperimentKind kind : kKinds) {
    if (text == to_string(kind)) return kind;
  }
  throw Error(ErrorCode::unknown_name, std::string(text),
              "there is no such kind of experiment: compare, train, check or sweep");
}

std::string_view to_string(StoredStatus status) noexcept {
  switch (status) {
    case StoredStatus::finished: return "finished";
    case StoredStatus::stopped_early: return "stopped_early";
    case StoredStatus::abandoned: return "abandoned";
    case StoredStatus::diverged: return "diverged";
    case StoredStatus::interrupted: return "interrupted";
    case StoredStatus::failed: return "failed";
  }
  return "failed";
}

StoredStatus parse_stored_status(std::string_view text) {
  for (const StoredStatus status : kStatuses) {
    if (text == to_string(status)) return status;
  }
  std::string names;
  for (const StoredStatus status : kStatuses) (names += names.empty() ? "" : ", ") += to_string(status);
  throw Error(ErrorCode::unknown_name, std::string(text), "a run has no such status; there are " + names);
}

bool is_complete(StoredStatus status) noexcept {
  return status != StoredStatus::interrupted && status != StoredStatus::failed;
}

std::string settings_in_words(std::string_view settings) {
  std::string words;
  const nlohmann::ordered_json json = settings_of(settings);
  for (const auto& [name, value] : json.items()) {
    if (!value.is_primitive() || name == "seed" || name == "init") continue;
    words.append(words.empty() ? "" : ", ").append(name).append("=");
    words.append(value.is_string() ? value.get<std::string>() : json_line(value));
  }
  return words;
}

}  // namespace fanin::experiment
