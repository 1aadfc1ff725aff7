// What watching a training costs: steps without a monitor, with quick statistics at every step, with full records every
// 50 steps beside those, with histograms in them as for report.html, and with full records at every step take turns on
// the same data.
//
//     fanin_experiment_bench [--data fashion-mnist] [--net 784-256-128-10] [--batch 64] [--chunks 1] [--threads 1]
//                            [--rounds 188] [--repeats 5] [--every 50]
//
// In a round each way takes 50 steps, in an order that turns from round to round; 188 rounds are the ten epochs of the
// default experiment. The trainings are repeated from their beginning, because where their memory happens to lie moves
// a step by a percent or two. Printed are the seconds of all steps of a training by their number, and what they are
// beside those that nobody watched: the median over the repeats, the least and the most.
#include <algorithm>
#include <array>
#include <chrono>
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
  bool page = false;   // with histograms
};

// One of the trainings that take turns.
class Training {
 public:
  Training(const NetworkStart& start, const DataSet& data, const Options& options, const Way& way)
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
    if (way.every > 0) {
      monitor_.emplace(start.graph, WatchSettings{.on = true, .page = way.page, .every = way.every}, plan_,
                       trace_of(start.graph, {.init = "he_normal", .optimizer = "adam", .batch_rows = batch_}), 0);
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

double median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return (values[values.size() / 2] + values[(values.size() - 1) / 2]) / 2;
}

int run(const Options& options) {
  const DataSet data = load_data_set(options.at("data"), {});
  TrainSettings settings;
  settings.net = options.at("net");
  settings.data = options.at("data");
  const NetworkStart start = start_of("he_normal", network_of(settings, data));
  const std::int64_t every = std::stoll(options.at("every"));
  const std::array<Way, 5> ways{Way{"nobody watches", 0}, Way{"quick statistics", kNever},
                                Way{"full every k steps", every}, Way{"for the page", every, true},
                                Way{"full every step", 1}};
  const int rounds = std::stoi(options.at("rounds"));
  const int repeats = std::stoi(options.at("repeats"));
  std::array<std::vector<double>, 5> step;
  std::array<std::vector<double>, 5> extra;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    std::vector<std::unique_ptr<Training>> trainings;
    for (const Way& way : ways) trainings.push_back(std::make_unique<Training>(start, data, options, way));
    std::array<double, 5> seconds = {};
    for (int round = 0; round < rounds; ++round) {
      for (std::size_t i = 0; i < ways.size(); ++i) {
        const std::size_t way = (i + static_cast<std::size_t>(round)) % ways.size();
        seconds[way] += trainings[way]->seconds_of(kStepsPerRound);
      }
    }
    for (std::size_t i = 0; i < ways.size(); ++i) {
      step[i].push_back(1e6 * seconds[i] / static_cast<double>(kStepsPerRound * rounds));
      extra[i].push_back(100 * (seconds[i] / seconds[0] - 1));
    }
  }
  std::printf("%s, batch %s in %s chunks on %s threads, adam; %d times %d steps, k = %s\n", options.at("net").c_str(),
              options.at("batch").c_str(), options.at("chunks").c_str(), options.at("threads").c_str(), repeats,
              rounds * static_cast<int>(kStepsPerRound), options.at("every").c_str());
  for (std::size_t i = 0; i < ways.size(); ++i) {
    const auto [least, most] = std::minmax_element(extra[i].begin(), extra[i].end());
    std::printf("%-20s step %7.1f us  %+6.2f %%  [%+.2f, %+.2f]\n", ways[i].name, median_of(step[i]),
                median_of(extra[i]), *least, *most);
  }
  return 0;
}

}  // namespace
}  // namespace fanin::experiment

int main(int argc, char** argv) {
  fanin::experiment::Options options{
      {"data", "fashion-mnist"}, {"net", "784-256-128-10"}, {"batch", "64"},  {"chunks", "1"},
      {"threads", "1"},          {"rounds", "188"},         {"repeats", "5"}, {"every", "50"}};
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
