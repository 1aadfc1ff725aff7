#include "fanin/experiment/probe/probe.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/gemm.hpp"
#include "fanin/experiment/probe/batch_order.hpp"
#include "fanin/experiment/probe/data_facts.hpp"
#include "fanin/experiment/probe/gradient_noise.hpp"
#include "fanin/experiment/probe/jacobian.hpp"
#include "fanin/experiment/probe/step_watch.hpp"
#include "fanin/experiment/probe/weights_from_file.hpp"
#include "fanin/experiment/training/data_start.hpp"
#include "fanin/experiment/training/schedule.hpp"
#include "fanin/experiment/training/setup.hpp"
#include "fanin/experiment/training/trainer.hpp"
#include "fanin/experiment/watch/first_filters.hpp"
#include "fanin/observe/describe.hpp"
#include "fanin/observe/recorder.hpp"

namespace fanin::experiment {
namespace {

constexpr double kDearStep = 1e9;  // operations

double step_flops(const net::Graph& graph, std::int64_t rows) {
  const net::Cost cost = graph.cost();
  return (cost.forward_flops + cost.backward_flops) * static_cast<double>(rows);
}

// The widest weights whose singular values are worth their time, all weights together.
std::int64_t rank_limit(const net::Graph& graph) {
  for (std::int64_t limit = 512; limit > 1; limit /= 2) {
    double products = 0;
    for (const net::ParameterSpec& parameter : graph.parameters()) {
      const observe::UnitLayout layout = observe::parameter_layout(parameter);
      const auto rows = static_cast<double>(layout.units);
      const auto columns = static_cast<double>(layout.outer * layout.inner);
      const double smaller = std::min(rows, columns);
      if (smaller <= static_cast<double>(limit)) products += smaller * smaller * (rows + columns);
    }
    if (products <= 1e9) return limit;
  }
  return 1;
}

// Keeps a node's output.
class Capture final : public net::Tap {
 public:
  explicit Capture(std::string node) : node_(std::move(node)) {}
  void see(const net::TapTensor& tensor) override {
    if (tensor.kind != net::TapKind::activation || tensor.name != node_) return;
    values.assign(tensor.values.begin(), tensor.values.end());
  }
  std::vector<float> values;

 private:
  std::string node_;
};

class Prober final {
 public:
  Prober(const ProbeSettings& settings, const DataSet& data, const ProbeProgress& progress, const std::stop_token& stop)
      : settings_(settings),
        data_(data),
        progress_(progress),
        stop_(stop),
        setup_(prepare(settings.training, data, settings.network ? &*settings.network : nullptr)),
        loss_(net::parse_loss(setup_.settings.loss)),
        plan_(setup_.graph, plan_options(setup_.settings, data, data.scaling)),
        order_(setup_.settings, data.train.count) {
    const std::int64_t total = total_steps(setup_.settings, data);
    steps_ = std::min(total, settings.steps.value_or(default_probe_steps(setup_.graph, setup_.settings.batch_size)));
    set_parameter_rules(setup_, plan_);
    if (settings.weights.empty()) {
      start_parameters(setup_, data, [&](const net::ParameterSpec& parameter, std::span<const float> values) {
        plan_.set_parameter(parameter.name, values);
      });
    } else {
      set_weights_from_file(settings.weights, setup_.graph, plan_);
    }
  }

  observe::Trace run() {
    describe();
    tell("measuring the data", 0);
    trace_.data = data_facts(data_);
    trace_.ended = "interrupted";
    filters_.emplace(setup_.graph, data_, plan_);
    tell("measuring the start", 0);
    const Schedule schedule = parse_schedule(setup_.settings.schedule);
    const std::int64_t per_epoch = steps_per_epoch(setup_.settings, data_);
    const std::int64_t total = total_steps(setup_.settings, data_);
    for (std::int64_t step = 0; step == 0 || step < steps_; ++step) {
      if (stop_.stop_requested()) return std::move(trace_);
      const std::vector<std::uint32_t> rows = order_.next();
      if (step == 0) look_at_parts(rows);
      const double rate = *setup_.settings.learning_rate * schedule.factor(step, per_epoch, total);
      plan_.set_learning_rate(rate);
      take_step(step, rows, rate);
      if (step == 0) add_noise();
      tell("taking steps", step + 1);
      if (!std::isfinite(trace_.steps.back().loss)) {
        trace_.ended = "diverged";
        return std::move(trace_);
      }
    }
    trace_.ended = "finished";
    trace_.filters = filters_->taken(plan_);
    return std::move(trace_);
  }

 private:
  void tell(std::string_view doing, std::int64_t step) const {
    if (progress_) progress_({doing, step, steps_});
  }

  void describe() {
    const TrainSettings& s = setup_.settings;
    trace_ = observe::describe(setup_.graph);
    for (std::size_t i = 0; i < trace_.parameters.size(); ++i) {
      trace_.parameters[i].learning_rate_factor = setup_.start.parameters[i].learning_rate_factor;
    }
    if (settings_.weights.empty()) trace_.init = s.init_for.empty() ? s.init : s.init + ", " + s.init_for;
    trace_.loss = s.loss;
    trace_.outputs = data_.outputs;
    trace_.optimizer = s.optimizer;
    trace_.learning_rate = *s.learning_rate;
    if (s.clipping != "none") trace_.clipping = s.clipping + "=" + format_number(s.clip_limit);
    trace_.batch_rows = s.batch_size;
  }

  [[nodiscard]] bool is_full(std::int64_t step) const {
    if (step == 0 || step + 1 >= steps_) return true;
    if (settings_.full_every > 0) return step % settings_.full_every == 0;
    if (step_flops(setup_.graph, setup_.settings.batch_size) > kDearStep) return false;
    for (std::int64_t mark = 1; mark <= step; mark *= 10) {
      if (step == mark || step == 3 * mark) return true;
    }
    return false;
  }

  // The first rows of the first batch in parts, with a plan of their own: looking moves a batch norm's statistics.
  void look_at_parts(std::span<const std::uint32_t> rows) {
    const std::size_t most_parts = setup_.graph.parameter_count() > 4'000'000 ? 4 : 8;
    const std::size_t parts = std::min(rows.size(), most_parts);
    const std::size_t size = std::min<std::size_t>(16, rows.size() / parts);
    engine::PlanOptions options = plan_options(setup_.settings, data_, data_.scaling);
    options.batch_size = part_rows_ = static_cast<std::int64_t>(size);
    options.chunks = options.threads = 1;
    options.clipping = engine::Clipping::none;
    engine::Plan plan(setup_.graph, options);
    plan_.copy_parameters_to(plan);
    noise_.emplace();
    std::optional<HiddenPart> hidden = hidden_part(setup_.graph);
    Capture capture(hidden ? hidden->first : "");
    std::vector<float> inputs;
    for (std::size_t part = 0; part < parts && !stop_.stop_requested(); ++part) {
      fill(plan, {data_, data_.scaling}, data_.train, rows.subspan(part * size, size));
      TwoTaps taps(*noise_, &capture);
      plan.gradients(part_rows_, &taps);
      if (part == 0) inputs = capture.values;
    }
    if (!hidden || stop_.stop_requested()) return;
    const bool dear = step_flops(setup_.graph, 64) > kDearStep;
    const JacobianProbe probe{.inputs = std::move(inputs),
                              .rows = part_rows_,
                              .gradients = dear ? 2 : 4,
                              .iterations = dear ? 2 : 3,
                              .seed = setup_.settings.seed};
    trace_.jacobian = jacobian_facts(*hidden, probe, [&](const std::string& name) { return plan.parameter(name); });
  }

  void add_noise() {
    for (std::size_t i = 0; i < trace_.parameters.size(); ++i) {
      const GradientNoise::Noise noise = noise_->of(trace_.parameters[i].name, part_rows_);
      trace_.steps.front().parameters[i].gradient_noise = noise.noise_scale;
      trace_.steps.front().parameters[i].signal_to_noise = noise.signal_to_noise;
    }
    noise_.reset();
  }

  void take_step(std::int64_t step, std::span<const std::uint32_t> rows, double rate) {
    const bool full = is_full(step);
    std::optional<observe::Recorder> recorder;
    if (full) {
      recorder.emplace(
          setup_.graph,
          observe::RecorderOptions{.updates = steps_ > 0, .ranks = step == 0, .rank_limit = rank_limit(setup_.graph)});
      recorder->set_histograms(true);
    }
    TwoTaps taps(watch_, recorder ? &*recorder : nullptr);
    const engine::BatchResult result = run_batch(rows, taps);
    if (step == 0) keep_output_means();
    observe::TraceStep record;
    if (recorder && steps_ > 0) {
      for (const observe::TraceParameter& parameter : trace_.parameters) {
        recorder->updated(parameter.name, plan_.parameter(parameter.name));
      }
    }
    if (recorder) record = recorder->take();
    const auto predictions = static_cast<double>(rows_measured_ * plan_.positions());
    record.step = step;
    record.loss = result.loss_sum / predictions;
    if (net::has_accuracy(loss_)) record.accuracy = static_cast<double>(result.correct) / predictions;
    record.learning_rate = rate;
    const StepWatch::Sums sums = watch_.next_step();
    record.gradient_norm = sums.gradient_norm;
    record.non_finite = sums.non_finite;
    record.clipped = setup_.settings.clipping != "none" && steps_ > 0 && plan_.last_step().clipped > 0;
    trace_.steps.push_back(std::move(record));
    if (!trace_.non_finite) trace_.non_finite = watch_.first_non_finite();
    if (!trace_.non_finite && !std::isfinite(trace_.steps.back().loss)) {
      trace_.non_finite = observe::NonFinite{.step = step,
                                             .name = setup_.graph.node(setup_.graph.output()).name,
                                             .tensor = "loss",
                                             .nan = std::isnan(trace_.steps.back().loss)};
    }
  }

  // As the trainer does. Where gradients are accumulated, the first part is watched in a plan of its own.
  engine::BatchResult run_batch(std::span<const std::uint32_t> rows, net::Tap& tap) {
    const auto most = static_cast<std::size_t>(rows_at_once(setup_.settings));
    const RowSource source{data_, data_.scaling};
    rows_measured_ = static_cast<std::int64_t>(rows.size());
    if (rows.size() <= most) {
      fill(plan_, source, data_.train, rows);
      return steps_ == 0 ? plan_.gradients(rows_measured_, &tap) : plan_.train_step(rows_measured_, tap);
    }
    if (!watched_) watched_.emplace(setup_.graph, plan_options(setup_.settings, data_, data_.scaling));
    plan_.copy_parameters_to(*watched_);
    watched_->set_counters(plan_.steps(), plan_.passes());
    fill(*watched_, source, data_.train, rows.first(most));
    engine::BatchResult result = watched_->gradients(static_cast<std::int64_t>(most), &tap);
    if (steps_ == 0) {
      rows_measured_ = static_cast<std::int64_t>(most);
      return result;
    }
    result = {};
    for (std::size_t at = 0; at < rows.size(); at += most) {
      const std::span<const std::uint32_t> part = rows.subspan(at, std::min(most, rows.size() - at));
      fill(plan_, source, data_.train, part);
      const engine::BatchResult batch = plan_.accumulate(static_cast<std::int64_t>(part.size()), rows_measured_);
      result.loss_sum += batch.loss_sum;
      result.correct += batch.correct;
    }
    plan_.step();
    return result;
  }

  void keep_output_means() {
    const engine::Plan& plan = watched_ ? *watched_ : plan_;
    const auto outputs = static_cast<std::size_t>(data_.outputs);
    const auto rows = static_cast<std::size_t>(std::min(rows_measured_, rows_at_once(setup_.settings)));
    const std::size_t predictions = rows * static_cast<std::size_t>(plan.positions());
    trace_.output_means.assign(outputs, 0.0);
    for (std::size_t i = 0; i < predictions * outputs; ++i) {
      trace_.output_means[i % outputs] += static_cast<double>(plan.output()[i]) / static_cast<double>(predictions);
    }
  }

  const ProbeSettings& settings_;
  const DataSet& data_;
  const ProbeProgress& progress_;
  std::stop_token stop_;
  TrainSetup setup_;
  net::Loss loss_;
  engine::Plan plan_;
  std::optional<engine::Plan> watched_;
  BatchOrder order_;
  std::int64_t steps_ = 0;
  std::int64_t part_rows_ = 0;
  std::int64_t rows_measured_ = 0;
  std::optional<GradientNoise> noise_;
  StepWatch watch_;
  std::optional<FirstFilters> filters_;
  observe::Trace trace_;
};

}  // namespace

std::int64_t default_probe_steps(const net::Graph& graph, std::int64_t rows) {
  constexpr double kOperations = 1e11;
  const double affordable = kOperations / std::max(1.0, step_flops(graph, rows));
  return static_cast<std::int64_t>(std::clamp(affordable, 10.0, 100.0));
}

observe::Trace probe(const ProbeSettings& settings, const DataSet& data, const ProbeProgress& progress,
                     const std::stop_token& stop) {
  use_one_thread();
  if (settings.steps && (*settings.steps < 0 || *settings.steps > 1'000'000)) {
    throw Error(ErrorCode::bad_value, "--steps",
                std::to_string(*settings.steps) + " steps to watch are outside [0, 1000000]");
  }
  if (settings.full_every < 0) throw Error(ErrorCode::bad_value, "--full-every", "it must be 0 or more");
  return Prober(settings, data, progress, stop).run();
}

}  // namespace fanin::experiment
