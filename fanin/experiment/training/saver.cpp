#include "fanin/experiment/training/saver.hpp"

#include <algorithm>
#include <utility>

#include "fanin/io/atomic_file.hpp"

namespace fanin::experiment {
namespace {

constexpr const char* kLast = "last.safetensors";
constexpr const char* kBest = "best.safetensors";
constexpr const char* kJson = "train.json";
constexpr const char* kCsv = "epochs.csv";

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

bool SavePace::due_within_epoch(double since_last) const noexcept {
  return seconds == 0 || since_last >= std::max(seconds, kShare * last_cost);
}

bool SavePace::due_after_epoch(double since_last) const noexcept {
  return seconds == 0 || since_last >= kShare * last_cost;
}

Saver::Saver(const TrainSettings& settings, const net::Graph& graph, const DataSet& data)
    : folder_(settings.out), pace_{.seconds = settings.checkpoint_seconds}, last_(Clock::now()) {
  if (folder_.empty()) return;
  writer_.emplace(settings, graph, data);
  for (const char* name : {kLast, kBest, kJson, kCsv}) io::remove_abandoned_temporaries(folder_ / name);
}

double Saver::since_last() const { return seconds_since(last_); }

bool Saver::due_within_epoch() const { return active() && pace_.due_within_epoch(since_last()); }
bool Saver::due_after_epoch() const { return active() && pace_.due_after_epoch(since_last()); }

void Saver::keep_best(const TrainState& state, const engine::Plan& plan) {
  if (!active()) return;
  if (due_after_epoch()) {
    write_best(state, [&plan](const std::string& name) { return plan.parameter(name); });
    return;
  }
  // Epochs follow each other fast: the network is small enough to be kept in memory until a checkpoint is due.
  Best& best = best_.emplace();
  best.state = state;
  for (const std::string& name : writer_->names()) best.values.emplace(name, plan.parameter(name));
}

void Saver::write_best(const TrainState& state, const CheckpointWriter::Values& values) {
  const Clock::time_point begin = Clock::now();
  writer_->write(folder_ / kBest, state, values);
  best_.reset();
  best_cost_ += seconds_since(begin);
}

void Saver::save(const TrainState& state, const engine::Plan& plan) {
  if (!active()) return;
  const Clock::time_point begin = Clock::now();
  const double before = std::exchange(best_cost_, 0.0);
  if (best_) {
    const Best best = std::move(*best_);
    write_best(best.state, [&best](const std::string& name) { return best.values.at(name); });
    best_cost_ = 0;  // it counts as a part of this
  }
  writer_->write_resumable(folder_ / kLast, state, plan);
  last_ = Clock::now();
  pace_.last_cost = seconds_since(begin) + before;
}

void Saver::report(const TrainResult& result) {
  if (!active()) return;
  io::write_file_atomically(folder_ / kJson, to_json(result));
  io::write_file_atomically(folder_ / kCsv, to_csv(result));
  pace_.last_cost += seconds_since(last_);
  last_ = Clock::now();
}

}  // namespace fanin::experiment
