#include <algorithm>
#include <cmath>
#include <limits>
#include <thread>
#include <utility>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/compare.hpp"
#include "fanin/experiment/load_network.hpp"
#include "fanin/experiment/memory.hpp"
#include "fanin/experiment/network.hpp"
#include "fanin/experiment/reading.hpp"
#include "fanin/init/network_scheme.hpp"
#include "fanin/net/activation.hpp"
#include "fanin/net/shorthand.hpp"

namespace fanin::experiment {
namespace {

constexpr std::int64_t kMaxCount = 1'000'000;  // of epochs, of seeds, of runs
constexpr int kMaxWorkers = 1024;

[[noreturn]] void refuse(ErrorCode code, const char* option, const std::string& message) {
  throw Error(code, option, message);
}

void check_range(const char* option, std::int64_t value, std::int64_t low, std::int64_t high, const char* what) {
  if (value >= low && value <= high) return;
  refuse(ErrorCode::bad_value, option,
         std::to_string(value) + " " + what + " asked for; it must be from " + std::to_string(low) + " to " +
             std::to_string(high));
}

std::string widths_text(const std::vector<std::int64_t>& widths) {
  std::string text;
  for (const std::int64_t width : widths) {
    if (!text.empty()) text += '-';
    text += std::to_string(width);
  }
  return text;
}

std::string resolve_net(const std::string& net, const DataSet& data) {
  if (net.empty()) return widths_text({data.train.features, 256, 128, data.outputs});
  if (net.front() < '0' || net.front() > '9') return net;  // a preset or a file, which checks itself
  const std::vector<std::int64_t> widths = reading("--net", [&] { return net::parse_widths(net); });
  if (widths.size() < 2) {
    refuse(ErrorCode::bad_shape, "--net", "'" + net + "' needs an input and an output width, such as 784-256-10");
  }
  if (widths.front() != data.train.features) {
    refuse(ErrorCode::bad_shape, "--net",
           "the net takes " + std::to_string(widths.front()) + " inputs, but a row of " + data.name + " has " +
               std::to_string(data.train.features) + " values; begin it with " + std::to_string(data.train.features));
  }
  if (widths.back() != data.outputs) {
    const bool labels = data.loss == net::Loss::softmax_cross_entropy;
    refuse(ErrorCode::bad_shape, "--net",
           "the net has " + std::to_string(widths.back()) + " outputs, but " + data.name + " has " +
               std::to_string(data.outputs) +
               (labels ? " classes, with labels 0 to " + std::to_string(data.outputs - 1) : " targets a row") +
               "; end it with " + std::to_string(data.outputs));
  }
  return widths_text(widths);
}

std::vector<std::string> resolve_inits(const std::vector<std::string>& inits, const net::Graph& graph) {
  if (inits.empty()) refuse(ErrorCode::bad_value, "--inits", "no initializer is named; name one or more");
  check_range("--inits", static_cast<std::int64_t>(inits.size()), 1, kMaxCount, "initializers are");
  std::vector<std::string> texts;
  for (const std::string& init : inits) {
    const std::string text = reading("--inits", [&] {
      const init::NetworkScheme scheme = init::parse_network_scheme(init);
      for (const init::ParameterPlan& plan : scheme.plan(graph).parameters) {
        static_cast<void>(plan.rule.moments(plan.parameter));  // it must fit
      }
      return scheme.text();
    });
    if (std::find(texts.begin(), texts.end(), text) != texts.end()) {
      refuse(ErrorCode::bad_value, "--inits",
             "'" + init + "' is " + text + ", which the list already has; name each once");
    }
    texts.push_back(text);
  }
  return texts;
}

// At most kMaxCount, once check_counts has passed.
int run_count(const CompareSettings& settings) {
  return static_cast<int>(settings.seeds * static_cast<std::int64_t>(settings.inits.size()));
}

double resolve_learning_rate(const CompareSettings& settings) {
  const double rate = settings.learning_rate.value_or(1.0);
  if (!(std::isfinite(rate) && rate > 0)) {
    refuse(ErrorCode::bad_value, "--lr", format_number(rate) + " is not a finite number above 0");
  }
  const engine::Optimizer optimizer =
      reading("--optimizer", [&] { return engine::parse_optimizer(settings.optimizer, rate); });
  return settings.learning_rate ? rate : engine::default_learning_rate(optimizer.kind);
}

void check_data(const DataSet& data) {
  if (data.train.count < 1 || data.test.count < 1) {
    refuse(ErrorCode::bad_value, "--data", "the data set " + data.name + " has an empty part");
  }
}

void check_counts(const CompareSettings& settings, const DataSet& data) {
  check_range("--batch-size", settings.batch_size, 1, data.train.count, "rows a batch are");
  check_range("--epochs", settings.epochs, 1, kMaxCount, "epochs are");
  check_range("--seeds", settings.seeds, 1, kMaxCount / static_cast<std::int64_t>(settings.inits.size()), "seeds are");
  check_range("--workers", settings.workers, 0, kMaxWorkers, "workers are");
  if (settings.first_seed >
      std::numeric_limits<std::uint64_t>::max() - static_cast<std::uint64_t>(settings.seeds - 1)) {
    refuse(ErrorCode::bad_value, "--seed",
           std::to_string(settings.first_seed) + " leaves no room for " + std::to_string(settings.seeds) + " seeds");
  }
  if (!(settings.reach_accuracy > 0 && settings.reach_accuracy <= 1)) {
    refuse(ErrorCode::bad_value, "--reach",
           format_number(settings.reach_accuracy) + " is not an accuracy above 0 and up to 1");
  }
}

void check_memory(const CompareSettings& resolved, const net::Graph& graph) {
  const double wanted = training_bytes(graph, optimizer_of(resolved), resolved.batch_size,
                                       std::min(run_count(resolved), resolved.workers));
  const double there = machine_bytes();
  if (wanted <= there) return;
  refuse(ErrorCode::bad_value, "--net",
         "training " + resolved.net + " in batches of " + std::to_string(resolved.batch_size) + " with " +
             std::to_string(resolved.workers) + " workers takes about " + in_gigabytes(wanted) +
             " of memory, and there are " + in_gigabytes(there) +
             "; use fewer workers, smaller batches or a smaller net");
}

}  // namespace

net::Graph network_of(const CompareSettings& settings, const DataSet& data) {
  return load_network(settings.net, context_of(data, settings.activation));
}

engine::Optimizer optimizer_of(const CompareSettings& settings) {
  return engine::parse_optimizer(settings.optimizer, settings.learning_rate.value());
}

CompareSettings resolve(const CompareSettings& settings, const DataSet& data) {
  check_data(data);
  check_watch(settings.watch);
  CompareSettings resolved = settings;
  resolved.net = resolve_net(settings.net, data);
  resolved.activation =
      reading("--activation", [&] { return net::to_string(net::parse_activation(settings.activation)); });
  const net::Graph graph = reading("--net", [&] {
    net::Graph network = network_of(resolved, data);
    check_network(network, data);
    return network;
  });
  resolved.inits = resolve_inits(settings.inits, graph);
  resolved.learning_rate = resolve_learning_rate(settings);
  resolved.optimizer = engine::to_string(optimizer_of(resolved));
  if (settings.batch_size == kDefaultBatchSize) {
    resolved.batch_size = std::min(kDefaultBatchSize, data.train.count);
  }
  check_counts(resolved, data);
  if (settings.workers == 0) {
    const unsigned cores = std::clamp(std::thread::hardware_concurrency(), 1U, static_cast<unsigned>(kMaxWorkers));
    resolved.workers = std::min(run_count(settings), static_cast<int>(cores));
  }
  check_memory(resolved, graph);
  return resolved;
}

}  // namespace fanin::experiment
