#include "fanin/experiment/training/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/probe/data_facts.hpp"
#include "fanin/experiment/training/data_start.hpp"
#include "fanin/observe/thin.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double accuracy_of(net::Loss loss, std::int64_t correct, double predictions) {
  return net::has_accuracy(loss) ? static_cast<double>(correct) / predictions : kNaN;
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// What always naming the most frequent class would reach on the test part.
double chance_accuracy(const DataSet& data) {
  if (!net::takes_labels(data.loss)) return kNaN;
  std::vector<std::int64_t> rows(static_cast<std::size_t>(data.outputs));
  for (const std::int32_t label : data.test.labels) ++rows[static_cast<std::size_t>(label)];
  return static_cast<double>(*std::max_element(rows.begin(), rows.end())) /
         static_cast<double>(data.test.labels.size());
}

bool decays(const net::ParameterSpec& parameter) {
  return parameter.role == net::ParameterRole::weight || parameter.role == net::ParameterRole::recurrent;
}

}  // namespace

void fill(engine::Plan& plan, const RowSource& source, const Samples& part, std::span<const std::uint32_t> rows) {
  gather_inputs(part, source.scaling, rows, plan.input());
  if (net::takes_labels(source.data.loss)) {
    gather_labels(part, rows, plan.labels());
  } else {
    gather_targets(part, rows, plan.targets());
  }
}

void set_parameter_rules(const TrainSetup& setup, engine::Plan& plan) {
  for (const init::ParameterPlan& parameter : setup.start.parameters) {
    const std::string& name = parameter.parameter.name;
    if (parameter.learning_rate_factor != 1) plan.set_learning_rate_factor(name, parameter.learning_rate_factor);
    if (!setup.settings.decay_all && !decays(parameter.parameter)) plan.set_weight_decay(name, false);
  }
}

std::optional<Score> evaluate_part(engine::Plan& plan, const RowSource& source, const Samples& part,
                                   std::int64_t rows_at_once, net::Loss loss, const std::stop_token& stop) {
  if (part.count == 0) return Score{kNaN, kNaN};
  std::vector<std::uint32_t> rows(static_cast<std::size_t>(rows_at_once));
  double loss_sum = 0;
  std::int64_t correct = 0;
  for (std::int64_t at = 0; at < part.count; at += rows_at_once) {
    if (stop.stop_requested()) return std::nullopt;
    const std::int64_t count = std::min(rows_at_once, part.count - at);
    std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(at));
    fill(plan, source, part, std::span(rows).first(static_cast<std::size_t>(count)));
    const engine::BatchResult batch = plan.evaluate(count);
    loss_sum += batch.loss_sum;
    correct += batch.correct;
  }
  const auto predictions = static_cast<double>(part.count * plan.positions());
  return Score{loss_sum / predictions, accuracy_of(loss, correct, predictions)};
}

Trainer::Trainer(const TrainSetup& setup, const DataSet& data, TrainObserver* observer, std::stop_token stop)
    : settings_(setup.settings),
      setup_(setup),
      data_(data),
      observer_(observer),
      stop_(std::move(stop)),
      loss_(net::parse_loss(settings_.loss)),
      schedule_(parse_schedule(settings_.schedule)),
      plan_(setup.graph, plan_options(settings_, data, data.scaling)),
      saver_(settings_, setup.graph, data),
      per_epoch_(steps_per_epoch(settings_, data)),
      total_(total_steps(settings_, data)) {
  set_parameter_rules(setup, plan_);
  facts_.settings = settings_;
  facts_.data_name = data.name;
  facts_.data_source = data.source;
  facts_.train_rows = data.train.count;
  facts_.validation_rows = data.validation.count;
  facts_.test_rows = data.test.count;
  facts_.parameters = setup.graph.parameter_count();
  facts_.positions = plan_.positions();
  facts_.has_accuracy = net::has_accuracy(loss_);
  facts_.chance_accuracy = chance_accuracy(data);
  facts_.arena_bytes = plan_.arena_bytes();
  facts_.unshared_bytes = plan_.unshared_bytes();
}

TrainResult Trainer::run() {
  start_parameters(setup_, data_, [&](const net::ParameterSpec& parameter, std::span<const float> values) {
    plan_.set_parameter(parameter.name, values);
  });
  loop();
  return result();
}

// Whether a state is one that this training comes through; the file may hold any numbers.
bool Trainer::comes_through(const TrainState& state) const {
  const std::int64_t rows = data_.train.count;
  if (state.row > rows || state.epoch > settings_.epochs + 1 || state.steps > total_) return false;
  if (state.status != TrainStatus::interrupted) return true;
  const bool between_batches = state.row % settings_.batch_size == 0 || state.row == rows;
  const std::int64_t batches = (state.row + settings_.batch_size - 1) / settings_.batch_size;
  return state.epoch <= settings_.epochs && between_batches && state.steps == (state.epoch - 1) * per_epoch_ + batches;
}

TrainResult Trainer::resume(const Checkpoint& checkpoint) {
  const TrainState& state = checkpoint.state;
  if (!comes_through(state)) {
    throw Error(ErrorCode::bad_data, checkpoint.file.string(),
                "step " + std::to_string(state.steps) + ", epoch " + std::to_string(state.epoch) + " and row " +
                    std::to_string(state.row) + " do not fit each other");
  }
  restore(checkpoint, plan_, true);
  state_ = state;
  ended_ = state.status != TrainStatus::interrupted;
  if (!ended_) {
    loop();
    return result();
  }
  if (observer_ != nullptr) observer_->started(result(), setup_.graph);
  saver_.report(result());  // the one that ended it may have been killed just before
  return result();
}

TrainState Trainer::state_now() const {
  TrainState state = state_;
  if (!running_) return state;
  state.seconds += seconds_since(begin_);
  state.epoch_seconds += seconds_since(epoch_begin_);
  return state;
}

TrainResult Trainer::result() const {
  TrainResult result = facts_;
  result.status = state_.status;
  result.steps = state_.steps;
  result.diverged_at_step = state_.diverged_at_step;
  result.best_epoch = state_.best_epoch;
  result.epochs = state_.epochs;
  result.seconds = state_now().seconds;
  result.diagnosis = diagnosis_;
  result.trace = trace_;
  if (monitor_) result.non_finite = monitor_->trace().non_finite;
  return result;
}

void Trainer::loop() {
  running_ = true;
  begin_ = epoch_begin_ = Clock::now();
  if (observer_ != nullptr) observer_->started(result(), setup_.graph);
  begin_watch();
  while (!ended_ && !stop_.stop_requested()) train_epoch();
  end_watch();
  state_ = state_now();
  running_ = false;
  saver_.save(state_, plan_);
  saver_.report(result());
}

void Trainer::begin_watch() {
  if (!settings_.watch.watched()) return;
  const std::string limit = format_number(settings_.clip_limit);
  observe::Trace facts = trace_of(
      setup_.graph, {.init = settings_.init_for.empty() ? settings_.init : settings_.init + ", " + settings_.init_for,
                     .loss = settings_.loss,
                     .outputs = data_.outputs,
                     .optimizer = settings_.optimizer,
                     .learning_rate = *settings_.learning_rate,
                     .clipping = settings_.clipping == "none" ? "" : settings_.clipping + "=" + limit,
                     .batch_rows = settings_.batch_size});
  for (std::size_t i = 0; i < facts.parameters.size(); ++i) {
    facts.parameters[i].learning_rate_factor = setup_.start.parameters[i].learning_rate_factor;
  }
  facts.data = data_facts(data_);
  monitor_.emplace(setup_.graph, settings_.watch, plan_, facts, total_);
  filters_.emplace(setup_.graph, data_, plan_);
}

void Trainer::end_watch() {
  if (!monitor_) return;
  const bool finished = state_.status == TrainStatus::finished || state_.status == TrainStatus::stopped_early;
  monitor_->end(finished ? "finished" : std::string(to_string(state_.status)), filters_->taken(plan_));
  if (monitor_->trace().steps.empty()) return;
  diagnosis_ = observe::diagnose(monitor_->trace());
  trace_ = observe::thinned(monitor_->trace());
}

// The rest of the current epoch: its order is a function of the seed and its number alone.
void Trainer::train_epoch() {
  const random::Stream stream(settings_.seed, "shuffle/epoch/" + std::to_string(state_.epoch));
  const std::vector<std::uint32_t> order = random::permutation(stream, static_cast<std::uint64_t>(data_.train.count));
  while (static_cast<std::size_t>(state_.row) < order.size() && state_.steps < total_) {
    if (stop_.stop_requested()) return;
    const auto at = static_cast<std::size_t>(state_.row);
    const std::size_t rows = std::min(order.size() - at, static_cast<std::size_t>(settings_.batch_size));
    if (!train_step(std::span(order).subspan(at, rows))) return diverge();
    tell_step(rows);
    if (saver_.due_within_epoch()) saver_.save(state_now(), plan_);
  }
  finish_epoch();
}

// False when the loss is not finite any more.
bool Trainer::train_step(std::span<const std::uint32_t> rows) {
  const double rate = *settings_.learning_rate * schedule_.factor(state_.steps, per_epoch_, total_);
  plan_.set_learning_rate(rate);
  engine::BatchResult result;
  const auto most = static_cast<std::size_t>(rows_at_once(settings_));
  const RowSource source{data_, data_.scaling};
  if (rows.size() <= most) {
    fill(plan_, source, data_.train, rows);
    const auto count = static_cast<std::int64_t>(rows.size());
    result = monitor_ ? monitor_->train_step(plan_, count) : plan_.train_step(count);
  } else {
    for (std::size_t at = 0; at < rows.size(); at += most) {
      const std::span<const std::uint32_t> part = rows.subspan(at, std::min(most, rows.size() - at));
      fill(plan_, source, data_.train, part);
      const auto count = static_cast<std::int64_t>(part.size());
      const auto all = static_cast<std::int64_t>(rows.size());
      const engine::BatchResult batch =
          monitor_ ? monitor_->accumulate(plan_, count, all) : plan_.accumulate(count, all);
      result.loss_sum += batch.loss_sum;
      result.correct += batch.correct;
    }
    plan_.step();
  }
  if (monitor_) {
    const auto predictions = static_cast<double>(static_cast<std::int64_t>(rows.size()) * plan_.positions());
    monitor_->finish_step(plan_, {.loss = result.loss_sum / predictions,
                                  .accuracy = accuracy_of(loss_, result.correct, predictions),
                                  .learning_rate = rate});
  }
  state_.steps = plan_.steps();
  state_.passes = plan_.passes();
  state_.row += static_cast<std::int64_t>(rows.size());
  state_.loss_sum += result.loss_sum;
  state_.correct += result.correct;
  if (settings_.clipping != "none") {
    const engine::StepReport report = plan_.last_step();
    state_.clipped_steps += report.clipped > 0 ? 1 : 0;
    state_.largest_gradient_norm = std::max(state_.largest_gradient_norm, report.gradient_norm);
  }
  return std::isfinite(result.loss_sum);
}

void Trainer::tell_step(std::size_t rows) {
  rows_seen_ += static_cast<std::int64_t>(rows);
  if (observer_ == nullptr) return;
  const Score score = training_score();
  observer_->stepped({.step = state_.steps,
                      .total_steps = total_,
                      .epoch = state_.epoch,
                      .epochs = settings_.epochs,
                      .loss = score.loss,
                      .accuracy = score.accuracy,
                      .rows = rows_seen_});
}

Score Trainer::training_score() const {
  const auto predictions = static_cast<double>(state_.row * plan_.positions());
  return {state_.loss_sum / predictions, accuracy_of(loss_, state_.correct, predictions)};
}

// When a stop comes before the epoch has been evaluated, the checkpoint stands before the evaluation, which the
// resumed training does again.
void Trainer::finish_epoch() {
  if (observer_ != nullptr) observer_->evaluating();
  const bool last = state_.epoch == settings_.epochs || state_.steps >= total_;
  const bool tested = last || state_.epoch % settings_.evaluate_every == 0;
  const std::optional<TrainEpoch> epoch = evaluate_epoch(tested);
  if (!epoch) return;
  state_.epochs.push_back(*epoch);
  state_.epoch += 1;
  state_.row = 0;
  state_.loss_sum = 0;
  state_.correct = 0;
  state_.clipped_steps = 0;
  state_.largest_gradient_norm = 0;
  state_.epoch_seconds = 0;
  epoch_begin_ = Clock::now();
  judge(*epoch, tested);
  if (last && !ended_) end(TrainStatus::finished);
  if (observer_ != nullptr) observer_->epoch_finished(facts_, *epoch);
  if (ended_ || !saver_.due_after_epoch()) return;
  saver_.save(state_now(), plan_);
  saver_.report(result());
}

std::optional<TrainEpoch> Trainer::evaluate_epoch(bool tested) {
  const RowSource source{data_, data_.scaling};
  const std::int64_t rows = rows_at_once(settings_);
  const std::optional<Score> validation = evaluate_part(plan_, source, data_.validation, rows, loss_, stop_);
  std::optional<Score> test = Score{kNaN, kNaN};
  if (tested) test = evaluate_part(plan_, source, data_.test, rows, loss_, stop_);
  if (!validation || !test) return std::nullopt;
  const Score score = training_score();
  return TrainEpoch{.epoch = state_.epoch,
                    .steps = state_.steps,
                    .learning_rate = *settings_.learning_rate * schedule_.factor(state_.steps - 1, per_epoch_, total_),
                    .train_loss = score.loss,
                    .train_accuracy = score.accuracy,
                    .validation_loss = validation->loss,
                    .validation_accuracy = validation->accuracy,
                    .test_loss = test->loss,
                    .test_accuracy = test->accuracy,
                    .clipped_steps = state_.clipped_steps,
                    .largest_gradient_norm = state_.largest_gradient_norm,
                    .seconds = state_now().epoch_seconds};
}

// Whether the epoch is the best so far, and whether the training goes on after it.
void Trainer::judge(const TrainEpoch& epoch, bool tested) {
  const bool validates = data_.validation.count > 0;
  // A last step can spoil the parameters without a further batch to show it.
  if ((validates && !std::isfinite(epoch.validation_loss)) || (tested && !std::isfinite(epoch.test_loss))) {
    return diverge();
  }
  const bool by_accuracy = validates && net::has_accuracy(loss_);
  const double value = by_accuracy ? epoch.validation_accuracy : validates ? -epoch.validation_loss : -epoch.train_loss;
  if (state_.best_epoch == 0 || value > state_.best_value) {
    state_.best_epoch = epoch.epoch;
    state_.best_value = value;
    saver_.keep_best(state_now(), plan_);
  }
  if (settings_.patience > 0 && epoch.epoch - state_.best_epoch >= settings_.patience) end(TrainStatus::stopped_early);
}

void Trainer::end(TrainStatus status) {
  state_.status = status;
  ended_ = true;
}

void Trainer::diverge() {
  state_.diverged_at_step = state_.steps;
  end(TrainStatus::diverged);
}

}  // namespace fanin::experiment
