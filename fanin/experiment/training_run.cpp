#include "fanin/experiment/training_run.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "fanin/engine/plan.hpp"
#include "fanin/experiment/training/data_start.hpp"
#include "fanin/experiment/watch/first_filters.hpp"
#include "fanin/experiment/watch/monitor.hpp"
#include "fanin/observe/step_zero.hpp"
#include "fanin/observe/thin.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kEvaluationRows = 256;

struct Score {
  double loss = kNaN;
  double accuracy = kNaN;
};

// Sums over the rows seen so far.
struct Totals {
  double loss = 0;
  std::int64_t correct = 0;
  std::int64_t rows = 0;

  void add(const engine::BatchResult& batch, std::int64_t batch_rows) {
    loss += batch.loss_sum;
    correct += batch.correct;
    rows += batch_rows;
  }
  [[nodiscard]] Score score(bool regression) const {
    const auto n = static_cast<double>(rows);
    return {loss / n, regression ? kNaN : static_cast<double>(correct) / n};
  }
};

class TrainingRun {
 public:
  TrainingRun(const RunContext& context, const NetworkStart& start, const RunHooks& hooks, RunResult& run,
              RunProgress& progress)
      : context_(context),
        hooks_(hooks),
        run_(run),
        progress_(progress),
        start_(start),
        regression_(!net::has_accuracy(context.data.loss)),
        plan_(start.graph, plan_options(context, context.settings.batch_size, true)),
        evaluation_(start.graph, plan_options(context, evaluation_rows(context.data), false)) {
    start_parameters(start.graph, start.plan,
                     {.seed = run.seed, .loss = context.data.loss, .batch_size = context.settings.batch_size},
                     context.data, [&](const net::ParameterSpec& parameter, std::span<const float> values) {
                       plan_.set_parameter(parameter.name, values);
                     });
    for (const init::ParameterPlan& parameter : start.plan.parameters) {
      if (parameter.learning_rate_factor == 1) continue;
      plan_.set_learning_rate_factor(parameter.parameter.name, parameter.learning_rate_factor);
    }
    if (context.settings.watch.watched()) watch();
    ordered_.resize(static_cast<std::size_t>(std::max(context.data.test.count, context.data.validation.count)));
    std::iota(ordered_.begin(), ordered_.end(), 0U);
  }

  void train() {
    run_epochs();
    if (!monitor_) return;
    monitor_->end(std::string(to_string(run_.status)), filters_->taken(plan_));
    run_.non_finite = monitor_->trace().non_finite;
    if (monitor_->trace().steps.empty()) return;
    run_.diagnosis = observe::diagnose(monitor_->trace());
    run_.trace = observe::thinned(monitor_->trace());
  }

 private:
  void run_epochs() {
    for (std::int64_t epoch = 1; epoch <= context_.settings.epochs; ++epoch) {
      progress_.epoch.store(epoch, std::memory_order_relaxed);
      if (!train_epoch(epoch)) return;
    }
    run_.status = RunStatus::finished;
  }

  void watch() {
    observe::Trace facts = trace_of(start_.graph, {.init = run_.init,
                                                   .loss = std::string(net::to_string(context_.data.loss)),
                                                   .outputs = context_.data.outputs,
                                                   .optimizer = context_.settings.optimizer,
                                                   .learning_rate = context_.optimizer.learning_rate,
                                                   .batch_rows = context_.settings.batch_size});
    for (std::size_t i = 0; i < facts.parameters.size(); ++i) {
      facts.parameters[i].learning_rate_factor = start_.plan.parameters[i].learning_rate_factor;
    }
    facts.data = context_.data_facts;
    WatchSettings settings = context_.settings.watch;
    if (!settings.trace.empty()) settings.trace /= trace_name(run_);
    monitor_.emplace(start_.graph, settings, plan_, facts, steps_per_run(context_.settings, context_.data));
    filters_.emplace(start_.graph, context_.data, plan_);
  }

  static std::string trace_name(const RunResult& run) {
    std::string name = run.init + "-seed" + std::to_string(run.seed) + ".jsonl";
    std::ranges::replace(name, '/', '_');
    return name;
  }

  static std::int64_t evaluation_rows(const DataSet& data) {
    return std::min(kEvaluationRows, std::max(data.test.count, data.validation.count));
  }

  static engine::PlanOptions plan_options(const RunContext& context, std::int64_t rows, bool training) {
    engine::PlanOptions options;
    options.batch_size = rows;
    options.loss = context.data.loss;
    options.optimizer = context.optimizer;
    options.training = training;
    options.input_zero_fraction = context.input_zero_fraction;
    return options;
  }

  // False when the run ends with this epoch: it diverged or was stopped.
  bool train_epoch(std::int64_t epoch) {
    const auto begin = std::chrono::steady_clock::now();
    const random::Stream stream(run_.seed, "shuffle/epoch/" + std::to_string(epoch));
    const std::vector<std::uint32_t> order =
        random::permutation(stream, static_cast<std::uint64_t>(context_.data.train.count));
    Totals totals;
    for (std::size_t at = 0; at < order.size();) {
      if (hooks_.stop_requested()) return false;
      const std::size_t rows = std::min(order.size() - at, static_cast<std::size_t>(context_.settings.batch_size));
      if (!train_batch(std::span(order).subspan(at, rows), totals)) return false;
      at += rows;
    }
    EpochRecord record;
    record.epoch = epoch;
    std::tie(record.train_loss, record.train_accuracy) = values(totals.score(regression_));
    plan_.copy_parameters_to(evaluation_);
    const std::optional<Score> validation = evaluate(context_.data.validation);
    const std::optional<Score> test = validation ? evaluate(context_.data.test) : std::nullopt;
    if (!test) return false;
    std::tie(record.validation_loss, record.validation_accuracy) = values(*validation);
    std::tie(record.test_loss, record.test_accuracy) = values(*test);
    record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    run_.epochs.push_back(record);
    hooks_.epoch_finished(record);
    // A last step can spoil the parameters without a further batch to show it.
    const bool sound =
        std::isfinite(test->loss) && (context_.data.validation.count == 0 || std::isfinite(validation->loss));
    if (!sound) diverge();
    return sound;
  }

  bool train_batch(std::span<const std::uint32_t> rows, Totals& totals) {
    fill(plan_, context_.data.train, rows);
    const auto count = static_cast<std::int64_t>(rows.size());
    engine::BatchResult batch;
    if (plan_.steps() == 0) {
      observe::StepZeroTap tap(start_.graph);
      batch = monitor_ ? monitor_->train_step(plan_, count, &tap) : plan_.train_step(count, tap);
      run_.step_zero = tap.result();
      run_.step_zero.loss = batch.loss_sum / static_cast<double>(count * plan_.positions());
    } else {
      batch = monitor_ ? monitor_->train_step(plan_, count) : plan_.train_step(count);
    }
    if (monitor_) {
      const auto predictions = static_cast<double>(count * plan_.positions());
      monitor_->finish_step(plan_, {.loss = batch.loss_sum / predictions,
                                    .accuracy = regression_ ? kNaN : static_cast<double>(batch.correct) / predictions,
                                    .learning_rate = context_.optimizer.learning_rate});
    }
    totals.add(batch, count * plan_.positions());
    const Score score = totals.score(regression_);
    progress_.loss.store(score.loss, std::memory_order_relaxed);
    progress_.accuracy.store(score.accuracy, std::memory_order_relaxed);
    progress_.steps_done.store(plan_.steps(), std::memory_order_relaxed);
    if (std::isfinite(batch.loss_sum)) return true;
    diverge();
    return false;
  }

  // The mean loss of a part, rows in the order of the part; nothing when a stop came in between.
  std::optional<Score> evaluate(const Samples& part) {
    if (part.count == 0) return Score{};
    Totals totals;
    const std::int64_t most = evaluation_rows(context_.data);
    for (std::int64_t at = 0; at < part.count; at += most) {
      if (hooks_.stop_requested()) return std::nullopt;
      const std::int64_t rows = std::min(most, part.count - at);
      fill(evaluation_, part,
           std::span<const std::uint32_t>(ordered_).subspan(static_cast<std::size_t>(at),
                                                            static_cast<std::size_t>(rows)));
      totals.add(evaluation_.evaluate(rows), rows * plan_.positions());
    }
    return totals.score(regression_);
  }

  void fill(engine::Plan& plan, const Samples& part, std::span<const std::uint32_t> rows) {
    gather_inputs(part, context_.data.scaling, rows, plan.input());
    if (regression_) {
      gather_targets(part, rows, plan.targets());
    } else {
      gather_labels(part, rows, plan.labels());
    }
  }

  void diverge() {
    run_.status = RunStatus::diverged;
    run_.diverged_at_step = plan_.steps();
  }

  static std::pair<double, double> values(const Score& score) { return {score.loss, score.accuracy}; }

  const RunContext& context_;
  const RunHooks& hooks_;
  RunResult& run_;
  RunProgress& progress_;
  const NetworkStart& start_;
  bool regression_;
  engine::Plan plan_;
  engine::Plan evaluation_;
  std::optional<Monitor> monitor_;
  std::optional<FirstFilters> filters_;  // where there is a monitor
  std::vector<std::uint32_t> ordered_;   // 0, 1, 2, …: the rows of an evaluation
};

}  // namespace

NetworkStart start_of(const std::string& init, const net::Graph& graph) {
  init::NetworkPlan plan = init::parse_network_scheme(init).plan(graph);
  net::Graph multiplied = init::with_multipliers(graph, plan.multipliers);
  return {std::move(multiplied), std::move(plan)};
}

std::int64_t steps_per_run(const CompareSettings& settings, const DataSet& data) {
  return settings.epochs * ((data.train.count + settings.batch_size - 1) / settings.batch_size);
}

void train(const RunContext& context, const NetworkStart& start, const RunHooks& hooks, RunResult& run,
           RunProgress& progress) {
  run.status = RunStatus::interrupted;
  TrainingRun(context, start, hooks, run, progress).train();
}

}  // namespace fanin::experiment
