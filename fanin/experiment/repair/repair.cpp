#include "fanin/experiment/repair/repair.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/experiment/probe/probe.hpp"
#include "fanin/experiment/repair/changes.hpp"
#include "fanin/experiment/training/data_start.hpp"

namespace fanin::experiment {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kPoint = 0.01;        // of accuracy: what counts as equally good
constexpr double kSkillPoints = 0.03;  // of 1 − loss/chance, likewise
constexpr double kMost = 0.9;          // of what the best trial gains: enough for a smaller change

class Repair {
 public:
  Repair(const RepairSettings& settings, const DataSet& data, const RepairProgress& progress,
         const std::stop_token& stop)
      : settings_(settings), data_(data), progress_(progress), stop_(stop), setup_(prepare(settings.training, data)) {
    setup_.settings.out.clear();
    result_.judged_by = data.validation.count > 0 ? "validation" : "test";
    result_.steps = std::min(settings.steps, total_steps(setup_.settings, data));
    result_.before.settings = setup_.settings;
  }

  RepairResult run() {
    RepairTrial& before = result_.before;
    tell("diagnosing the network as it is");
    before.diagnosis = diagnose(before.settings);
    if (stop_.stop_requested()) return finish(RepairOutcome::interrupted, "stopped");
    const observe::Diagnosis& found = *before.diagnosis;
    result_.chance_loss = found.chance_loss.value;
    if (found.verdict != observe::Verdict::unhealthy) {
      const bool healthy = found.verdict == observe::Verdict::healthy;
      return finish(healthy ? RepairOutcome::healthy : RepairOutcome::uncertain, found.reason);
    }
    if (const observe::Finding* const cause = cause_elsewhere(found)) {
      return finish(RepairOutcome::not_repairable,
                    "neither the start nor the learning rate is the cause: " + cause->cause + ". " + cause->remedy);
    }
    tell("training the network as it is");
    train_briefly(before);
    if (has_bad_start(found)) try_all(start_changes(setup_, found));
    std::optional<RepairResult> cured = choose(true);
    if (!cured && !stop_.stop_requested()) {
      // No start alone cures, or none is bad: clipping and other step sizes on the best one.
      try_all(training_changes(best_so_far()));
      cured = choose(true);
    }
    if (!cured) cured = choose(false);
    if (cured) return std::move(*cured);
    if (stop_.stop_requested()) return finish(RepairOutcome::interrupted, "stopped");
    return finish(RepairOutcome::not_repairable,
                  "no other start, clipping or learning rate trains better: the cause lies elsewhere");
  }

 private:
  void tell(const std::string& doing) const {
    if (progress_) progress_(doing);
  }

  [[nodiscard]] observe::Diagnosis diagnose(const TrainSettings& settings) const {
    const ProbeSettings probe_settings{.training = settings, .steps = settings_.watched_steps};
    return observe::diagnose(probe(probe_settings, data_, {}, stop_));
  }

  void train_briefly(RepairTrial& trial) const {
    TrainSettings settings = trial.settings;
    settings.max_steps = result_.steps;
    settings.evaluate_every = 1'000'000;
    settings.patience = 0;
    trial.loss = trial.accuracy = kNaN;
    try {
      const TrainResult trained = train(settings, data_, nullptr, stop_);
      trial.status = trained.status;
      if (trained.status == TrainStatus::diverged || trained.epochs.empty()) return;
      const TrainEpoch& last = trained.epochs.back();
      const bool validates = data_.validation.count > 0;
      trial.loss = validates ? last.validation_loss : last.test_loss;
      trial.accuracy = validates ? last.validation_accuracy : last.test_accuracy;
    } catch (const Error& error) {
      if (trial.kind == RepairKind::none) throw;
      trial.refused = error.what();  // a scheme that does not fit the network, data that cannot set a scale
    }
  }

  void try_all(std::vector<RepairTrial> trials) {
    for (RepairTrial& trial : trials) {
      if (stop_.stop_requested()) return;
      if (trial.options.empty()) trial.options = options_text(result_.before.settings, trial.settings);
      tell("trying " + trial.options);
      train_briefly(trial);
      result_.trials.push_back(std::move(trial));
    }
  }

  // 1: no error; 0: as good as the best constant answer. Of losses that end far above chance no more is known.
  [[nodiscard]] double skill(const RepairTrial& trial) const {
    if (!std::isfinite(trial.loss)) return -2;
    const double chance = std::isfinite(result_.chance_loss) && result_.chance_loss > 0 ? result_.chance_loss : 1;
    return std::max(-1.0, 1 - trial.loss / chance);
  }
  [[nodiscard]] double quality(const RepairTrial& trial) const {
    if (!trial.refused.empty()) return -9;
    if (!std::isfinite(trial.loss)) return -5;
    return skill(trial) * 0.3 + (std::isfinite(trial.accuracy) ? trial.accuracy : skill(trial));
  }
  [[nodiscard]] bool as_good_as(const RepairTrial& trial, const RepairTrial& other) const {
    if (!trial.refused.empty() || !std::isfinite(trial.loss)) return false;
    if (!std::isfinite(other.loss)) return true;
    const bool accurate = !std::isfinite(other.accuracy) || trial.accuracy >= other.accuracy - kPoint;
    return accurate && skill(trial) >= skill(other) - kSkillPoints;
  }
  [[nodiscard]] bool better(const RepairTrial& trial, const RepairTrial& other) const {
    if (!trial.refused.empty() || !std::isfinite(trial.loss)) return false;
    if (!std::isfinite(other.loss)) return true;
    return trial.accuracy > other.accuracy + kPoint || skill(trial) > skill(other) + kSkillPoints;
  }

  [[nodiscard]] const RepairTrial& best_so_far() const {
    const RepairTrial* best = &result_.before;
    for (const RepairTrial& trial : result_.trials) {
      if (quality(trial) > quality(*best)) best = &trial;
    }
    return *best;
  }

  // Makes the diagnosis that a trial still lacks.
  bool cures(const RepairTrial& trial) {
    if (&trial == &result_.before) return false;
    RepairTrial& own = result_.trials[static_cast<std::size_t>(&trial - result_.trials.data())];
    if (!own.diagnosis) {
      tell("diagnosing " + own.options);
      own.diagnosis = diagnose(own.settings);
    }
    return own.diagnosis->verdict != observe::Verdict::unhealthy;
  }

  // Whether a trial is as good as the best of them, or has most of what that gains.
  [[nodiscard]] bool suffices(const RepairTrial& trial, const RepairTrial& best) const {
    if (!trial.refused.empty() || !std::isfinite(trial.loss)) return false;
    if (as_good_as(trial, best)) return true;
    const double before = std::max(quality(result_.before), 0.0);
    return quality(trial) - before >= kMost * (quality(best) - before);
  }

  // The smallest change that suffices and, with `cure`, leaves nothing for the diagnosis to warn of; without, that
  // trains better than the network as it is.
  std::optional<RepairResult> choose(bool cure) {
    if (stop_.stop_requested()) return std::nullopt;
    const RepairTrial& best = best_so_far();
    std::vector<std::size_t> order(result_.trials.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [this](std::size_t i) { return result_.trials[i].kind; });
    for (const std::size_t i : order) {
      const RepairTrial& trial = result_.trials[i];
      if (!suffices(trial, best)) continue;
      if (cure ? as_good_as(trial, result_.before) && cures(trial) : better(trial, result_.before)) {
        return chosen(i, cure);
      }
    }
    return std::nullopt;
  }

  RepairResult chosen(std::size_t index, bool cured) {
    result_.after = result_.trials[index];
    const bool gained = better(result_.after, result_.before);
    std::string reason = result_.after.what;
    reason +=
        cured ? "; the diagnosis finds nothing wrong any more" : "; it trains better, and the diagnosis still warns";
    if (cured && !gained) reason += ", and the brief training is as good as before";
    return finish(RepairOutcome::repaired, reason);
  }

  RepairResult finish(RepairOutcome outcome, std::string reason) {
    result_.outcome = outcome;
    result_.reason = std::move(reason);
    if (outcome != RepairOutcome::repaired) return std::move(result_);
    const TrainSetup setup = prepare(result_.after.settings, data_);
    result_.changes = start_parameters(setup, data_, [](const auto&, auto) {}).changes;
    return std::move(result_);
  }

  const RepairSettings& settings_;
  const DataSet& data_;
  const RepairProgress& progress_;
  std::stop_token stop_;
  TrainSetup setup_;
  RepairResult result_;
};

}  // namespace

std::string_view to_string(RepairKind kind) noexcept {
  constexpr std::array<std::string_view, 8> kNames{"none",   "bias",       "exception", "rescale",
                                                   "scheme", "orthogonal", "clipping",  "learning_rate"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view to_string(RepairOutcome outcome) noexcept {
  constexpr std::array<std::string_view, 5> kNames{"healthy", "uncertain", "repaired", "not_repairable", "interrupted"};
  return kNames[static_cast<std::size_t>(outcome)];
}

RepairResult repair(const RepairSettings& settings, const DataSet& data, const RepairProgress& progress,
                    const std::stop_token& stop) {
  if (settings.steps < 1) throw Error(ErrorCode::bad_value, "--steps", "a brief training needs at least one step");
  return Repair(settings, data, progress, stop).run();
}

}  // namespace fanin::experiment
