#include "fanin/experiment/sweep/run_point.hpp"

#include <array>
#include <cstdio>
#include <new>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/experiment/json_text.hpp"
#include "fanin/experiment/store/stored_results.hpp"
#include "fanin/experiment/sweep/hopeless.hpp"
#include "fanin/experiment/sweep/sweep.hpp"
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

std::string settings_text(const SweepPoint& point) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const SettingValue& value : point.values) json[value.key] = value.value;
  json["seed"] = point.seed;
  return json_line(json);
}

/// What training it alone stores too, but for what names the run: a sweep has its own words for that.
void take_result(const TrainResult& result, StoredRun& run) {
  StoredRun trained = stored_run(result);
  trained.key = std::move(run.key);
  trained.init = std::move(run.init);
  trained.seed = run.seed;
  trained.settings = std::move(run.settings);
  run = std::move(trained);
}

}  // namespace

StoredRun planned_run(const SweepPoint& point) {
  StoredRun run;
  run.key = point.key;
  run.init = point.settings.init;
  run.seed = point.seed;
  run.settings = settings_text(point);
  return run;
}

std::optional<StoredRun> run_point(const SweepPoint& point, const RunPointContext& context,
                                   std::atomic<std::int64_t>& steps, const std::function<void()>& moved,
                                   const std::stop_token& stop) {
  StoredRun run = planned_run(point);
  std::stop_source source;
  const std::stop_callback pass_on(stop, [&source] { source.request_stop(); });
  Watcher watcher(context, steps, moved, source);
  try {
    take_result(train(point.settings, context.data, &watcher, source.get_token()), run);
  } catch (const Error& error) {
    run.status = StoredStatus::failed;
    run.message = error.what();
    return run;
  } catch (const std::bad_alloc&) {
    run.status = StoredStatus::failed;
    run.message = "there was not enough memory; fewer --workers leave more to each run";
    return run;
  }
  if (run.status != StoredStatus::interrupted) return run;
  if (!watcher.gave_up()) return std::nullopt;
  run.status = StoredStatus::abandoned;
  run.message = watcher.reason(context.chance);
  return run;
}

}  // namespace fanin::experiment
