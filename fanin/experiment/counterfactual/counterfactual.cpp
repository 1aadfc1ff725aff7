#include "fanin/experiment/counterfactual/counterfactual.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/experiment/counterfactual/changes.hpp"
#include "fanin/experiment/training/setup.hpp"

namespace fanin::experiment {
namespace {

constexpr double kWorthwhile = 0.05;  // progress; a change that brings less explains nothing
constexpr double kSigmas = 2;
constexpr double kAlike = 0.15;  // of the largest effect: differences below it are no reason to prefer a change

/// One rerun.
struct Run {
  double progress = -1;
  double final_loss = observe::kUnknown;
  observe::Diagnosis diagnosis = {};
};

Run run_of(const observe::Trace& trace) {
  Run run;
  run.diagnosis = observe::diagnose(trace);
  const double chance = run.diagnosis.chance_loss.value;
  const std::size_t count = trace.steps.size();
  const std::size_t last = std::max<std::size_t>(1, count / 5);
  double sum = 0;
  for (std::size_t i = count - std::min(count, last); i < count; ++i) sum += trace.steps[i].loss;
  run.final_loss = sum / static_cast<double>(last);
  const double against = chance > 0 ? chance : std::abs(trace.steps.empty() ? 1 : trace.steps.front().loss);
  const double progress = 1 - run.final_loss / against;
  if (trace.ended != "diverged" && std::isfinite(progress)) run.progress = std::clamp(progress, -1.0, 1.0);
  return run;
}

observe::Quantity mean_of(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double mean = 0;
  for (const double value : values) mean += value / n;
  double square = 0;
  for (const double value : values) square += (value - mean) * (value - mean);
  return {mean, values.size() > 1 ? std::sqrt(square / (n - 1) / n) : 0};
}

int badness(observe::Verdict verdict) noexcept {
  return verdict == observe::Verdict::unhealthy ? 2 : verdict == observe::Verdict::uncertain ? 1 : 0;
}

Trial trial_of(std::string change, const std::vector<Run>& runs, const std::vector<Run>& as_is) {
  Trial trial{.change = std::move(change)};
  std::vector<double> progress;
  std::vector<double> effect;
  double loss = 0;
  trial.verdict = observe::Verdict::healthy;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const observe::Diagnosis& diagnosis = runs[i].diagnosis;
    progress.push_back(runs[i].progress);
    effect.push_back(runs[i].progress - as_is[i].progress);
    loss += runs[i].final_loss / static_cast<double>(runs.size());
    if (badness(diagnosis.verdict) > badness(trial.verdict)) trial.verdict = diagnosis.verdict;
    for (const observe::Finding& finding : diagnosis.findings) {
      if (finding.severity == observe::Severity::note) continue;
      if (std::ranges::find(trial.problems, finding.problem) == trial.problems.end()) {
        trial.problems.push_back(finding.problem);
      }
    }
  }
  trial.progress = mean_of(progress);
  trial.effect = mean_of(effect);
  trial.final_loss = loss;
  trial.helps = trial.effect.value > std::max(kWorthwhile, kSigmas * trial.effect.error);
  return trial;
}

std::string against_chance(double progress) {
  if (progress <= -1) return "far above chance level";
  const std::string percent = std::to_string(std::lround(100 * std::abs(progress))) + " %";
  return percent + (progress < 0 ? " above chance level" : " below chance level");
}

class Inquiry final {
 public:
  Inquiry(const CounterfactualSettings& settings, const DataSet& data, const CounterfactualProgress& progress,
          const std::stop_token& stop)
      : settings_(settings), data_(data), progress_(progress), stop_(stop) {
    const TrainSetup setup = prepare(settings.probe.training, data, network(settings.probe));
    settings_.probe.training = setup.settings;
    result_.steps = std::min(settings.steps, settings.probe.steps.value_or(settings.steps));
    if (settings.seeds < 1 || result_.steps < 1) {
      throw Error(ErrorCode::bad_value, "--why", "needs at least one step and one seed to compare");
    }
    settings_.probe.steps = result_.steps;
    settings_.probe.full_every = result_.steps;
    result_.seeds = settings.seeds;
    factors_ = changes_of(settings_.probe, setup.graph, data);
  }

  Counterfactual run() {
    for (const FactorChanges& factor : factors_) reruns_ += static_cast<std::int64_t>(factor.changes.size());
    reruns_ = (reruns_ + 1) * settings_.seeds;
    const std::vector<Run> as_is = runs_of({"", settings_.probe, false});
    if (stop_.stop_requested()) return interrupted();
    result_.as_is = trial_of("", as_is, as_is);
    for (FactorChanges& changes : factors_) {
      Factor factor{.name = changes.name, .not_tried = changes.not_tried};
      for (const Change& change : changes.changes) try_change(change, as_is, factor);
      if (stop_.stop_requested()) return interrupted();
      put_best_first(factor.trials);
      result_.factors.push_back(std::move(factor));
    }
    rank();
    conclude();
    return std::move(result_);
  }

 private:
  static const net::Graph* network(const ProbeSettings& settings) {
    return settings.network ? &*settings.network : nullptr;
  }

  static bool better(const Trial& a, const Trial& b) {
    if (a.helps != b.helps) return a.helps;
    if (a.helps && badness(a.verdict) != badness(b.verdict)) return badness(a.verdict) < badness(b.verdict);
    return a.effect.value > b.effect.value;
  }

  // Among changes that help alike, the one that was listed first: the plainest.
  static void put_best_first(std::vector<Trial>& trials) {
    if (trials.empty()) return;
    const Trial best = *std::ranges::min_element(trials, better);
    const auto alike = [&](const Trial& trial) {
      return trial.helps == best.helps && badness(trial.verdict) == badness(best.verdict) &&
             trial.effect.value >= (1 - kAlike) * best.effect.value;
    };
    const std::string chosen = best.helps ? std::ranges::find_if(trials, alike)->change : best.change;
    std::ranges::stable_sort(trials, [&](const Trial& a, const Trial& b) {
      if ((a.change == chosen) != (b.change == chosen)) return a.change == chosen;
      return better(a, b);
    });
  }

  std::vector<Run> runs_of(const Change& change) {
    std::vector<Run> runs;
    const DataSet* data = change.standardize ? &standardized() : &data_;
    for (std::int64_t seed = 0; seed < settings_.seeds && !stop_.stop_requested(); ++seed) {
      if (progress_) progress_({change.text, done_, reruns_});
      ProbeSettings settings = change.settings;
      settings.training.seed += static_cast<std::uint64_t>(seed);
      runs.push_back(run_of(probe(settings, *data, {}, stop_)));
      ++done_;
    }
    return runs;
  }

  void try_change(const Change& change, const std::vector<Run>& as_is, Factor& factor) {
    std::vector<Run> runs;
    try {
      runs = runs_of(change);
    } catch (const Error& error) {  // delta_orthogonal on a dense layer, say: this change cannot be made
      if (error.code() == ErrorCode::io_failure) throw;
      factor.not_tried = change.text + ": " + error.what();
      return;
    }
    if (static_cast<std::int64_t>(runs.size()) == settings_.seeds) {
      factor.trials.push_back(trial_of(change.text, runs, as_is));
    }
  }

  const DataSet& standardized() {
    if (!standardized_) {
      standardized_ = data_;
      standardized_->scaling = standardized_scaling(data_);
    }
    return *standardized_;
  }

  // Those that help and leave the best verdict come first; among effects that are alike, the order in which changes are
  // preferred decides.
  void rank() {
    double largest = 0;
    int best = badness(observe::Verdict::unhealthy);
    for (const Factor& factor : result_.factors) {
      if (factor.trials.empty() || !factor.best().helps) continue;
      best = std::min(best, badness(factor.best().verdict));
    }
    for (const Factor& factor : result_.factors) {
      if (factor.trials.empty() || !factor.best().helps || badness(factor.best().verdict) > best) continue;
      largest = std::max(largest, factor.best().effect.value);
    }
    const auto group = [&](const Factor& factor) {
      if (factor.trials.empty()) return 4;
      if (!factor.best().helps) return 3;
      if (badness(factor.best().verdict) > best) return 2;
      return factor.best().effect.value < (1 - kAlike) * largest ? 1 : 0;
    };
    std::ranges::stable_sort(result_.factors, [&](const Factor& a, const Factor& b) {
      if (group(a) != group(b)) return group(a) < group(b);
      return (group(a) >= 1 && group(a) <= 3) && a.best().effect.value > b.best().effect.value;
    });
  }

  void conclude() {
    const Factor& first = result_.factors.front();
    const std::string runs = "in " + std::to_string(result_.steps) + " steps (" + std::to_string(result_.seeds) +
                             (result_.seeds == 1 ? " seed)" : " seeds)");
    if (result_.as_is.verdict == observe::Verdict::healthy) {
      result_.conclusion = "Nothing to explain: the diagnosis finds no problem " + runs + ".";
    } else if (first.trials.empty() || !first.best().helps) {
      result_.conclusion =
          "Cannot tell: no single change makes the loss go down better " + runs +
          "; two things may be wrong at once, or something that is not among these changes, such as the "
          "labels.";
    } else {
      result_.cause = 0;
      const Trial& best = first.best();
      std::string text = "The " + first.name + ": with " + best.change + " alone, the loss ends " +
                         against_chance(best.progress.value) + " instead of " +
                         against_chance(result_.as_is.progress.value) + ", " + runs + ".";
      if (best.verdict == observe::Verdict::unhealthy) text += " Problems remain.";
      result_.conclusion = std::move(text);
    }
  }

  Counterfactual interrupted() {
    result_.interrupted = true;
    result_.conclusion = "Interrupted before all changes were tried.";
    return std::move(result_);
  }

  CounterfactualSettings settings_;
  const DataSet& data_;
  const CounterfactualProgress& progress_;
  const std::stop_token& stop_;
  std::vector<FactorChanges> factors_ = {};
  std::optional<DataSet> standardized_ = {};
  std::int64_t done_ = 0;
  std::int64_t reruns_ = 0;
  Counterfactual result_ = {};
};

}  // namespace

Counterfactual counterfactual(const CounterfactualSettings& settings, const DataSet& data,
                              const CounterfactualProgress& progress, const std::stop_token& stop) {
  return Inquiry(settings, data, progress, stop).run();
}

}  // namespace fanin::experiment
