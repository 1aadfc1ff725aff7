#include "fanin/experiment/repair/repair.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/experiment/probe/probe.hpp"
#include "fanin/experiment/repair/changes.hpp"
#include "fanin/experiment/repair/held_out.hpp"
#include "fanin/experiment/training/data_start.hpp"

namespace fanin::experiment {
namespace {

constexpr double kPoint = 0.01;         // of accuracy: what counts as equally good
constexpr double kSkillPoints = 0.03;   // of 1 − loss/chance, likewise
constexpr double kWorthARate = 0.02;    // of accuracy, else of 1 − loss/chance: what another learning rate must add
constexpr std::size_t kContenders = 5;  // starts that are trained on every part
constexpr std::size_t kRates = 2;       // likewise of clipping and learning rates
constexpr int kFurther = 2;             // times that a rate ten times as far may be tried

class Repair {
 public:
  Repair(const RepairSettings& settings, const DataSet& data, const RepairProgress& progress,
         const std::stop_token& stop)
      : settings_(settings), data_(data), progress_(progress), stop_(stop), setup_(prepare(settings.training, data)) {
    setup_.settings.out.clear();
    result_.judged_by = data.validation.count > 0 ? "validation" : "held-out";
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
    if (data_.validation.count == 0) parts_ = held_out_parts(data_);
    tell("training the network as it is");
    while (before.trainings < parts()) train_briefly(before);
    if (has_bad_start(found)) try_all(start_changes(setup_, found), kContenders);
    std::optional<std::size_t> cure = smallest(true);
    if (cure) {
      cure = with_better_rate(*cure);
    } else {
      // No start alone cures, or none is bad: clipping and other step sizes on the best one.
      try_all(training_changes(best_so_far()), kContenders);
      cure = smallest(true);
      if (cure) cure = further(*cure);
    }
    if (stop_.stop_requested()) return finish(RepairOutcome::interrupted, "stopped");
    if (cure) return chosen(*cure, true);
    if (const std::optional<std::size_t> gain = smallest(false)) return chosen(*gain, false);
    return finish(RepairOutcome::not_repairable,
                  "no other start, clipping or learning rate trains better: the cause lies elsewhere");
  }

 private:
  void tell(const std::string& doing) const {
    if (progress_) progress_(doing);
  }

  // How many different rows judge.
  [[nodiscard]] int parts() const { return std::max(1, static_cast<int>(parts_.size())); }

  [[nodiscard]] observe::Diagnosis diagnose(const TrainSettings& settings) const {
    const ProbeSettings probe_settings{.training = settings, .steps = settings_.watched_steps};
    return observe::diagnose(probe(probe_settings, data_, {}, stop_));
  }

  [[nodiscard]] TrainSettings brief(const TrainSettings& training) const {
    TrainSettings settings = training;
    settings.max_steps = result_.steps;
    settings.evaluate_every = 1'000'000;
    settings.patience = 0;
    return settings;
  }

  // Trains once more, judged by the next part.
  void train_briefly(RepairTrial& trial) const {
    if (stop_.stop_requested()) return;
    const DataSet& data = parts_.empty() ? data_ : parts_[static_cast<std::size_t>(trial.trainings)];
    TrainSettings settings = brief(trial.settings);
    settings.batch_size = std::min(settings.batch_size, data.train.count);
    RepairFigures figures;
    ++trial.trainings;
    try {
      const TrainResult trained = train(settings, data, nullptr, stop_);
      trial.status = trained.status;
      if (trained.status != TrainStatus::diverged && !trained.epochs.empty()) {
        const TrainEpoch& last = trained.epochs.back();
        figures.loss = parts_.empty() ? last.validation_loss : last.test_loss;
        figures.accuracy = parts_.empty() ? last.validation_accuracy : last.test_accuracy;
      }
    } catch (const Error& error) {
      if (trial.kind == RepairKind::none) throw;
      trial.refused = error.what();  // a scheme that does not fit the network, data that cannot set a scale
    }
    const double weight = 1.0 / trial.trainings;
    trial.loss += (figures.loss - trial.loss) * weight;
    trial.accuracy += (figures.accuracy - trial.accuracy) * weight;
  }

  // Tries each on the first part, and the `most` best of them on the others.
  void try_all(std::vector<RepairTrial> trials, std::size_t most) {
    const std::size_t first = result_.trials.size();
    for (RepairTrial& trial : trials) {
      if (stop_.stop_requested()) return;
      if (trial.options.empty()) trial.options = options_text(result_.before.settings, trial.settings);
      tell("trying " + trial.options);
      train_briefly(trial);
      result_.trials.push_back(std::move(trial));
    }
    std::vector<std::size_t> order(trials.size());
    std::iota(order.begin(), order.end(), first);
    std::ranges::stable_sort(order, std::ranges::greater{}, [this](std::size_t i) { return quality(at(i)); });
    order.resize(std::min(order.size(), most));
    for (const std::size_t i : order) {
      if (at(i).trainings < parts() && is_sound(at(i))) tell("trying again " + at(i).options);
      while (at(i).trainings < parts() && is_sound(at(i)) && !stop_.stop_requested()) train_briefly(at(i));
    }
  }

  [[nodiscard]] RepairTrial& at(std::size_t i) { return result_.trials[i]; }

  [[nodiscard]] static bool is_sound(const RepairTrial& trial) {
    return trial.refused.empty() && std::isfinite(trial.loss);
  }
  // Trained on every part, and good enough to be chosen from.
  [[nodiscard]] bool contends(const RepairTrial& trial) const { return is_sound(trial) && trial.trainings == parts(); }

  // 1: no error; 0: as good as the best constant answer. Of losses that end far above chance no more is known.
  [[nodiscard]] double skill(const RepairTrial& trial) const {
    if (!std::isfinite(trial.loss)) return -2;
    const double chance = std::isfinite(result_.chance_loss) && result_.chance_loss > 0 ? result_.chance_loss : 1;
    return std::max(-1.0, 1 - trial.loss / chance);
  }
  // Accuracy, or where there is none 1 − loss/chance.
  [[nodiscard]] double success(const RepairTrial& trial) const {
    return std::isfinite(trial.accuracy) ? trial.accuracy : skill(trial);
  }
  [[nodiscard]] double quality(const RepairTrial& trial) const {
    if (!trial.refused.empty()) return -9;
    if (!std::isfinite(trial.loss)) return -5;
    return skill(trial) * 0.3 + success(trial);
  }
  [[nodiscard]] bool as_good_as(const RepairTrial& trial, const RepairTrial& other) const {
    if (!is_sound(trial)) return false;
    if (!std::isfinite(other.loss)) return true;
    const bool accurate = !std::isfinite(other.accuracy) || trial.accuracy >= other.accuracy - kPoint;
    return accurate && skill(trial) >= skill(other) - kSkillPoints;
  }
  [[nodiscard]] bool better(const RepairTrial& trial, const RepairTrial& other) const {
    if (!is_sound(trial)) return false;
    if (!std::isfinite(other.loss)) return true;
    return trial.accuracy > other.accuracy + kPoint || skill(trial) > skill(other) + kSkillPoints;
  }

  [[nodiscard]] const RepairTrial& best_so_far() const {
    const RepairTrial* best = &result_.before;
    for (const RepairTrial& trial : result_.trials) {
      if (contends(trial) && quality(trial) > quality(*best)) best = &trial;
    }
    return *best;
  }

  // Makes the diagnosis that a trial still lacks.
  [[nodiscard]] bool cures(RepairTrial& trial) const {
    if (!trial.diagnosis) {
      tell("diagnosing " + trial.options);
      trial.diagnosis = diagnose(trial.settings);
    }
    return trial.diagnosis->verdict != observe::Verdict::unhealthy;
  }

  // The smallest change as good as the best that, with `cure`, leaves nothing for the diagnosis to warn of; without,
  // that trains better than the network as it is.
  std::optional<std::size_t> smallest(bool cure) {
    const RepairTrial& best = best_so_far();
    std::vector<std::size_t> order(result_.trials.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [this](std::size_t i) { return at(i).kind; });
    for (const std::size_t i : order) {
      if (stop_.stop_requested()) return std::nullopt;
      if (!contends(at(i)) || !as_good_as(at(i), best)) continue;
      if (cure ? as_good_as(at(i), result_.before) && cures(at(i)) : better(at(i), result_.before)) return i;
    }
    return std::nullopt;
  }

  // The start, or where that is worth the larger change, the start with clipping or another learning rate.
  std::size_t with_better_rate(std::size_t start) {
    if (at(start).kind >= RepairKind::clipping) return start;
    const std::size_t first = result_.trials.size();
    try_all(training_changes(at(start)), kRates);
    std::size_t best = start;
    for (std::size_t i = first; i < result_.trials.size(); ++i) {
      const double needed = best == start ? success(at(start)) + kWorthARate : success(at(best));
      if (is_better_cure(i, needed)) best = i;
    }
    return further(best);
  }

  // Where the farthest learning rate that was tried is the best, one beyond it may be better still.
  std::size_t further(std::size_t best) {
    const double factor = *at(best).settings.learning_rate / *result_.before.settings.learning_rate;
    if (factor < 9 && factor > 0.11) return best;
    for (int times = 0; times < kFurther; ++times) {
      const double rate = *at(best).settings.learning_rate * (factor > 1 ? 10 : 0.1);
      try_all({with_rate(at(best), rate)}, 1);
      const std::size_t last = result_.trials.size() - 1;
      if (!is_better_cure(last, success(at(best)) + kWorthARate)) break;
      best = last;
    }
    return best;
  }

  bool is_better_cure(std::size_t i, double needed) {
    return !stop_.stop_requested() && contends(at(i)) && success(at(i)) > needed && cures(at(i));
  }

  // Of a brief training on all training rows.
  [[nodiscard]] RepairFigures test(const TrainSettings& settings) const {
    const TrainResult trained = train(brief(settings), data_, nullptr, stop_);
    if (trained.status == TrainStatus::diverged || trained.epochs.empty()) return {};
    return {.loss = trained.epochs.back().test_loss, .accuracy = trained.epochs.back().test_accuracy};
  }

  RepairResult chosen(std::size_t index, bool cured) {
    tell("training before and after on all training rows");
    result_.test_before = test(result_.before.settings);
    result_.test_after = test(at(index).settings);
    if (stop_.stop_requested()) return finish(RepairOutcome::interrupted, "stopped");
    result_.after = at(index);
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
  std::vector<DataSet> parts_ = {};  // none: the validation part judges
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
