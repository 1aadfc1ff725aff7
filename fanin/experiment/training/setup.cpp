#include "fanin/experiment/training/setup.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <thread>
#include <utility>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/load_network.hpp"
#include "fanin/experiment/memory.hpp"
#include "fanin/experiment/reading.hpp"
#include "fanin/experiment/training/clipping.hpp"
#include "fanin/experiment/training/start.hpp"
#include "fanin/net/activation.hpp"

namespace fanin::experiment {
namespace {

constexpr std::int64_t kMost = std::int64_t{1} << 40;

[[noreturn]] void refuse(const char* option, const std::string& message) {
  throw Error(ErrorCode::bad_value, option, message);
}

void check_range(const char* option, std::int64_t value, std::int64_t low, std::int64_t high) {
  if (value >= low && value <= high) return;
  refuse(option, std::to_string(value) + " is outside [" + std::to_string(low) + ", " + std::to_string(high) + "]");
}

void check_positive(const char* option, double value) {
  if (std::isfinite(value) && value > 0) return;
  refuse(option, format_number(value) + " is not a finite number above 0");
}

engine::Optimizer parse_optimizer(const TrainSettings& s) {
  return reading("--optimizer", [&] { return engine::parse_optimizer(s.optimizer, s.learning_rate.value_or(1.0)); });
}

net::Loss resolve_loss(const std::string& text, const DataSet& data) {
  const net::Loss loss = text.empty() ? data.loss : reading("--loss", [&] { return net::parse_loss(text); });
  if (net::takes_labels(loss) == net::takes_labels(data.loss)) return loss;
  refuse("--loss", std::string(net::to_string(loss)) + " needs " + (net::takes_labels(loss) ? "labels" : "targets") +
                       ", and " + data.name + " has " + (net::takes_labels(data.loss) ? "labels" : "targets") +
                       "; leave --loss out for " + std::string(net::to_string(data.loss)));
}

// Probabilities are what these losses compare with; anything else would train towards minus infinity.
void check_probabilities(net::Loss loss, const DataSet& data) {
  if (loss != net::Loss::binary_cross_entropy && loss != net::Loss::soft_cross_entropy) return;
  for (const Samples* part : {&data.train, &data.validation, &data.test}) {
    const auto odd =
        std::find_if(part->targets.begin(), part->targets.end(), [](float y) { return !(y >= 0 && y <= 1); });
    if (odd == part->targets.end()) continue;
    refuse("--loss", std::string(net::to_string(loss)) + " needs targets from 0 to 1, and " + data.name + " has " +
                         format_number(static_cast<double>(*odd)));
  }
}

void check_counts(const TrainSettings& s, const DataSet& data) {
  check_range("--batch-size", s.batch_size, 1, data.train.count);
  check_range("--accumulate", s.accumulate, 1, s.batch_size);
  if (s.patience > 0 && data.validation.count == 0) {
    refuse("--patience", "stopping early needs a validation part: add --validation 0.1");
  }
}

// Gradients of at least 32 rows each, so that the products stay large; a rule of the settings alone, because the
// bits depend on it.
std::int64_t default_chunks(const TrainSettings& s) { return std::clamp<std::int64_t>(rows_at_once(s) / 32, 1, 8); }

}  // namespace

std::int64_t rows_at_once(const TrainSettings& s) noexcept { return (s.batch_size + s.accumulate - 1) / s.accumulate; }

std::int64_t steps_per_epoch(const TrainSettings& s, const DataSet& data) noexcept {
  return (data.train.count + s.batch_size - 1) / s.batch_size;
}

std::int64_t total_steps(const TrainSettings& s, const DataSet& data) noexcept {
  const std::int64_t all = s.epochs * steps_per_epoch(s, data);
  return s.max_steps == 0 ? all : std::min(all, s.max_steps);
}

net::Graph network_of(const TrainSettings& settings, const DataSet& data) {
  return reading("--net", [&] { return load_network(settings.net, context_of(data, settings.activation)); });
}

void check_settings(const TrainSettings& s) {
  check_range("--batch-size", s.batch_size, 1, kMost);
  check_range("--accumulate", s.accumulate, 1, kMost);
  check_range("--epochs", s.epochs, 1, 1'000'000);
  check_range("--steps", s.max_steps, 0, kMost);
  check_range("--patience", s.patience, 0, 1'000'000);
  check_range("--evaluate-every", s.evaluate_every, 1, 1'000'000);
  check_range("--chunks", s.chunks, 0, 1024);
  check_range("--threads", s.threads, 0, 1024);
  check_watch(s.watch);
  if (!(s.checkpoint_seconds >= 0)) refuse("--checkpoint-seconds", "it must be 0 or more");
  if (!(s.label_smoothing >= 0 && s.label_smoothing < 1)) {
    refuse("--label-smoothing", format_number(s.label_smoothing) + " is not a fraction from 0 to below 1");
  }
  if (s.learning_rate) check_positive("--lr", *s.learning_rate);
  if (!s.loss.empty()) static_cast<void>(reading("--loss", [&] { return net::parse_loss(s.loss); }));
  static_cast<void>(parse_optimizer(s));
  static_cast<void>(reading("--schedule", [&] { return parse_schedule(s.schedule); }));
  static_cast<void>(parse_clipping(s.clipping));
  check_positive("--clip", s.clip_limit);
}

void check_memory(const TrainSettings& s, const net::Graph& graph) {
  const double wanted = training_bytes(graph, parse_optimizer(s), rows_at_once(s), 1);
  const double there = machine_bytes();
  if (wanted <= there) return;
  refuse("--net", "training it takes about " + in_gigabytes(wanted) + " of memory, and there are " +
                      in_gigabytes(there) + "; use smaller batches, --accumulate or a smaller network");
}

engine::PlanOptions plan_options(const TrainSettings& s, const DataSet& data, const InputScaling& scaling) {
  engine::PlanOptions options;
  options.batch_size = rows_at_once(s);
  options.loss = net::parse_loss(s.loss);
  options.optimizer = parse_optimizer(s);
  options.input_zero_fraction = data.tokens ? 0 : zero_fraction(data.train, scaling);
  options.label_smoothing = s.label_smoothing;
  options.clipping = parse_clipping(s.clipping);
  options.clip_limit = s.clip_limit;
  options.chunks = static_cast<int>(s.chunks);
  options.threads = s.threads;
  options.seed = s.seed;
  return options;
}

TrainSetup prepare(const TrainSettings& settings, const DataSet& data, const net::Graph* given) {
  if (data.train.count < 1 || data.test.count < 1) {
    refuse("--data", "the data set " + data.name + " has an empty part");
  }
  check_settings(settings);
  TrainSettings s = settings;
  if (s.batch_size == kDefaultBatchSize) s.batch_size = std::min(kDefaultBatchSize, data.train.count);
  check_counts(s, data);
  if (s.net.empty()) {
    if (data.tokens || data.positions > 1) {
      refuse("--net", "the rows of " + data.name + " are sequences: name a network for them, such as " +
                          (data.tokens ? "char_lstm or gpt" : "lstm or gru"));
    }
    s.net = std::to_string(data.train.features) + "-256-128-" + std::to_string(data.outputs);
  }
  s.activation = reading("--activation", [&] { return net::to_string(net::parse_activation(s.activation)); });
  net::Graph graph = given != nullptr ? *given : network_of(s, data);
  reading("--net", [&] { check_network(graph, data); });
  s.init = reading("--init", [&] { return init::parse_network_scheme(s.init).text(); });
  s.init_for = canonical_init_for(s.init_for);
  init::NetworkPlan start = plan_start(graph, {s.init, s.init_for, s.learning_rate_for});
  graph = reading("--init", [&] { return init::with_multipliers(graph, start.multipliers); });
  const net::Loss loss = resolve_loss(s.loss, data);
  check_probabilities(loss, data);
  s.loss = net::to_string(loss);
  if (s.label_smoothing > 0 && !net::takes_labels(data.loss)) refuse("--label-smoothing", data.name + " has no labels");
  const engine::Optimizer optimizer = parse_optimizer(s);
  s.learning_rate = s.learning_rate.value_or(engine::default_learning_rate(optimizer.kind));
  s.optimizer = engine::to_string(optimizer);
  s.schedule = to_string(parse_schedule(s.schedule));
  if (s.chunks == 0) s.chunks = default_chunks(s);
  if (s.threads == 0) s.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  s.threads = static_cast<int>(std::min<std::int64_t>(s.threads, s.chunks));
  check_memory(s, graph);
  return {std::move(s), std::move(graph), std::move(start)};
}

}  // namespace fanin::experiment
