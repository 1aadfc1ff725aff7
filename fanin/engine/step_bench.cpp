// The training step of any network on made-up data:
//
//     fanin_engine_bench step --net lenet5 --input 1x28x28 --outputs 10
//
//   --net NET         a preset, as `fanin list nets` names them
//   --input SHAPE     of a sample; --vocabulary N makes it token ids below N
//   --outputs N       classes; --positions N answers per sample
//   --batch 64 --chunks 2 --threads 2 --optimizer "sgd(momentum=0.9)"
//   --serve           prints "ready", parameters and bytes of arena, with and without sharing; then reads numbers of
//                     steps, one a line, and answers each with the seconds a step took: so that bench/layers.sh
//                     can take turns with PyTorch. Without it: 40 rounds of about 50 ms.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/engine/plan.hpp"
#include "fanin/engine/programs_bench.hpp"
#include "fanin/net/presets.hpp"

namespace fanin::engine {
namespace {

using Options = std::map<std::string, std::string>;

std::int64_t number(const Options& options, const std::string& key) { return std::atoll(options.at(key).c_str()); }

Shape parse_shape(const std::string& text) {
  std::vector<std::int64_t> extents;
  for (std::size_t at = 0; at <= text.size();
       at = text.find('x', at) == std::string::npos ? text.size() + 1 : text.find('x', at) + 1) {
    extents.push_back(std::atoll(text.c_str() + at));
  }
  return Shape(std::move(extents));
}

void fill(Plan& plan, const net::Graph& graph, std::int64_t vocabulary, std::int64_t outputs) {
  std::mt19937_64 random(1);
  std::normal_distribution<float> normal;
  for (const net::ParameterSpec& spec : graph.parameters()) {
    std::vector<float> values(static_cast<std::size_t>(spec.shape().count()));
    const float deviation = spec.has_fans() ? std::sqrt(2 / static_cast<float>(fans(spec).fan_in)) : 0.02F;
    for (float& value : values) {
      if (spec.has_fans() || spec.role == net::ParameterRole::embedding) value = deviation * normal(random);
      if (spec.role == net::ParameterRole::scale) value = 1;
    }
    plan.set_parameter(spec.name, values);
  }
  for (float& value : plan.input()) {
    value = vocabulary > 0 ? static_cast<float>(random() % static_cast<std::uint64_t>(vocabulary)) : normal(random);
  }
  for (std::int32_t& label : plan.labels()) {
    label = static_cast<std::int32_t>(random() % static_cast<std::uint64_t>(outputs));
  }
}

double seconds_per_step(Plan& plan, std::int64_t batch, std::int64_t steps) {
  const auto start = std::chrono::steady_clock::now();
  for (std::int64_t i = 0; i < steps; ++i) plan.train_step(batch);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / static_cast<double>(steps);
}

int run(const Options& options, bool serve) {
  const std::int64_t vocabulary = number(options, "vocabulary");
  const std::int64_t outputs = number(options, "outputs");
  const std::int64_t batch = number(options, "batch");
  const net::Graph graph = net::preset_network(options.at("net"), {.input = parse_shape(options.at("input")),
                                                                   .outputs = outputs,
                                                                   .vocabulary = vocabulary,
                                                                   .positions = number(options, "positions")});
  Plan plan(graph, {.batch_size = batch,
                    .optimizer = parse_optimizer(options.at("optimizer"), 1e-4),
                    .chunks = static_cast<int>(number(options, "chunks")),
                    .threads = static_cast<int>(number(options, "threads"))});
  fill(plan, graph, vocabulary, outputs);
  const double first = seconds_per_step(plan, batch, 3);
  if (serve) {
    std::printf("ready %lld %zu %zu\n", static_cast<long long>(graph.parameter_count()), plan.arena_bytes(),
                plan.unshared_bytes());
    std::fflush(stdout);
    for (std::int64_t steps = 0; std::cin >> steps && steps > 0;) {
      std::printf("%.9f\n", seconds_per_step(plan, batch, steps));
      std::fflush(stdout);
    }
    return 0;
  }
  const auto steps = static_cast<std::int64_t>(std::clamp(0.05 / first, 1.0, 1000.0));
  std::vector<double> rounds;
  for (int round = 0; round < 40; ++round) rounds.push_back(seconds_per_step(plan, batch, steps));
  std::sort(rounds.begin(), rounds.end());
  constexpr double kMegabyte = 1 << 20;
  std::printf("%-24s %9lld parameters, batch %lld in %s chunks on %s threads, %s: step %.3f ms (fastest %.3f), ",
              options.at("net").c_str(), static_cast<long long>(graph.parameter_count()), static_cast<long long>(batch),
              options.at("chunks").c_str(), options.at("threads").c_str(), options.at("optimizer").c_str(),
              1e3 * rounds[rounds.size() / 2], 1e3 * rounds[0]);
  std::printf("%.1f GFLOP/s in products, arena %.1f MB, without sharing %.1f MB\n",
              graph.cost().gemm_flops * static_cast<double>(batch) / rounds[rounds.size() / 2] / 1e9,
              static_cast<double>(plan.arena_bytes()) / kMegabyte,
              static_cast<double>(plan.unshared_bytes()) / kMegabyte);
  return 0;
}

}  // namespace

int bench_step(int argc, char** argv) {
  Options options{{"net", "lenet5"},   {"input", "1x28x28"}, {"outputs", "10"},
                  {"vocabulary", "0"}, {"positions", "1"},   {"batch", "64"},
                  {"chunks", "2"},     {"threads", "2"},     {"optimizer", "momentum"}};
  bool serve = false;
  for (int i = 0; i < argc; ++i) {
    const std::string key = argv[i];
    if (key == "--serve") {
      serve = true;
    } else if (key.starts_with("--") && options.contains(key.substr(2)) && i + 1 < argc) {
      options[key.substr(2)] = argv[++i];
    } else {
      std::fprintf(stderr, "step: '%s' is no option, or lacks its value\n", key.c_str());
      return 2;
    }
  }
  try {
    return run(options, serve);
  } catch (const Error& error) {
    std::fprintf(stderr, "step: %s\n", error.what());
    return 1;
  }
}

}  // namespace fanin::engine
