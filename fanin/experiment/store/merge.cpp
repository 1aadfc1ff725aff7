#include "fanin/experiment/store/merge.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <system_error>
#include <tuple>

#include "fanin/core/error.hpp"
#include "fanin/experiment/store/run_numbers.hpp"

namespace fanin::experiment {
namespace {

using Name = std::tuple<ExperimentKind, std::string, std::string>;  // what an experiment is
using RunName = std::pair<Name, std::string>;

Name name_of(const StoredExperiment& experiment) { return {experiment.kind, experiment.name, experiment.settings}; }

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

bool same_epoch(const StoredEpoch& a, const StoredEpoch& b) {
  return a.epoch == b.epoch && a.steps == b.steps && std::ranges::all_of(epoch_numbers(), [&](const auto& number) {
           return number.name == "seconds" || same(a.*number.value, b.*number.value);
         });
}

// What each complete run says, and where it was read first.
struct Known {
  StoredRun run;
  std::filesystem::path file;
};

void compare_with_known(std::map<RunName, Known>& known, const std::filesystem::path& file) {
  const StoreReader reader(file);
  std::map<std::int64_t, Name> names;
  for (const StoredExperiment& experiment : reader.experiments()) names.emplace(experiment.id, name_of(experiment));
  for (const StoredRun& head : reader.runs({})) {
    if (!is_complete(head.status)) continue;
    StoredRun run = head;
    run.epochs = reader.epochs(head.id);
    const auto [at, is_new] = known.try_emplace({names[run.experiment], run.key}, Known{run, file});
    if (is_new || same_result(at->second.run, run)) continue;
    throw Error(ErrorCode::bad_value, file.string(),
                "it and " + at->second.file.string() + " hold different results of the run '" + run.key +
                    "'; one of them is of other data, another processor type or another fanin");
  }
}

class Merger final {
 public:
  explicit Merger(const std::filesystem::path& target) : writer_(target), target_(target) {}

  void add(const std::filesystem::path& file) {
    const StoreReader reader(file);
    const StoreReader target(target_);
    for (const StoredExperiment& experiment : reader.experiments()) {
      const std::int64_t id = writer_.continue_experiment(experiment);
      names_.insert(name_of(experiment));
      std::map<std::string, StoredStatus> there;
      for (const StoredRun& run : target.runs({.experiment = id})) there.emplace(run.key, run.status);
      for (const StoredRun& head : reader.runs({.experiment = experiment.id})) add(reader, head, id, there);
      add_artifacts(reader, experiment.id, id);
    }
  }

  [[nodiscard]] MergeResult result() const {
    MergeResult result = result_;
    result.experiments = static_cast<std::int64_t>(names_.size());
    return result;
  }

 private:
  void add(const StoreReader& reader, const StoredRun& head, std::int64_t experiment,
           std::map<std::string, StoredStatus>& there) {
    const auto found = there.find(head.key);
    if (found != there.end() && (is_complete(found->second) || !is_complete(head.status))) {
      ++result_.equal;
      return;
    }
    ++(found == there.end() ? result_.added : result_.replaced);
    writer_.commit_run(experiment, reader.run(head.id));
    there.insert_or_assign(head.key, head.status);
  }

  // Files of single runs lie in the folder that the run was made in, so only those of whole experiments are named.
  void add_artifacts(const StoreReader& reader, std::int64_t from, std::int64_t to) {
    for (const StoredArtifact& artifact : reader.artifacts(from)) {
      if (artifact.run == 0) writer_.add_artifact(to, artifact);
    }
  }

  StoreWriter writer_;
  std::filesystem::path target_;
  std::set<Name> names_;
  MergeResult result_;
};

}  // namespace

bool same_result(const StoredRun& a, const StoredRun& b) {
  for (const RunNumber& number : run_numbers()) {
    if (number.name != "seconds" && !same(a.*number.value, b.*number.value)) return false;
  }
  if (a.epochs.size() != b.epochs.size()) return false;
  for (std::size_t i = 0; i < a.epochs.size(); ++i) {
    if (!same_epoch(a.epochs[i], b.epochs[i])) return false;
  }
  return a.init == b.init && a.seed == b.seed && a.settings == b.settings && a.status == b.status &&
         a.diverged_at_step == b.diverged_at_step && a.steps == b.steps;
}

MergeResult merge_stores(const std::filesystem::path& target, std::span<const std::filesystem::path> sources) {
  std::map<RunName, Known> known;
  std::error_code error;
  if (std::filesystem::exists(target, error)) compare_with_known(known, target);
  for (const std::filesystem::path& source : sources) {
    if (std::filesystem::equivalent(source, target, error)) {
      throw Error(ErrorCode::bad_value, source.string(), "a store cannot be merged into itself");
    }
    compare_with_known(known, source);
  }
  Merger merger(target);
  for (const std::filesystem::path& source : sources) merger.add(source);
  return merger.result();
}

}  // namespace fanin::experiment
