#include "fanin/experiment/training/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/experiment/training/setup.hpp"
#include "fanin/experiment/training/start.hpp"
#include "fanin/io/atomic_file.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double accuracy_of(net::Loss loss, std::int64_t correct, double predictions) {
  return net::has_accuracy(loss) ? static_cast<double>(correct) / predictions : kNaN;
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

void fill(engine::Plan& plan, const DataSet& data, const Samples& part, std::span<const std::uint32_t> rows) {
  gather_inputs(part, data.scaling, rows, plan.input());
  if (net::takes_labels(data.loss)) {
    gather_labels(part, rows, plan.labels());
  } else {
    gather_targets(part, rows, plan.targets());
  }
}

std::optional<Score> evaluate_part(engine::Plan& plan, const DataSet& data, const Samples& part,
                                   std::int64_t rows_at_once, net::Loss loss, const std::stop_token& stop) {
  if (part.count == 0) return Score{kNaN, kNaN};
  std::vector<std::uint32_t> rows(static_cast<std::size_t>(rows_at_once));
  double loss_sum = 0;
  std::int64_t correct = 0;
  for (std::int64_t at = 0; at < part.count; at += rows_at_once) {
    if (stop.stop_requested()) return std::nullopt;
    const std::int64_t count = std::min(rows_at_once, part.count - at);
    std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(at));
    fill(plan, data, part, std::span(rows).first(static_cast<std::size_t>(count)));
    const engine::BatchResult batch = plan.evaluate(count);
    loss_sum += batch.loss_sum;
    correct += batch.correct;
  }
  const auto predictions = static_cast<double>(part.count * plan.positions());
  return Score{loss_sum / predictions, accuracy_of(loss, correct, predictions)};
}

Trainer::Trainer(const TrainSettings& settings, const DataSet& data, TrainObserver* observer, std::stop_token stop)
    : settings_(settings),
      data_(data),
      observer_(observer),
      stop_(std::move(stop)),
      graph_(network_of(settings, data)),
      loss_(net::parse_loss(settings.loss)),
      schedule_(parse_schedule(settings.schedule)),
      plan_(
          (graph_ = init::with_multipliers(
               graph_, plan_start(graph_, {settings.init, settings.init_for, settings.learning_rate_for}).multipliers)),
          plan_options(settings, data)) {
  const init::NetworkPlan start = plan_start(graph_, {settings.init, settings.init_for, settings.learning_rate_for});
  init::initialize(start, settings.seed, [&](const net::ParameterSpec& parameter, std::span<const float> values) {
    plan_.set_parameter(parameter.name, values);
  });
  for (const init::ParameterPlan& parameter : start.parameters) {
    if (parameter.learning_rate_factor != 1) {
      plan_.set_learning_rate_factor(parameter.parameter.name, parameter.learning_rate_factor);
    }
    if (!settings.decay_all && !decays(parameter.parameter)) plan_.set_weight_decay(parameter.parameter.name, false);
  }
  per_epoch_ = steps_per_epoch(settings, data);
  total_ = total_steps(settings, data);
  result_.settings = settings;
  result_.data_name = data.name;
  result_.data_source = data.source;
  result_.train_rows = data.train.count;
  result_.validation_rows = data.validation.count;
  result_.test_rows = data.test.count;
  result_.parameters = graph_.parameter_count();
  result_.positions = plan_.positions();
  result_.has_accuracy = net::has_accuracy(loss_);
  result_.chance_accuracy = chance_accuracy(data);
  result_.arena_bytes = plan_.arena_bytes();
  result_.unshared_bytes = plan_.unshared_bytes();
}

TrainResult Trainer::run() { return loop(); }

TrainResult Trainer::resume(const Checkpoint& checkpoint, const std::filesystem::path& file) {
  const TrainState& state = checkpoint.state;
  const bool sane = checkpoint.train_rows == data_.train.count && state.steps >= 0 && state.epoch >= 1 &&
                    state.epoch <= settings_.epochs + 1 && state.row >= 0 && state.row <= data_.train.count;
  if (!sane) {
    throw Error(ErrorCode::bad_data, file.string(),
                "it does not fit the data set " + data_.name + ", which has " + std::to_string(data_.train.count) +
                    " training rows; the checkpoint was written with " + std::to_string(checkpoint.train_rows));
  }
  restore(checkpoint, file, graph_, plan_, true);
  state_ = state;
  ended_ = state.status != TrainStatus::interrupted;
  return loop();
}

double Trainer::seconds() const {
  return state_.seconds + std::chrono::duration<double>(Clock::now() - begin_).count();
}

Score Trainer::training_score() const {
  const auto predictions = static_cast<double>(state_.row * plan_.positions());
  return {state_.loss_sum / predictions, accuracy_of(loss_, state_.correct, predictions)};
}

TrainResult Trainer::loop() {
  begin_ = epoch_begin_ = last_save_ = Clock::now();
  result_.epochs = state_.epochs;
  if (observer_ != nullptr) observer_->started(result_, graph_);
  while (!ended_ && !stop_.stop_requested()) train_epoch();
  if (!ended_) state_.status = TrainStatus::interrupted;
  if (!settings_.out.empty()) save(false);
  result_.status = state_.status;
  result_.steps = state_.steps;
  result_.diverged_at_step = state_.diverged_at_step;
  result_.best_epoch = state_.best_epoch;
  result_.epochs = state_.epochs;
  result_.seconds = seconds();
  if (!settings_.out.empty()) {
    io::write_file_atomically(settings_.out / "train.json", to_json(result_));
    io::write_file_atomically(settings_.out / "epochs.csv", to_csv(result_));
  }
  return result_;
}

// The rest of the current epoch: its order is a function of the seed and its number alone.
void Trainer::train_epoch() {
  epoch_begin_ = Clock::now();
  const random::Stream stream(settings_.seed, "shuffle/epoch/" + std::to_string(state_.epoch));
  const std::vector<std::uint32_t> order = random::permutation(stream, static_cast<std::uint64_t>(data_.train.count));
  while (static_cast<std::size_t>(state_.row) < order.size() && state_.steps < total_) {
    if (stop_.stop_requested()) {
      state_.epoch_seconds += std::chrono::duration<double>(Clock::now() - epoch_begin_).count();
      return;
    }
    const auto at = static_cast<std::size_t>(state_.row);
    const std::size_t rows = std::min(order.size() - at, static_cast<std::size_t>(settings_.batch_size));
    if (!train_step(std::span(order).subspan(at, rows))) return diverge();
    tell_step(rows);
    save_if_due();
  }
  if (!finish_epoch()) return;
  if (state_.epoch > settings_.epochs || state_.steps >= total_) end(TrainStatus::finished);
}

// False when the loss is not finite any more.
bool Trainer::train_step(std::span<const std::uint32_t> rows) {
  learning_rate_ = *settings_.learning_rate * schedule_.factor(state_.steps, per_epoch_, total_);
  plan_.set_learning_rate(learning_rate_);
  engine::BatchResult result;
  const auto most = static_cast<std::size_t>(rows_at_once(settings_));
  if (rows.size() <= most) {
    fill(plan_, data_, data_.train, rows);
    result = plan_.train_step(static_cast<std::int64_t>(rows.size()));
  } else {
    for (std::size_t at = 0; at < rows.size(); at += most) {
      const std::span<const std::uint32_t> part = rows.subspan(at, std::min(most, rows.size() - at));
      fill(plan_, data_, data_.train, part);
      const engine::BatchResult batch =
          plan_.accumulate(static_cast<std::int64_t>(part.size()), static_cast<std::int64_t>(rows.size()));
      result.loss_sum += batch.loss_sum;
      result.correct += batch.correct;
    }
    plan_.step();
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

// False when the training ends with this epoch, or when a stop came before it was evaluated: then the
// checkpoint stands before the evaluation, which is repeated.
bool Trainer::finish_epoch() {
  if (observer_ != nullptr) observer_->evaluating();
  TrainEpoch epoch;
  epoch.epoch = state_.epoch;
  epoch.steps = state_.steps;
  epoch.learning_rate = *settings_.learning_rate * schedule_.factor(state_.steps - 1, per_epoch_, total_);
  const Score score = training_score();
  epoch.train_loss = score.loss;
  epoch.train_accuracy = score.accuracy;
  epoch.clipped_steps = state_.clipped_steps;
  epoch.largest_gradient_norm = state_.largest_gradient_norm;
  const std::int64_t rows = rows_at_once(settings_);
  const std::optional<Score> validation = evaluate_part(plan_, data_, data_.validation, rows, loss_, stop_);
  const bool last = state_.epoch == settings_.epochs || state_.steps >= total_;
  std::optional<Score> test = Score{kNaN, kNaN};
  if (last || state_.epoch % settings_.evaluate_every == 0) {
    test = evaluate_part(plan_, data_, data_.test, rows, loss_, stop_);
  }
  if (!validation || !test) return false;
  epoch.validation_loss = validation->loss;
  epoch.validation_accuracy = validation->accuracy;
  epoch.test_loss = test->loss;
  epoch.test_accuracy = test->accuracy;
  epoch.seconds = state_.epoch_seconds + std::chrono::duration<double>(Clock::now() - epoch_begin_).count();
  state_.epochs.push_back(epoch);
  state_.epoch += 1;
  state_.row = 0;
  state_.loss_sum = 0;
  state_.correct = 0;
  state_.clipped_steps = 0;
  state_.largest_gradient_norm = 0;
  state_.epoch_seconds = 0;
  const bool goes_on = judge(epoch);
  if (observer_ != nullptr) observer_->epoch_finished(result_, epoch);
  if (goes_on && !settings_.out.empty()) save(false);
  return goes_on;
}

// Whether the epoch is the best so far, and whether the training goes on after it.
bool Trainer::judge(const TrainEpoch& epoch) {
  const bool validates = data_.validation.count > 0;
  const bool by_accuracy = validates && net::has_accuracy(loss_);
  const double value = by_accuracy ? epoch.validation_accuracy : validates ? -epoch.validation_loss : -epoch.train_loss;
  if (std::isfinite(value) && (state_.best_epoch == 0 || value > state_.best_value)) {
    state_.best_epoch = epoch.epoch;
    state_.best_value = value;
    if (!settings_.out.empty()) save(true);
  }
  // A last step can spoil the parameters without a further batch to show it.
  const bool spoiled = (validates && !std::isfinite(epoch.validation_loss)) || std::isinf(epoch.test_loss) ||
                       (std::isnan(epoch.test_loss) && (state_.epoch - 1) % settings_.evaluate_every == 0);
  if (spoiled) {
    diverge();
    return false;
  }
  if (settings_.patience > 0 && epoch.epoch - state_.best_epoch >= settings_.patience) {
    end(TrainStatus::stopped_early);
    return false;
  }
  return true;
}

void Trainer::end(TrainStatus status) {
  state_.status = status;
  ended_ = true;
}

void Trainer::diverge() {
  state_.diverged_at_step = state_.steps;
  end(TrainStatus::diverged);
}

void Trainer::save(bool best) {
  TrainState state = state_;
  state.seconds = seconds();
  const CheckpointHeader header{settings_, graph_, state, data_.train.count};
  write_checkpoint(settings_.out / (best ? "best.safetensors" : "last.safetensors"), header, plan_, !best);
  if (!best) last_save_ = Clock::now();
}

void Trainer::save_if_due() {
  if (settings_.out.empty()) return;
  if (std::chrono::duration<double>(Clock::now() - last_save_).count() < settings_.checkpoint_seconds) return;
  const double epoch_seconds = std::chrono::duration<double>(Clock::now() - epoch_begin_).count();
  state_.epoch_seconds += epoch_seconds;
  save(false);
  state_.epoch_seconds -= epoch_seconds;
}

}  // namespace fanin::experiment
