// What watching a training costs: steps without a monitor, with quick statistics at every step, with full records every
// 50 steps beside those, and with full records at every step take turns on the same data.
//
//     fanin_experiment_bench [--data fashion-mnist] [--net 784-256-128-10] [--batch 64] [--chunks 1] [--threads 1]
//                            [--rounds 200] [--every 50]
//
// In a round each way takes 50 steps, in an order that turns from round to round. The first column is the median step,
// the others are medians over rounds of the paired ratio to the steps that nobody watched, with the interval that
// holds their median with 95 % probability.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/core/gemm.hpp"
#include "fanin/engine/plan.hpp"
#include "fanin/experiment/data_set.hpp"
#include "fanin/experiment/training/train.hpp"
#include "fanin/experiment/training_run.hpp"
#include "fanin/experiment/watch/monitor.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

using Options = std::map<std::string, std::string>;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kStepsPerRound = 50;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

struct Way {
  const char* name;
  std::int64_t every;  // 0: nobody watches
};

// One of the trainings that take turns.
class Training {
 public:
  Training(const NetworkStart& start, const DataSet& data, const Options& options, std::int64_t every)
      : data_(data),
        batch_(std::stoll(options.at("batch"))),
        plan_(start.graph, {.batch_size = batch_,
                            .loss = data.loss,
                            .optimizer = engine::parse_optimizer("adam", 1e-3),
                            .input_zero_fraction = zero_fraction(data.train, data.scaling),
                            .chunks = std::stoi(options.at("chunks")),
                            .threads = std::stoi(options.at("threads"))}),
        order_(random::permutation(random::Stream(1, "shuffle"), static_cast<std::uint64_t>(data.train.count))) {
    for (const init::ParameterPlan& parameter : start.plan.parameters) {
      std::vector<float> values(static_cast<std::size_t>(parameter.parameter.shape().count()));
      parameter.rule.fill(parameter.parameter, 1, 0, values);
      plan_.set_parameter(parameter.parameter.name, values);
    }
    if (every > 0) {
      monitor_.emplace(start.graph, WatchSettings{.on = true, .every = every}, plan_,
                       trace_of(start.graph, {.init = "he_normal", .optimizer = "adam", .batch_rows = batch_}));
    }
  }

  double seconds_of(std::int64_t steps) {
    const auto begin = Clock::now();
    for (std::int64_t i = 0; i < steps; ++i) step();
    return std::chrono::duration<double>(Clock::now() - begin).count();
  }

 private:
  void step() {
    const auto rows = static_cast<std::size_t>(batch_);
    if (at_ + rows > order_.size()) at_ = 0;
    const auto chosen = std::span<const std::uint32_t>(order_).subspan(at_, rows);
    at_ += rows;
    gather_inputs(data_.train, data_.scaling, chosen, plan_.input());
    gather_labels(data_.train, chosen, plan_.labels());
    if (!monitor_) {
      plan_.train_step(batch_);
      return;
    }
    const engine::BatchResult result = monitor_->train_step(plan_, batch_);
    const auto predictions = static_cast<double>(batch_);
    monitor_->finish_step(plan_, {.loss = result.loss_sum / predictions,
                                  .accuracy = static_cast<double>(result.correct) / predictions,
                                  .learning_rate = 1e-3});
  }

  const DataSet& data_;
  std::int64_t batch_;
  engine::Plan plan_;
  std::vector<std::uint32_t> order_;
  std::size_t at_ = 0;
  std::optional<Monitor> monitor_;
};

// Median, and the two order statistics that hold it with 95 % probability.
std::array<double, 3> median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const double n = static_cast<double>(values.size());
  const double half = 0.98 * std::sqrt(n);
  const auto at = [&](double i) { return values[static_cast<std::size_t>(std::clamp(i, 0.0, n - 1))]; };
  return {at(n / 2), at(n / 2 - half), at(n / 2 + half)};
}

int run(const Options& options) {
  const DataSet data = load_data_set(options.at("data"), {});
  TrainSettings settings;
  settings.net = options.at("net");
  settings.data = options.at("data");
  const NetworkStart start = start_of("he_normal", network_of(settings, data));
  const std::int64_t every = std::stoll(options.at("every"));
  const std::array<Way, 4> ways{Way{"nobody watches", 0}, Way{"quick statistics", kNever},
                                Way{"full every k steps", every}, Way{"full every step", 1}};
  std::vector<std::unique_ptr<Training>> trainings;
  for (const Way& way : ways) trainings.push_back(std::make_unique<Training>(start, data, options, way.every));
  for (const auto& training : trainings) training->seconds_of(2 * kStepsPerRound);
  std::array<std::vector<double>, 4> step;
  std::array<std::vector<double>, 4> ratio;
  const int rounds = std::stoi(options.at("rounds"));
  for (int round = 0; round < rounds; ++round) {
    std::array<double, 4> seconds = {};
    for (std::size_t i = 0; i < ways.size(); ++i) {
      const std::size_t way = (i + static_cast<std::size_t>(round)) % ways.size();
      if (!options.at("only").empty() && std::stoul(options.at("only")) != way) continue;
      seconds[way] = trainings[way]->seconds_of(kStepsPerRound);
    }
    for (std::size_t i = 0; i < ways.size(); ++i) {
      step[i].push_back(seconds[i] / kStepsPerRound);
      ratio[i].push_back(seconds[i] / seconds[0]);
    }
  }
  std::printf("%s, batch %s in %s chunks on %s threads, adam; %d rounds of %d steps, k = %s\n",
              options.at("net").c_str(), options.at("batch").c_str(), options.at("chunks").c_str(),
              options.at("threads").c_str(), rounds, static_cast<int>(kStepsPerRound), options.at("every").c_str());
  for (std::size_t i = 0; i < ways.size(); ++i) {
    const auto [middle, low, high] = median_of(ratio[i]);
    std::printf("%-20s step %8.1f us  %+6.2f %%  [%+.2f, %+.2f]\n", ways[i].name, 1e6 * median_of(step[i])[0],
                100 * (middle - 1), 100 * (low - 1), 100 * (high - 1));
  }
  return 0;
}

}  // namespace
}  // namespace fanin::experiment

int main(int argc, char** argv) {
  fanin::experiment::Options options{{"data", "fashion-mnist"}, {"net", "784-256-128-10"}, {"batch", "64"},
                                     {"chunks", "1"},           {"threads", "1"},          {"rounds", "200"},
                                     {"every", "50"}, {"only", ""}};
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    if (i + 1 == argc || !name.starts_with("--") || !options.contains(name.substr(2))) {
      std::fprintf(stderr, "fanin_experiment_bench: '%s' is not understood, or lacks a value\n", argv[i]);
      return 2;
    }
    options[name.substr(2)] = argv[i + 1];
  }
  fanin::use_one_thread();
  try {
    return fanin::experiment::run(options);
  } catch (const fanin::Error& error) {
    std::fprintf(stderr, "fanin_experiment_bench: %s\n", error.what());
    return 2;
  }
}
