// Statistics of a tensor much larger than the caches, in GB/s beside a plain sum of the same memory:
//
//     fanin_core_bench statistics [--elements N] [--threads N] [--turns N] [--json]
//
// With several threads each has a part of its own. All contenders take turns; a share of the plain sum's rate is the
// median over the turns, and the fastest turn gives the rate.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <span>
#include <string>
#include <thread>
#include <vector>

// Highway's order.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fanin/core/tensor_statistics_bench.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on

#include "fanin/core/aligned_buffer.hpp"
#include "fanin/core/log_histogram.hpp"
#include "fanin/core/programs_bench.hpp"
#include "fanin/core/tensor_statistics.hpp"

HWY_BEFORE_NAMESPACE();
namespace fanin {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// What a kernel that reads everything once can do at most.
float PlainSum(const float* values, std::size_t count) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  auto s0 = hn::Zero(d), s1 = hn::Zero(d), s2 = hn::Zero(d), s3 = hn::Zero(d);
  for (std::size_t i = 0; i + 4 * lanes <= count; i += 4 * lanes) {
    s0 = hn::Add(s0, hn::LoadU(d, values + i));
    s1 = hn::Add(s1, hn::LoadU(d, values + i + lanes));
    s2 = hn::Add(s2, hn::LoadU(d, values + i + 2 * lanes));
    s3 = hn::Add(s3, hn::LoadU(d, values + i + 3 * lanes));
  }
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(s0, s1), hn::Add(s2, s3))));
}

}  // namespace HWY_NAMESPACE
}  // namespace fanin
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fanin {

HWY_EXPORT(PlainSum);

namespace {

struct Options {
  std::size_t elements = std::size_t{64} << 20;  // 256 MiB
  int threads = 1;
  int turns = 15;
  bool json = false;
};

struct Contender {
  std::string name;
  std::function<double(std::span<const float>)> run;  // the answer keeps the compiler from leaving the work out
  std::vector<double> seconds = {};
};

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto number = [&] { return i + 1 < argc ? std::strtoull(argv[++i], nullptr, 10) : 0; };
    if (argument == "--elements") {
      options.elements = number();
    } else if (argument == "--threads") {
      options.threads = static_cast<int>(number());
    } else if (argument == "--turns") {
      options.turns = static_cast<int>(number());
    } else if (argument == "--json") {
      options.json = true;
    } else {
      return false;
    }
  }
  return options.elements >= 1024 && options.threads >= 1 && options.turns >= 1;
}

// Numbers with the mean and the standard deviation of a rectified normal variable's, half of them zero.
void fill(std::span<float> values) {
  std::uint64_t state = 1;
  for (float& value : values) {
    double sum = -6;
    for (int i = 0; i < 12; ++i) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      sum += static_cast<double>(state >> 40U) * 0x1p-24;
    }
    value = static_cast<float>(std::max(0.0, sum));
  }
}

// The fast path must agree with two passes in double before its time means anything.
bool agrees(std::span<const float> values) {
  const TensorStatistics s = tensor_statistics(values);
  const auto count = static_cast<double>(values.size());
  double sum = 0, second = 0, fourth = 0;
  for (const float value : values) sum += static_cast<double>(value);
  for (const float value : values) {
    const double d = static_cast<double>(value) - sum / count;
    second += d * d;
    fourth += d * d * d * d;
  }
  const double kurtosis = fourth * count / (second * second);
  return std::abs(s.mean - sum / count) < 1e-6 && std::abs(s.variance * count / second - 1) < 1e-6 &&
         std::abs(s.kurtosis / kurtosis - 1) < 3e-6;
}

double run_on_threads(const Contender& contender, std::span<const float> values, int threads) {
  const std::size_t part = values.size() / static_cast<std::size_t>(threads);
  std::vector<double> answers(static_cast<std::size_t>(threads));
  {
    std::vector<std::jthread> workers;
    for (std::size_t i = 1; i < answers.size(); ++i) {
      workers.emplace_back([&, i] { answers[i] = contender.run(values.subspan(i * part, part)); });
    }
    answers[0] = contender.run(values.first(part));
  }
  double sum = 0;
  for (const double answer : answers) sum += answer;
  return sum;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::vector<Contender> contenders() {
  return {{"plain sum",
           [](std::span<const float> x) { return double{HWY_DYNAMIC_DISPATCH(PlainSum)(x.data(), x.size())}; }},
          {"quick statistics", [](std::span<const float> x) { return quick_statistics(x).square_sum; }},
          {"statistics", [](std::span<const float> x) { return tensor_statistics(x).kurtosis; }},
          {"statistics with saturation", [](std::span<const float> x) { return tensor_statistics(x, 2.0F).kurtosis; }},
          {"log histogram", [](std::span<const float> x) { return static_cast<double>(log_histogram(x).bins[46]); }},
          {"statistics and log histogram", [](std::span<const float> x) {
             return tensor_statistics(x).kurtosis + static_cast<double>(log_histogram(x).bins[46]);
           }}};
}

}  // namespace

int bench_statistics(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fputs("usage: fanin_core_bench statistics [--elements N] [--threads N] [--turns N] [--json]\n", stderr);
    return 2;
  }
  AlignedBuffer<float> memory(options.elements);
  fill(memory.span());
  if (!agrees(memory.span().first(std::min<std::size_t>(options.elements, 1 << 20)))) {
    std::fputs("tensor_statistics differs from its definition\n", stderr);
    return 1;
  }
  std::vector<Contender> all = contenders();
  for (int turn = 0; turn < options.turns; ++turn) {
    for (Contender& contender : all) {
      const auto start = std::chrono::steady_clock::now();
      benchmark::DoNotOptimize(run_on_threads(contender, memory.span(), options.threads));
      contender.seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
  }
  const double bytes = static_cast<double>(options.elements) * sizeof(float);
  const char* const target = hwy::TargetName(hwy::SupportedTargets() & -hwy::SupportedTargets());
  std::printf(options.json ? "{\"target\": \"%s\", \"threads\": %d, \"elements\": %zu, \"rows\": ["
                           : "%s, %d threads, %zu elements\n",
              target, options.threads, options.elements);
  for (const Contender& contender : all) {
    std::vector<double> shares;
    for (std::size_t i = 0; i < contender.seconds.size(); ++i) {
      shares.push_back(all[0].seconds[i] / contender.seconds[i]);
    }
    const double best = *std::min_element(contender.seconds.begin(), contender.seconds.end());
    std::printf(options.json ? "%s{\"name\": \"%s\", \"seconds\": %.6g, \"gb_s\": %.4g, \"share\": %.4g}"
                             : "%s%-32s %9.3g s %8.2f GB/s %7.3f of the plain sum\n",
                options.json && &contender != all.data() ? ", " : "", contender.name.c_str(), best, bytes / best * 1e-9,
                median(shares));
  }
  if (options.json) std::puts("]}");
  return 0;
}

}  // namespace fanin
#endif
