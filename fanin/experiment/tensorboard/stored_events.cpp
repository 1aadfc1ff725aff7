#include "fanin/experiment/tensorboard/stored_events.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <optional>
#include <system_error>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/experiment/json_text.hpp"
#include "fanin/experiment/store/settings_text.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

// The key of a sweep's run says everything but the data; the keys of other commands need their experiment.
std::string identity_of(const StoredExperiment& experiment) {
  const nlohmann::ordered_json settings = settings_of(experiment.settings);
  if (experiment.kind != ExperimentKind::sweep) {
    return std::string(to_string(experiment.kind)) + "\n" + experiment.name + "\n" + experiment.settings;
  }
  const auto data = settings.find("data_set");
  return data == settings.end() ? "" : json_line(*data);
}

std::string hex(std::uint64_t value) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(value));
  return text.data();
}

// "2026-11-22T07:30:00Z" in seconds since 1970.
std::optional<double> seconds_of(const std::string& time) {
  std::tm parts{};
  char zone = 0;
  if (std::sscanf(time.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%c", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
                  &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &zone) != 7 ||
      zone != 'Z') {
    return std::nullopt;
  }
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  return static_cast<double>(::timegm(&parts));
}

void discard(const std::filesystem::path& file) {
  std::error_code error;
  if (!file.empty()) std::filesystem::remove(file, error);
}

}  // namespace

StoredEvents::StoredEvents(std::filesystem::path folder, StoredExperiment experiment, WallClock clock)
    : folder_(std::move(folder)),
      experiment_(std::move(experiment)),
      identity_(identity_of(experiment_)),
      clock_(std::move(clock)) {}

std::string StoredEvents::name_of(const StoredRun& run) const {
  std::string id = ".fanin.";
  id += hex(random::hash_name(identity_ + "\n" + run.key));
  return is_complete(run.status) ? id : id + "." + std::string(to_string(run.status));
}

// Runs whose settings read alike get folders of their own: TensorBoard would draw them as one line.
std::filesystem::path StoredEvents::folder_of(const StoredRun& run) const {
  const std::filesystem::path plain = folder_ / run_folder_name(run);
  const std::string id = hex(random::hash_name(identity_ + "\n" + run.key));
  const std::filesystem::path there = find_event_file(plain, "");
  if (there.empty() || there.filename().string().find(id) != std::string::npos) return plain;
  return plain.string() + " " + id.substr(0, 8);
}

bool StoredEvents::has(const StoredRun& run) const { return !find_event_file(folder_of(run), name_of(run)).empty(); }

void StoredEvents::write(const StoredRun& run) const {
  const std::filesystem::path folder = folder_of(run);
  make_event_folder(folder);
  const double end = seconds_of(run.ended_at).value_or(clock_());
  double time = std::isfinite(run.seconds) ? end - run.seconds : end;
  const std::string name = name_of(run);
  std::filesystem::path file = find_event_file(folder, name);
  if (file.empty())
    file = folder / (std::string(kEventFileName) + std::to_string(static_cast<std::int64_t>(time)) + name);
  const std::filesystem::path unfinished =
      folder / std::string("unfinished").append(name);  // no name that TensorBoard looks for
  discard(unfinished);
  {
    RunEvents events = RunEvents::in_file(unfinished, [&time] { return time; });
    events.begin(experiment_, run);
    events.layers(run.layers);
    double later = 0;  // of the epochs after the one that is written
    for (const StoredEpoch& epoch : run.epochs) later += std::isfinite(epoch.seconds) ? epoch.seconds : 0;
    for (const StoredEpoch& epoch : run.epochs) {
      later -= std::isfinite(epoch.seconds) ? epoch.seconds : 0;
      time = end - later;
      events.epoch(epoch);
    }
    time = end;
    events.findings(run.findings, run.verdict);
    events.end(run.status);
  }
  std::error_code error;
  std::filesystem::rename(unfinished, file, error);
  if (error) throw Error(ErrorCode::io_failure, file.string(), "cannot be written: " + error.message());
  // What was written while the run had not come to its end gives way to it.
  if (!is_complete(run.status)) return;
  for (const StoredStatus status : {StoredStatus::failed, StoredStatus::interrupted}) {
    discard(find_event_file(folder, name + "." + std::string(to_string(status))));
  }
}

}  // namespace fanin::experiment
