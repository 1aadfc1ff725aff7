// Watches a training: quick statistics of every tensor at every step, full records every k steps, and the first value
// that is no finite number. What it sees becomes a trace that observe::diagnose reads. The training's bits stay the
// same. What single units and rows do costs more than all statistics of the tensors together: it is in the records of
// the first step, of the 1st, 2nd, 4th, 8th, … after it, and of the last.
//
//     Monitor monitor(graph, {.on = true, .every = 50}, plan, trace_of(graph, facts), total_steps);
//     const engine::BatchResult batch = monitor.train_step(plan, rows);      // in place of plan.train_step(rows)
//     monitor.finish_step(plan, {.loss = loss, .accuracy = accuracy, .learning_rate = rate});
//     monitor.end("finished");
//     const observe::Diagnosis diagnosis = observe::diagnose(monitor.trace());
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "fanin/engine/plan.hpp"
#include "fanin/experiment/watch/settings.hpp"
#include "fanin/net/graph.hpp"
#include "fanin/net/tap.hpp"
#include "fanin/observe/recorder.hpp"
#include "fanin/observe/trace.hpp"

namespace fanin::experiment {

class TraceWriter;

/// What the monitor cannot see itself. Means over the step's predictions.
struct StepOutcome {
  double loss = 0;
  double accuracy = observe::kUnknown;
  double learning_rate = 0;
};

class Monitor final {
 public:
  /// @param facts  what is known of the training beside its graph: init, loss, optimizer, …
  /// @param total_steps  after which the training ends, if nothing happens before; 0: unknown
  /// @throws Error io_failure for the trace file.
  Monitor(const net::Graph& graph, const WatchSettings& settings, engine::Plan& plan, const observe::Trace& facts,
          std::int64_t total_steps);
  ~Monitor();
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  /// As plan.train_step(rows), with the same bits. @param also  another tap for this step, or null.
  engine::BatchResult train_step(engine::Plan& plan, std::int64_t rows, net::Tap* also = nullptr);
  /// As plan.accumulate(rows, total_rows); the first part stands for all in a full record.
  engine::BatchResult accumulate(engine::Plan& plan, std::int64_t rows, std::int64_t total_rows);
  /// After each train_step, or step of what was accumulated.
  void finish_step(const engine::Plan& plan, const StepOutcome& outcome);
  void end(const std::string& how, std::optional<observe::FilterPictures> filters = {});

  [[nodiscard]] const observe::Trace& trace() const noexcept { return trace_; }

 private:
  static constexpr std::size_t kHistory = 8;

  // A tensor's largest magnitudes in the last steps.
  struct History {
    std::array<float, kHistory> largest = {};
  };
  struct NodeHistory {
    History output, gradient;
  };
  struct ParameterHistory {
    History value, gradient;
  };

  enum class Depth { quick, statistics, units };  // of a step's record

  [[nodiscard]] Depth depth_of(std::int64_t step) const noexcept;
  void begin_step(engine::Plan& plan);
  [[nodiscard]] observe::TraceStep record_of_units(const engine::Plan& plan);
  [[nodiscard]] observe::TraceStep record_of_statistics(const engine::Plan& plan) const;
  void find_non_finite(const engine::Plan& plan, const StepOutcome& outcome);
  void report(const std::string& name, const char* tensor, std::int64_t element, bool nan, const History& history);
  void remember(const engine::Plan& plan);
  void thin_out();

  WatchSettings settings_;
  std::int64_t total_steps_;
  observe::Trace trace_;
  observe::Recorder recorder_;
  std::unique_ptr<TraceWriter> writer_;
  std::vector<NodeHistory> nodes_;
  std::vector<ParameterHistory> parameters_;
  std::int64_t step_ = 0;  // being finished
  std::int64_t steps_seen_ = 0;
  std::int64_t full_steps_ = 0;  // in the trace
  std::int64_t keep_every_ = 1;  // of the steps without a record
  double gradient_factor_ = 1;   // from the part that was seen to the whole batch
  bool part_seen_ = false;       // of the step being accumulated
  Depth depth_ = Depth::quick;   // of this step
};

/// What a trace says of the training besides what a graph tells.
struct TrainingFacts {
  std::string init = {};
  std::string loss = {};
  std::int64_t outputs = 0;
  std::string optimizer = {};
  double learning_rate = 0;
  std::string clipping = {};
  std::int64_t batch_rows = 0;
};
observe::Trace trace_of(const net::Graph& graph, const TrainingFacts& facts);

}  // namespace fanin::experiment
