#include "fanin/experiment/sweep/run_point.hpp"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "fanin/core/error.hpp"
#include "fanin/experiment/sweep/hopeless.hpp"
#include "fanin/experiment/training/train.hpp"

namespace fanin::experiment {
namespace {

/// Counts steps, and stops the training where the rule gives it up.
class Watcher final : public TrainObserver {
 public:
  Watcher(const RunPointContext& context, std::atomic<std::int64_t>& steps, const std::function<void()>& moved,
          std::stop_source& source)
      : rule_(context.give_up_after, context.chance), steps_(steps), moved_(moved), source_(source) {}

  void started(const TrainResult&, const net::Graph&) override {}
  void stepped(const TrainMoment& moment) override {
    steps_.store(moment.step, std::memory_order_relaxed);
    if (rule_.gives_up(moment)) {
      total_ = moment.total_steps;
      source_.request_stop();
    }
    if (moved_) moved_();
  }
  void evaluating() override {}
  void epoch_finished(const TrainResult&, const TrainEpoch&) override {}

  [[nodiscard]] bool gave_up() const noexcept { return total_ > 0; }
  [[nodiscard]] std::string reason(double chance) const {
    std::array<char, 200> text{};
    std::snprintf(text.data(), text.size(),
                  "at chance level after %lld of %lld steps: %.1f %% of the last %lld training rows were right, and "
                  "%.1f %% is chance",
                  static_cast<long long>(rule_.step()), static_cast<long long>(total_), 100 * rule_.accuracy(),
                  static_cast<long long>(rule_.rows()), 100 * chance);
    return text.data();
  }

 private:
  HopelessRule rule_;
  std::atomic<std::int64_t>& steps_;
  const std::function<void()>& moved_;
  std::stop_source& source_;
  std::int64_t total_ = 0;
};

StoredStatus stored(TrainStatus status) {
  switch (status) {
    case TrainStatus::finished: return StoredStatus::finished;
    case TrainStatus::stopped_early: return StoredStatus::stopped_early;
    case TrainStatus::diverged: return StoredStatus::diverged;
    case TrainStatus::interrupted: return StoredStatus::interrupted;
  }
  return StoredStatus::interrupted;
}

StoredEpoch stored(const TrainEpoch& epoch) {
  StoredEpoch out;
  out.epoch = epoch.epoch;
  out.steps = epoch.steps;
  out.learning_rate = epoch.learning_rate;
  out.train_loss = epoch.train_loss;
  out.train_accuracy = epoch.train_accuracy;
  out.validation_loss = epoch.validation_loss;
  out.validation_accuracy = epoch.validation_accuracy;
  out.test_loss = epoch.test_loss;
  out.test_accuracy = epoch.test_accuracy;
  out.seconds = epoch.seconds;
  return out;
}

std::string settings_text(const SweepPoint& point) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const SettingValue& value : point.values) json[value.key] = value.value;
  json["seed"] = point.seed;
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void take_result(const TrainResult& result, StoredRun& run) {
  run.status = stored(result.status);
  run.diverged_at_step = result.diverged_at_step;
  run.steps = result.steps;
  run.seconds = result.seconds;
  for (const TrainEpoch& epoch : result.epochs) run.epochs.push_back(stored(epoch));
  if (run.epochs.empty()) return;
  const StoredEpoch& last = run.epochs.back();
  run.train_loss = last.train_loss;
  run.train_accuracy = last.train_accuracy;
  run.validation_loss = last.validation_loss;
  run.validation_accuracy = last.validation_accuracy;
  run.test_loss = last.test_loss;
  run.test_accuracy = last.test_accuracy;
}

}  // namespace

std::optional<StoredRun> run_point(const SweepPoint& point, const RunPointContext& context,
                                   std::atomic<std::int64_t>& steps, const std::function<void()>& moved,
                                   const std::stop_token& stop) {
  StoredRun run;
  run.key = point.key;
  run.init = point.settings.init;
  run.seed = point.seed;
  run.settings = settings_text(point);
  std::stop_source source;
  const std::stop_callback pass_on(stop, [&source] { source.request_stop(); });
  Watcher watcher(context, steps, moved, source);
  try {
    take_result(train(point.settings, context.data, &watcher, source.get_token()), run);
  } catch (const Error& error) {
    run.status = StoredStatus::failed;
    run.message = error.what();
    return run;
  }
  if (run.status != StoredStatus::interrupted) return run;
  if (!watcher.gave_up()) return std::nullopt;
  run.status = StoredStatus::abandoned;
  run.message = watcher.reason(context.chance);
  return run;
}

}  // namespace fanin::experiment
