#include "fanin/experiment/training/setup.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <thread>
#include <vector>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/experiment/load_network.hpp"
#include "fanin/experiment/memory.hpp"
#include "fanin/experiment/reading.hpp"
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

constexpr std::array<std::string_view, 4> kClippings{"none", "value", "norm", "global_norm"};

engine::Clipping parse_clipping(std::string_view text) {
  const auto found = std::find(kClippings.begin(), kClippings.end(), text);
  if (found != kClippings.end()) return static_cast<engine::Clipping>(found - kClippings.begin());
  const std::vector<std::string> names(kClippings.begin(), kClippings.end());
  throw Error(ErrorCode::unknown_name, "--clip", "no clipping '" + std::string(text) + "'; " + suggestion(text, names));
}

net::Loss resolve_loss(const std::string& text, const DataSet& data) {
  const net::Loss loss = text.empty() ? data.loss : reading("--loss", [&] { return net::parse_loss(text); });
  if (net::takes_labels(loss) == net::takes_labels(data.loss)) return loss;
  refuse("--loss", std::string(net::to_string(loss)) + " needs " + (net::takes_labels(loss) ? "labels" : "targets") +
                       ", and " + data.name + " has " + (net::takes_labels(data.loss) ? "labels" : "targets") +
                       "; leave --loss out for " + std::string(net::to_string(data.loss)));
}

void check_counts(const TrainSettings& s, const DataSet& data) {
  check_range("--batch-size", s.batch_size, 1, data.train.count);
  check_range("--accumulate", s.accumulate, 1, s.batch_size);
  check_range("--epochs", s.epochs, 1, 1'000'000);
  check_range("--steps", s.max_steps, 0, kMost);
  check_range("--patience", s.patience, 0, 1'000'000);
  check_range("--evaluate-every", s.evaluate_every, 1, 1'000'000);
  check_range("--chunks", s.chunks, 0, 1024);
  check_range("--threads", s.threads, 0, 1024);
  if (s.patience > 0 && data.validation.count == 0) {
    refuse("--patience", "stopping early needs a validation part: add --validation 0.1");
  }
  if (!(s.checkpoint_seconds >= 0)) refuse("--checkpoint-seconds", "it must be 0 or more");
}

void check_memory(const TrainSettings& s, const net::Graph& graph, const engine::Optimizer& optimizer) {
  const double wanted = training_bytes(graph, optimizer, rows_at_once(s), 1);
  const double there = machine_bytes();
  if (wanted <= there) return;
  const auto gigabytes = [](double bytes) { return std::to_string(std::llround(bytes / 1e9)) + " GB"; };
  refuse("--net", "training it takes about " + gigabytes(wanted) + " of memory, the machine has " + gigabytes(there) +
                      "; use smaller batches, --accumulate or a smaller network");
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

engine::PlanOptions plan_options(const TrainSettings& s, const DataSet& data) {
  engine::PlanOptions options;
  options.batch_size = rows_at_once(s);
  options.loss = net::parse_loss(s.loss);
  options.optimizer = engine::parse_optimizer(s.optimizer, s.learning_rate.value());
  options.input_zero_fraction = data.tokens ? 0 : zero_fraction(data.train, data.scaling);
  options.label_smoothing = s.label_smoothing;
  options.clipping = parse_clipping(s.clipping);
  options.clip_limit = s.clip_limit;
  options.chunks = static_cast<int>(s.chunks);
  options.threads = s.threads;
  options.seed = s.seed;
  return options;
}

TrainSettings resolve(const TrainSettings& settings, const DataSet& data) {
  if (data.train.count < 1 || data.test.count < 1) {
    refuse("--data", "the data set " + data.name + " has an empty part");
  }
  TrainSettings s = settings;
  check_counts(s, data);
  if (s.net.empty()) {
    s.net = std::to_string(data.train.features) + "-256-128-" + std::to_string(data.outputs);
  }
  s.activation = reading("--activation", [&] { return net::to_string(net::parse_activation(s.activation)); });
  const net::Graph graph = network_of(s, data);
  reading("--net", [&] { check_network(graph, data); });
  s.init = reading("--init", [&] { return init::parse_network_scheme(s.init).text(); });
  s.init_for = canonical_init_for(s.init_for);
  static_cast<void>(plan_start(graph, {s.init, s.init_for, s.learning_rate_for}));
  s.loss = net::to_string(resolve_loss(s.loss, data));
  if (!(s.label_smoothing >= 0 && s.label_smoothing < 1)) refuse("--label-smoothing", "it must be in [0, 1)");
  if (s.label_smoothing > 0 && !net::takes_labels(data.loss)) refuse("--label-smoothing", data.name + " has no labels");
  if (s.learning_rate) check_positive("--lr", *s.learning_rate);
  const engine::Optimizer optimizer =
      reading("--optimizer", [&] { return engine::parse_optimizer(s.optimizer, s.learning_rate.value_or(1.0)); });
  s.learning_rate = s.learning_rate.value_or(engine::default_learning_rate(optimizer.kind));
  s.optimizer = engine::to_string(optimizer);
  s.schedule = reading("--schedule", [&] { return to_string(parse_schedule(s.schedule)); });
  static_cast<void>(parse_clipping(s.clipping));
  check_positive("--clip", s.clip_limit);
  if (s.chunks == 0) s.chunks = default_chunks(s);
  if (s.threads == 0) s.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  s.threads = static_cast<int>(std::min<std::int64_t>(s.threads, s.chunks));
  check_memory(s, graph, optimizer);
  return s;
}

}  // namespace fanin::experiment
