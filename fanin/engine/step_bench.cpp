#include "fanin/engine/step_bench.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/core/gemm.hpp"
#include "fanin/engine/plan.hpp"
#include "fanin/net/presets.hpp"

namespace {

using namespace fanin;  // NOLINT: a program, not a header

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Shape parse_shape(const std::string& text) {
  std::vector<std::int64_t> extents;
  for (const char* at = text.c_str(); *at != '\0';) {
    char* end = nullptr;
    extents.push_back(std::strtoll(at, &end, 10));
    at = *end == 'x' ? end + 1 : end;
    if (end == at) break;
  }
  return Shape(extents);
}

// Weights of a usual size, inputs of unit variance or tokens, random labels.
void fill(engine::Plan& plan, const net::Graph& graph, std::int64_t vocabulary) {
  std::mt19937_64 random(1);
  std::normal_distribution<float> normal;
  for (const net::ParameterSpec& spec : graph.parameters()) {
    std::vector<float> values(static_cast<std::size_t>(spec.shape().count()));
    const bool scale = spec.role == net::ParameterRole::scale;
    const float size = spec.has_fans() ? 1 / std::sqrt(static_cast<float>(fans(spec).fan_in)) : scale ? 0 : 0.02F;
    for (float& value : values) value = (scale ? 1.0F : 0.0F) + size * normal(random);
    plan.set_parameter(spec.name, values);
  }
  for (float& value : plan.input()) {
    value = vocabulary > 0 ? static_cast<float>(random() % static_cast<std::uint64_t>(vocabulary)) : normal(random);
  }
  const std::int64_t outputs = graph.node(graph.output()).shape.extents().back();
  for (std::int32_t& label : plan.labels()) {
    label = static_cast<std::int32_t>(random() % static_cast<std::uint64_t>(outputs));
  }
}

void run(std::map<std::string, std::string>& options) {
  const auto number = [&](const std::string& name, std::int64_t otherwise) {
    return options.contains(name) ? std::strtoll(options[name].c_str(), nullptr, 10) : otherwise;
  };
  const std::int64_t vocabulary = number("--vocabulary", 0);
  const std::int64_t batch = number("--batch", 64);
  const auto threads = static_cast<int>(number("--threads", 2));
  const Shape input = parse_shape(options["--input"]);
  const net::Graph graph = net::preset_network(
      options["--step"], {.input = input, .outputs = number("--outputs", 10), .vocabulary = vocabulary});
  const std::string optimizer = options.contains("--optimizer") ? options["--optimizer"] : "adam";
  use_one_thread();
  engine::Plan plan(graph, {.batch_size = batch,
                            .optimizer = engine::parse_optimizer(optimizer, 1e-3),
                            .chunks = threads,
                            .threads = threads});
  fill(plan, graph, vocabulary);
  for (int i = 0; i < 3; ++i) plan.train_step(batch);
  std::vector<double> milliseconds;
  const double end = seconds_now() + static_cast<double>(number("--seconds", 2));
  double loss = 0;
  for (double start = seconds_now(); start < end || milliseconds.size() < 5;) {
    loss = plan.train_step(batch).loss_sum;
    const double now = seconds_now();
    milliseconds.push_back(1e3 * (now - start));
    start = now;
  }
  std::sort(milliseconds.begin(), milliseconds.end());
  std::printf(
      "{\"net\": \"%s\", \"threads\": %d, \"parameters\": %lld, \"gflop\": %.4f, \"steps\": %zu, \"ms_median\": %.4f, "
      "\"ms_least\": %.4f, \"arena_mb\": %.2f, \"unshared_mb\": %.2f, \"loss_finite\": %s}\n",
      options["--step"].c_str(), threads, static_cast<long long>(graph.parameter_count()),
      1e-9 * graph.cost().gemm_flops * static_cast<double>(batch), milliseconds.size(),
      milliseconds[milliseconds.size() / 2], milliseconds[0], 1e-6 * static_cast<double>(plan.arena_bytes()),
      1e-6 * static_cast<double>(plan.unshared_bytes()), std::isfinite(loss) ? "true" : "false");
}

}  // namespace

int bench_step(int argc, char** argv) {
  std::map<std::string, std::string> options;
  for (int i = 1; i + 1 < argc; i += 2) options[argv[i]] = argv[i + 1];
  try {
    run(options);
  } catch (const Error& error) {
    std::fprintf(stderr, "fanin_engine_bench: %s\n", error.what());
    return 2;
  }
  return 0;
}
