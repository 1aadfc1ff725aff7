#include "fanin/report/progress_model.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <queue>
#include <thread>

namespace fanin::report {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr double kMemory = 5;  // seconds: smooths over the pause for evaluation after each epoch
enum State { waiting = 0, running = 1, done = 2 };

}  // namespace

void RateMeter::update(double now, double count) noexcept {
  if (!started_) {
    started_ = true;
    last_time_ = now;
    last_count_ = count;
    return;
  }
  const double elapsed = now - last_time_;
  if (elapsed <= 0) return;
  const double kept = std::exp(-elapsed / memory_);
  weighted_time_ = kept * weighted_time_ + elapsed;
  weighted_count_ = kept * weighted_count_ + (count - last_count_);
  last_time_ = now;
  last_count_ = count;
}

double RateMeter::per_second() const noexcept { return weighted_time_ > 0 ? weighted_count_ / weighted_time_ : 0; }

double makespan(std::span<const double> running_left, std::span<const double> waiting_left, std::size_t workers) {
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at;
  double last = 0;
  const auto assign = [&](double end) {
    free_at.push(end);
    last = std::max(last, end);
  };
  for (const double seconds : running_left) assign(seconds);
  for (const double seconds : waiting_left) {
    double start = 0;
    if (free_at.size() >= std::max<std::size_t>(workers, 1)) {
      start = free_at.top();
      free_at.pop();
    }
    assign(start + seconds);
  }
  return last;
}

ProgressModel::ProgressModel(const experiment::CompareSettings& settings, const experiment::DataSet& data,
                             std::int64_t steps_per_run, std::span<const experiment::RunResult> runs,
                             std::span<const experiment::RunProgress> progress)
    : progress_(progress),
      all_steps_(kMemory),
      epochs_(settings.epochs),
      workers_(settings.workers > 0 ? static_cast<std::size_t>(settings.workers)
                                    : std::max<std::size_t>(std::thread::hardware_concurrency(), 1)),
      steps_per_run_(static_cast<double>(std::max<std::int64_t>(steps_per_run, 1))),
      samples_per_step_(static_cast<double>(data.train.count) * static_cast<double>(settings.epochs) / steps_per_run_),
      regression_(data.loss != net::Loss::softmax_cross_entropy) {
  for (const experiment::RunResult& run : runs) runs_.push_back({run.init, run.seed, RateMeter(kMemory)});
}

ProgressSnapshot ProgressModel::look(double now) {
  ProgressSnapshot snapshot;
  snapshot.runs_total = runs_.size();
  snapshot.epochs = epochs_;
  double steps_taken = 0;  // by training
  double steps_over = 0;   // a run that diverged has no steps left
  std::size_t waiting_runs = 0;
  std::vector<std::pair<int, RunningLine>> lines;
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    const experiment::RunProgress& counters = progress_[i];
    const int state = counters.state.load(std::memory_order_acquire);
    const double steps = static_cast<double>(counters.steps_done.load(std::memory_order_relaxed));
    steps_taken += steps;
    steps_over += state == done ? steps_per_run_ : steps;
    if (state == waiting) ++waiting_runs;
    if (state == done) ++snapshot.runs_done;
    if (state != running) continue;
    runs_[i].steps.update(now, steps);
    const double rate = runs_[i].steps.per_second();
    RunningLine line{.index = i, .init = runs_[i].init, .seed = runs_[i].seed};
    line.epoch = std::clamp<std::int64_t>(counters.epoch.load(std::memory_order_relaxed), 1, epochs_);
    line.fraction = std::min(1.0, steps / steps_per_run_);
    line.loss = counters.loss.load(std::memory_order_relaxed);
    line.accuracy = regression_ ? kUnknown : counters.accuracy.load(std::memory_order_relaxed);
    line.samples_per_second = rate * samples_per_step_;
    line.seconds_left = rate > 0 ? (steps_per_run_ - steps) / rate : kUnknown;
    lines.emplace_back(counters.worker.load(std::memory_order_relaxed), std::move(line));
  }
  std::stable_sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [worker, line] : lines) snapshot.running.push_back(std::move(line));
  all_steps_.update(now, steps_taken);
  snapshot.fraction = runs_.empty() ? 1 : steps_over / (steps_per_run_ * static_cast<double>(runs_.size()));
  snapshot.samples_per_second = all_steps_.per_second() * samples_per_step_;
  snapshot.seconds_left = estimate(snapshot, waiting_runs);
  return snapshot;
}

double ProgressModel::estimate(const ProgressSnapshot& snapshot, std::size_t waiting_runs) const {
  double known_rate = 0;  // steps per second of one worker
  std::size_t known = 0;
  for (const RunningLine& line : snapshot.running) {
    if (!(line.samples_per_second > 0)) continue;
    known_rate += line.samples_per_second / samples_per_step_;
    ++known;
  }
  if (known == 0) return snapshot.runs_done == snapshot.runs_total ? 0 : kUnknown;
  const double whole_run = steps_per_run_ * static_cast<double>(known) / known_rate;
  std::vector<double> left;
  for (const RunningLine& line : snapshot.running) {
    left.push_back(std::isfinite(line.seconds_left) ? line.seconds_left : whole_run * (1 - line.fraction));
  }
  return makespan(left, std::vector<double>(waiting_runs, whole_run), workers_);
}

}  // namespace fanin::report
