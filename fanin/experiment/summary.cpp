#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "fanin/experiment/compare.hpp"
#include "fanin/experiment/statistics.hpp"
#include "fanin/observe/remark.hpp"

namespace fanin::experiment {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

using Runs = std::vector<const RunResult*>;

// What a run is judged by after its last epoch.
using Measure = double (*)(const EpochRecord& epoch);

std::vector<double> last_epochs(const Runs& runs, Measure measure) {
  std::vector<double> values;
  for (const RunResult* run : runs) {
    if (run->status == RunStatus::finished && !run->epochs.empty()) values.push_back(measure(run->epochs.back()));
  }
  return values;
}

double mean(const std::vector<double>& values) { return estimate_mean(values).mean; }

std::optional<std::int64_t> first_epoch_at(const RunResult& run, double accuracy) {
  for (const EpochRecord& epoch : run.epochs) {
    if (epoch.test_accuracy >= accuracy) return epoch.epoch;  // false for NaN
  }
  return std::nullopt;
}

void count_epochs_to_reach(const Runs& runs, double accuracy, InitSummary& row) {
  std::vector<double> epochs;
  for (const RunResult* run : runs) {
    const std::optional<std::int64_t> epoch = first_epoch_at(*run, accuracy);
    if (epoch) epochs.push_back(static_cast<double>(*epoch));
  }
  row.epochs_to_reach = mean(epochs);
  row.runs_that_reach = static_cast<std::int64_t>(epochs.size());
}

void average_gradients(const Runs& runs, InitSummary& row) {
  std::vector<double> first;
  std::vector<double> last;
  for (const RunResult* run : runs) {
    if (run->step_zero.layers.empty()) continue;
    first.push_back(run->step_zero.layers.front().gradient_norm);
    last.push_back(run->step_zero.layers.back().gradient_norm);
  }
  row.first_gradient_norm = mean(first);
  row.last_gradient_norm = mean(last);
}

// "interrupted after epoch 3 at test accuracy 83.1 %: ", of the run that came furthest.
std::string interruption(const Runs& runs, const SummaryFacts& facts) {
  const RunResult* furthest = nullptr;
  for (const RunResult* run : runs) {
    if (furthest == nullptr || run->epochs.size() > furthest->epochs.size()) furthest = run;
  }
  if (furthest == nullptr || furthest->epochs.empty()) return "interrupted in its first epoch: ";
  const EpochRecord& last = furthest->epochs.back();
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(),
                "interrupted after epoch %lld at test %s %.*f%s: ", static_cast<long long>(last.epoch),
                facts.regression ? "loss" : "accuracy", facts.regression ? 4 : 1,
                facts.regression ? last.test_loss : 100 * last.test_accuracy, facts.regression ? "" : " %");
  return text.data();
}

// About the first run that diverged, or else about the start of the first run and the mean of all.
std::string remark_on(const Runs& runs, const InitSummary& row, const SummaryFacts& facts) {
  const RunResult* shown = nullptr;
  for (const RunResult* run : runs) {
    if (run->step_zero.layers.empty()) continue;
    if (shown == nullptr || (run->status == RunStatus::diverged && shown->status != RunStatus::diverged)) shown = run;
  }
  if (shown == nullptr) return "interrupted before its first step";
  observe::Outcome outcome;
  outcome.test_accuracy = row.test_accuracy_mean;
  outcome.chance_accuracy = facts.chance_accuracy;
  outcome.test_rows = facts.test_rows;
  outcome.diverged_at_step = shown->diverged_at_step;
  const std::string remark = observe::remark(shown->step_zero, outcome);
  return row.seeds == 0 && row.diverged == 0 ? interruption(runs, facts) + remark : remark;
}

InitSummary summarize_one(const std::string& init, const Runs& runs, const CompareSettings& settings) {
  InitSummary row;
  row.init = init;
  const Estimate accuracy =
      estimate_mean(last_epochs(runs, [](const EpochRecord& epoch) { return epoch.test_accuracy; }));
  row.seeds = accuracy.count;
  row.test_accuracy_mean = accuracy.mean;
  row.test_accuracy_ci95 = accuracy.half_width;
  const Estimate loss = estimate_mean(last_epochs(runs, [](const EpochRecord& epoch) { return epoch.test_loss; }));
  row.test_loss_mean = loss.mean;
  row.test_loss_ci95 = loss.half_width;
  row.train_loss_mean = mean(last_epochs(runs, [](const EpochRecord& epoch) { return epoch.train_loss; }));
  count_epochs_to_reach(runs, settings.reach_accuracy, row);
  average_gradients(runs, row);
  row.diverged =
      std::count_if(runs.begin(), runs.end(), [](const RunResult* run) { return run->status == RunStatus::diverged; });
  row.difference_mean = kNaN;
  row.difference_ci95 = kNaN;
  return row;
}

// The initialization with the best mean among those that diverged least often; nothing when no run finished.
std::optional<std::size_t> find_best(const std::vector<InitSummary>& rows, const std::vector<Runs>& runs,
                                     Measure measure, bool smaller_is_better) {
  std::optional<std::size_t> best;
  double best_mean = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double value = mean(last_epochs(runs[i], measure)) * (smaller_is_better ? -1 : 1);
    if (rows[i].seeds == 0 || !std::isfinite(value)) continue;
    const bool better = !best || rows[i].diverged < rows[*best].diverged ||
                        (rows[i].diverged == rows[*best].diverged && value > best_mean);
    if (!better) continue;
    best = i;
    best_mean = value;
  }
  return best;
}

std::vector<double> paired_differences(const Runs& best, const Runs& other, Measure measure) {
  std::map<std::uint64_t, double> by_seed;
  for (const RunResult* run : other) {
    if (run->status == RunStatus::finished && !run->epochs.empty()) by_seed[run->seed] = measure(run->epochs.back());
  }
  std::vector<double> differences;
  for (const RunResult* run : best) {
    const auto found = by_seed.find(run->seed);
    if (run->status != RunStatus::finished || run->epochs.empty() || found == by_seed.end()) continue;
    differences.push_back(measure(run->epochs.back()) - found->second);
  }
  return differences;
}

Measure choosing_measure(bool regression, bool has_validation) {
  if (regression && has_validation) return [](const EpochRecord& epoch) { return epoch.validation_loss; };
  if (has_validation) return [](const EpochRecord& epoch) { return epoch.validation_accuracy; };
  if (regression) return [](const EpochRecord& epoch) { return epoch.test_loss; };
  return [](const EpochRecord& epoch) { return epoch.test_accuracy; };
}

}  // namespace

std::vector<InitSummary> summarize(const CompareSettings& settings, std::span<const RunResult> runs,
                                   const SummaryFacts& facts) {
  std::vector<Runs> by_init(settings.inits.size());
  for (const RunResult& run : runs) {
    const auto at = std::find(settings.inits.begin(), settings.inits.end(), run.init) - settings.inits.begin();
    if (static_cast<std::size_t>(at) < by_init.size()) by_init[static_cast<std::size_t>(at)].push_back(&run);
  }
  std::vector<InitSummary> rows;
  for (std::size_t i = 0; i < by_init.size(); ++i) {
    rows.push_back(summarize_one(settings.inits[i], by_init[i], settings));
    rows.back().remark = remark_on(by_init[i], rows.back(), facts);
  }
  const std::optional<std::size_t> best =
      find_best(rows, by_init, choosing_measure(facts.regression, facts.has_validation), facts.regression);
  if (!best) return rows;
  const Measure reported = choosing_measure(facts.regression, false);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Estimate difference = estimate_mean(paired_differences(by_init[*best], by_init[i], reported));
    rows[i].difference_mean = difference.mean;
    rows[i].difference_ci95 = difference.half_width;
    rows[i].difference_established = excludes_zero(difference);
  }
  rows[*best].is_best = true;
  return rows;
}

}  // namespace fanin::experiment
