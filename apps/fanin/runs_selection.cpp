#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>

#include "apps/fanin/runs_command.hpp"
#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/experiment/store/run_numbers.hpp"

namespace fanin::cli {
namespace {

using experiment::StoredExperiment;
using experiment::StoredRun;

std::int64_t whole_number(const std::string& name, const std::string& given) {
  const std::optional<std::int64_t> value = parse_integer(given);
  if (!value) throw Error(ErrorCode::bad_value, name, "'" + given + "' is not a whole number");
  return *value;
}

std::vector<experiment::StoredStatus> parse_statuses(const std::string& given) {
  std::vector<experiment::StoredStatus> statuses;
  std::istringstream words(given);
  for (std::string word; std::getline(words, word, ',');) statuses.push_back(experiment::parse_stored_status(word));
  return statuses;
}

// The best first; what is unknown last; equals as they were.
void sort_by(std::vector<StoredRun>& runs, const std::string& name) {
  if (name.empty() || name == "run") return;
  if (name == "seed" || name == "init") {
    std::ranges::stable_sort(runs, [by_seed = name == "seed"](const StoredRun& a, const StoredRun& b) {
      return by_seed ? a.seed < b.seed : a.init < b.init;
    });
    return;
  }
  const experiment::RunNumber& number = experiment::find_run_number(name);
  std::ranges::stable_sort(runs, [&](const StoredRun& a, const StoredRun& b) {
    const double x = a.*number.value;
    const double y = b.*number.value;
    if (std::isnan(x) || std::isnan(y)) return !std::isnan(x) && std::isnan(y);
    return number.higher_is_better ? x > y : x < y;
  });
}

}  // namespace

RunSelection::RunSelection(CLI::App& app) : reader_(app) {
  reader_.group("Which runs");
  reader_.convert("--experiment", "N", "of this experiment only",
                  [this](const std::string& given) { experiment_ = whole_number("--experiment", given); });
  reader_.convert("--status", "LIST",
                  "with one of these statuses: finished, stopped_early, abandoned, diverged, interrupted, failed",
                  [this](const std::string& given) { statuses_ = parse_statuses(given); });
  reader_.text("--init", "INIT", "from this initialization", init_);
  reader_.text("--sort", "BY",
               "run, seed, init, test_accuracy, test_loss, validation_accuracy, validation_loss, train_accuracy, "
               "train_loss or seconds, the best first (default: as they ended)",
               sort_);
}

SelectedRuns RunSelection::select(const experiment::StoreReader& reader, std::optional<std::int64_t> experiment) const {
  SelectedRuns selected;
  for (StoredExperiment& known : reader.experiments()) {
    if (!experiment || known.id == *experiment) selected.experiments.push_back(std::move(known));
  }
  if (experiment && selected.experiments.empty()) {
    throw Error(ErrorCode::unknown_name, "--experiment", "there is no experiment " + std::to_string(*experiment));
  }
  if (!init_.empty()) {
    std::set<std::string> known;
    for (const StoredRun& run : reader.runs({.experiment = experiment})) known.insert(run.init);
    if (!known.contains(init_)) {
      const std::vector<std::string> names(known.begin(), known.end());
      throw Error(ErrorCode::unknown_name, "--init",
                  "no run has the initialization '" + init_ + "'; " + suggestion(init_, names));
    }
  }
  selected.runs = reader.runs({.experiment = experiment, .statuses = statuses_, .init = init_});
  sort_by(selected.runs, sort_);
  return selected;
}

SelectedRuns RunSelection::load(const std::string& where, bool details) const {
  reader_.read();
  const experiment::StoreReader reader(store_at(where));
  SelectedRuns selected = select(reader, experiment_);
  if (details) {
    for (StoredRun& run : selected.runs) run = reader.run(run.id);
  }
  return selected;
}

SelectedRuns RunSelection::load_one_experiment(const std::string& where) const {
  reader_.read();
  const experiment::StoreReader reader(store_at(where));
  std::optional<std::int64_t> chosen = experiment_;
  if (!chosen) {
    for (const StoredExperiment& experiment : reader.experiments()) chosen = experiment.id;
  }
  return select(reader, chosen);
}

std::filesystem::path store_at(const std::string& where) {
  return experiment::find_store(where.empty() ? std::filesystem::path(".") : std::filesystem::path(where));
}

}  // namespace fanin::cli
