#include "fanin/experiment/watch/monitor.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/experiment/trace_file/trace_file.hpp"
#include "fanin/observe/describe.hpp"

namespace fanin::experiment {
namespace {

constexpr std::size_t kMostSteps = 20'000;                        // kept without a record
constexpr std::size_t kMostRecordBytes = std::size_t{64} << 20U;  // of all full records

class TwoTaps final : public net::Tap {
 public:
  TwoTaps(net::Tap& first, net::Tap* second) : first_(first), second_(second) {}
  void see(const net::TapTensor& tensor) override {
    first_.see(tensor);
    if (second_ != nullptr) second_->see(tensor);
  }

 private:
  net::Tap& first_;
  net::Tap* second_;
};

void multiply(TensorStatistics& statistics, double factor) {
  statistics.mean *= factor;
  statistics.variance *= factor * factor;
  statistics.minimum *= factor;
  statistics.maximum *= factor;
}

std::int64_t first_non_finite(std::span<const float> values) {
  const auto found = std::find_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
  return found == values.end() ? -1 : found - values.begin();
}

}  // namespace

void check_watch(const WatchSettings& settings) {
  if (settings.every < 1) {
    throw Error(ErrorCode::bad_value, "--watch-every",
                "a full record every " + std::to_string(settings.every) + " steps is impossible; 1 or more");
  }
  if (!settings.on && !settings.trace.empty()) {
    throw Error(ErrorCode::bad_value, "--trace", "only a watched training has a trace; add --watch");
  }
}

Monitor::Monitor(const net::Graph& graph, const WatchSettings& settings, engine::Plan& plan,
                 const observe::Trace& facts, std::int64_t total_steps)
    : settings_(settings),
      total_steps_(total_steps),
      trace_(facts),
      recorder_(graph, {.updates = false}),
      nodes_(facts.nodes.size()),
      parameters_(facts.parameters.size()) {
  plan.watch(true);
  recorder_.set_histograms(settings.page || !settings.trace.empty());
  if (!settings.trace.empty()) writer_ = std::make_unique<TraceWriter>(settings.trace, trace_);
}

Monitor::~Monitor() = default;

Monitor::Depth Monitor::depth_of(std::int64_t step) const noexcept {
  if (steps_seen_ == 0 || step + 1 == total_steps_) return Depth::units;
  if (step % settings_.every != 0) return Depth::quick;
  return std::has_single_bit(static_cast<std::uint64_t>(step / settings_.every)) ? Depth::units : Depth::statistics;
}

void Monitor::begin_step(engine::Plan& plan) {
  depth_ = depth_of(plan.steps());
  plan.watch_fully(depth_ != Depth::quick);
  gradient_factor_ = 1;
}

engine::BatchResult Monitor::train_step(engine::Plan& plan, std::int64_t rows, net::Tap* also) {
  begin_step(plan);
  if (depth_ == Depth::units) {
    TwoTaps taps(recorder_, also);
    return plan.train_step(rows, taps);
  }
  return also == nullptr ? plan.train_step(rows) : plan.train_step(rows, *also);
}

engine::BatchResult Monitor::accumulate(engine::Plan& plan, std::int64_t rows, std::int64_t total_rows) {
  const bool first = !part_seen_;
  if (first) begin_step(plan);
  part_seen_ = true;
  if (!first || depth_ != Depth::units) return plan.accumulate(rows, total_rows);
  gradient_factor_ = static_cast<double>(total_rows) / static_cast<double>(rows);
  return plan.accumulate(rows, total_rows, &recorder_);
}

observe::TraceStep Monitor::record_of_units(const engine::Plan& plan) {
  // Parameters that were not finite before the step are behind all that follows.
  if (const auto& first = recorder_.first_non_finite(); !trace_.non_finite && first && first->tensor == "value") {
    trace_.non_finite = first;
    trace_.non_finite->step = step_;
  }
  observe::TraceStep step = recorder_.take();
  for (std::size_t i = 0; i < step.parameters.size(); ++i) {
    step.parameters[i].update_norm = plan.watched_parameters()[i].update.norm();
    multiply(step.parameters[i].gradient, gradient_factor_);
  }
  for (observe::NodeRecord& node : step.nodes) multiply(node.gradient, gradient_factor_);
  return step;
}

observe::TraceStep Monitor::record_of_statistics(const engine::Plan& plan) const {
  observe::TraceStep step;
  for (std::size_t i = 0; i < trace_.nodes.size(); ++i) {
    const engine::NodeStatistics& seen = plan.node_statistics()[i];
    observe::NodeRecord record{.output = seen.output, .gradient = seen.gradient};
    if (!trace_.nodes[i].parameters.empty() && !trace_.nodes[i].inputs.empty()) {
      record.input = plan.node_statistics()[trace_.nodes[i].inputs.front()].output;
    }
    step.nodes.push_back(record);
  }
  for (std::size_t i = 0; i < trace_.parameters.size(); ++i) {
    const engine::ParameterStatistics& seen = plan.parameter_statistics()[i];
    step.parameters.push_back(
        {.value = seen.value, .gradient = seen.gradient, .update_norm = plan.watched_parameters()[i].update.norm()});
  }
  return step;
}

void Monitor::finish_step(const engine::Plan& plan, const StepOutcome& outcome) {
  observe::TraceStep step;
  step_ = plan.steps() - 1;
  double squares = 0;
  std::int64_t non_finite = 0;
  for (const engine::NodeWatch& node : plan.watched_nodes()) {
    non_finite += node.output.quick.non_finite + node.gradient.quick.non_finite;
  }
  for (const engine::UpdateStatistics& parameter : plan.watched_parameters()) {
    squares += parameter.gradient.square_sum;
    non_finite += parameter.gradient.non_finite + parameter.value.non_finite;
  }
  if (depth_ == Depth::units) step = record_of_units(plan);
  if (depth_ == Depth::statistics) step = record_of_statistics(plan);
  step.step = step_;
  step.loss = outcome.loss;
  step.accuracy = outcome.accuracy;
  step.learning_rate = outcome.learning_rate;
  step.gradient_norm = std::sqrt(squares);
  step.clipped = plan.last_step().clipped > 0;
  step.non_finite = non_finite;
  if (!trace_.non_finite && (non_finite > 0 || !std::isfinite(outcome.loss))) {
    find_non_finite(plan, outcome);
    if (writer_) writer_->write_facts(trace_);
  }
  remember(plan);
  if (writer_) writer_->write_step(step);
  if (step.full() || steps_seen_ % keep_every_ == 0) trace_.steps.push_back(std::move(step));
  full_steps_ += depth_ == Depth::quick ? 0 : 1;
  ++steps_seen_;
  part_seen_ = false;
  thin_out();
}

void Monitor::end(const std::string& how, std::optional<observe::FilterPictures> filters) {
  trace_.ended = how;
  trace_.filters = std::move(filters);
  if (writer_) writer_->write_end(trace_);
}

// In the order in which a step computes: outputs forward, the loss, gradients backward, and at last the parameters.
void Monitor::find_non_finite(const engine::Plan& plan, const StepOutcome& outcome) {
  const std::span<const engine::NodeWatch> nodes = plan.watched_nodes();
  const std::span<const engine::UpdateStatistics> parameters = plan.watched_parameters();
  const auto bad = [this](const QuickStatistics& quick, const std::string& name, const char* tensor,
                          std::int64_t element, const History& history) {
    if (quick.non_finite == 0) return false;
    report(name, tensor, element, std::isnan(quick.largest_magnitude), history);
    return true;
  };
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const engine::TensorWatch& output = nodes[i].output;
    if (bad(output.quick, trace_.nodes[i].name, "output", output.first_non_finite, nodes_[i].output)) return;
  }
  if (!std::isfinite(outcome.loss)) {
    return report(trace_.nodes.back().name, "loss", -1, std::isnan(outcome.loss), History{});
  }
  // A gradient has gone by now, but what it did to the parameter has not.
  const auto element = [&](std::size_t i) { return first_non_finite(plan.parameter(trace_.parameters[i].name)); };
  for (std::size_t i = nodes.size(); i-- > 0;) {
    const engine::TensorWatch& gradient = nodes[i].gradient;
    if (bad(gradient.quick, trace_.nodes[i].name, "gradient", gradient.first_non_finite, nodes_[i].gradient)) return;
    for (const std::size_t p : trace_.nodes[i].parameters) {
      const QuickStatistics& quick = parameters[p].gradient;
      if (quick.non_finite == 0) continue;
      return report(trace_.parameters[p].name, "gradient", element(p), std::isnan(quick.largest_magnitude),
                    parameters_[p].gradient);
    }
  }
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    const QuickStatistics& quick = parameters[p].value;
    if (quick.non_finite == 0) continue;
    return report(trace_.parameters[p].name, "value", element(p), std::isnan(quick.largest_magnitude),
                  parameters_[p].value);
  }
}

void Monitor::report(const std::string& name, const char* tensor, std::int64_t element, bool nan,
                     const History& history) {
  observe::NonFinite found{.step = step_, .name = name, .tensor = tensor, .element = element, .nan = nan};
  if (found.tensor != "loss") {
    const auto known = std::min(static_cast<std::size_t>(steps_seen_), kHistory);
    for (std::size_t i = known; i > 0; --i) {
      const std::size_t at = (static_cast<std::size_t>(steps_seen_) - i) % kHistory;
      found.growth.push_back(static_cast<double>(history.largest[at]));
    }
  }
  trace_.non_finite = std::move(found);
}

void Monitor::remember(const engine::Plan& plan) {
  const std::size_t at = static_cast<std::size_t>(steps_seen_) % kHistory;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    nodes_[i].output.largest[at] = plan.watched_nodes()[i].output.quick.largest_magnitude;
    nodes_[i].gradient.largest[at] = plan.watched_nodes()[i].gradient.quick.largest_magnitude;
  }
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    parameters_[i].value.largest[at] = plan.watched_parameters()[i].value.largest_magnitude;
    parameters_[i].gradient.largest[at] = plan.watched_parameters()[i].gradient.largest_magnitude;
  }
}

// A long training must not fill the memory: of many steps every second goes, of many records those in the middle.
void Monitor::thin_out() {
  const std::size_t record_bytes =
      trace_.nodes.size() * sizeof(observe::NodeRecord) + trace_.parameters.size() * sizeof(observe::ParameterRecord);
  const bool many_steps = trace_.steps.size() > kMostSteps + static_cast<std::size_t>(full_steps_);
  const bool many_records = full_steps_ > 8 && static_cast<std::size_t>(full_steps_) * record_bytes > kMostRecordBytes;
  if (!many_steps && !many_records) return;
  std::vector<observe::TraceStep> kept;
  std::size_t full = 0;
  std::size_t quick = 0;
  const auto last_full = static_cast<std::size_t>(full_steps_) - 1;
  full_steps_ = 0;
  for (observe::TraceStep& step : trace_.steps) {
    if (step.full()) {
      const bool drops = many_records && full % 2 == 1 && full != last_full;
      ++full;
      if (drops) {
        step.nodes = {};
        step.parameters = {};
      } else {
        ++full_steps_;
      }
      kept.push_back(std::move(step));
    } else if (!many_steps || quick++ % 2 == 0) {
      kept.push_back(std::move(step));
    }
  }
  if (many_steps) keep_every_ *= 2;
  trace_.steps = std::move(kept);
}

observe::Trace trace_of(const net::Graph& graph, const TrainingFacts& facts) {
  observe::Trace trace = observe::describe(graph);
  trace.init = facts.init;
  trace.loss = facts.loss;
  trace.outputs = facts.outputs;
  trace.optimizer = facts.optimizer;
  trace.learning_rate = facts.learning_rate;
  trace.clipping = facts.clipping;
  trace.batch_rows = facts.batch_rows;
  return trace;
}

}  // namespace fanin::experiment
