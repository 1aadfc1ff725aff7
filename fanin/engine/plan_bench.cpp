// The training step of the default experiment beside dnnl_sgemm at the same shapes, in one run:
//     fanin_engine_bench [--rounds N]
// Rounds of steps and rounds of bare products alternate, so that both see the same machine; the
// figures are medians over the rounds. Only the operations of matrix products count for GFLOP/s.
#include <hwy/targets.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "fanin/core/aligned_buffer.hpp"
#include "fanin/core/gemm.hpp"
#include "fanin/engine/plan.hpp"
#include "fanin/engine/programs_bench.hpp"
#include "fanin/net/shorthand.hpp"

namespace {

using namespace fanin;  // NOLINT: a program, not a header

constexpr std::int64_t kBatch = 64;
constexpr int kStepsPerRound = 50;

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

// Every matrix product of one training step, as the engine lays its operands out.
class BareProducts {
 public:
  explicit BareProducts(const std::vector<std::int64_t>& widths) {
    for (std::size_t i = 1; i < widths.size(); ++i) {
      const std::int64_t in = widths[i - 1];
      const std::int64_t out = widths[i];
      products_.push_back({.m = kBatch, .n = out, .k = in, .lda = in, .ldb = out, .ldc = out});
      products_.push_back(
          {.transpose_a = Transpose::yes, .m = in, .n = out, .k = kBatch, .lda = in, .ldb = out, .ldc = out});
      if (i > 1) {
        products_.push_back(
            {.transpose_b = Transpose::yes, .m = kBatch, .n = in, .k = out, .lda = out, .ldb = out, .ldc = in});
      }
    }
    const auto largest = static_cast<std::size_t>(*std::max_element(widths.begin(), widths.end()));
    const std::size_t floats = largest * std::max<std::size_t>(largest, kBatch);
    a_ = AlignedBuffer<float>(floats);
    b_ = AlignedBuffer<float>(floats);
    c_ = AlignedBuffer<float>(floats);
    for (std::size_t i = 0; i < floats; ++i) a_[i] = b_[i] = 0.01F * static_cast<float>(i % 97);
  }

  void run() {
    for (const Gemm& product : products_) gemm(product, a_.data(), b_.data(), c_.data());
  }

 private:
  std::vector<Gemm> products_;
  AlignedBuffer<float> a_, b_, c_;
};

// A batch that is zero where images of clothes are: outside a centred silhouette whose height and
// width differ from row to row of the batch; about half of 28 x 28 pixels. Other sizes have no zeros.
void fill_inputs(std::span<float> input, std::int64_t features, bool silhouettes, std::mt19937_64& random) {
  constexpr std::int64_t kSide = 28;
  std::uniform_real_distribution<double> uniform;
  const std::int64_t rows = static_cast<std::int64_t>(input.size()) / features;
  for (std::int64_t row = 0; row < rows; ++row) {
    const double half_width = 4 + 10 * uniform(random);
    const double half_height = 10 + 4 * uniform(random);
    for (std::int64_t i = 0; i < features; ++i) {
      const double x = std::abs(static_cast<double>(i % kSide) - 13.5);
      const double y = std::abs(static_cast<double>(i / kSide) - 13.5);
      const bool outside = silhouettes && (x > half_width || y > half_height || uniform(random) < 0.1);
      input[static_cast<std::size_t>(row * features + i)] = outside ? 0.0F : static_cast<float>(uniform(random));
    }
  }
}

void bench(const std::string& text, const char* optimizer, bool silhouettes, int rounds) {
  const std::vector<std::int64_t> widths = net::parse_widths(text);
  const net::Graph graph = net::dense_network(widths, net::parse_activation("relu"));
  engine::Plan plan(graph, {.batch_size = kBatch,
                            .optimizer = engine::parse_optimizer(optimizer, 1e-3),
                            .input_zero_fraction = silhouettes ? 0.5 : 0});
  std::mt19937_64 random(1);
  std::normal_distribution<float> normal;
  for (const net::ParameterSpec& spec : graph.parameters()) {
    std::vector<float> values(static_cast<std::size_t>(spec.shape().count()));
    if (spec.has_fans()) {
      for (float& value : values) value = 0.05F * normal(random);
    }
    plan.set_parameter(spec.name, values);
  }
  fill_inputs(plan.input(), widths[0], silhouettes, random);
  const std::span<const float> batch = plan.input();
  const double zeros =
      static_cast<double>(std::count(batch.begin(), batch.end(), 0.0F)) / static_cast<double>(batch.size());
  for (std::int32_t& label : plan.labels()) label = static_cast<std::int32_t>(random() % 10);
  BareProducts products(widths);

  std::vector<double> step_seconds, product_seconds, ratios;
  for (int round = 0; round < rounds; ++round) {
    const double start = seconds_now();
    for (int i = 0; i < kStepsPerRound; ++i) plan.train_step(kBatch);
    const double middle = seconds_now();
    for (int i = 0; i < kStepsPerRound; ++i) products.run();
    const double end = seconds_now();
    step_seconds.push_back((middle - start) / kStepsPerRound);
    product_seconds.push_back((end - middle) / kStepsPerRound);
    ratios.push_back((end - middle) / (middle - start));
  }
  const double flops = graph.cost().gemm_flops * static_cast<double>(kBatch) -
                       2.0 * static_cast<double>(kBatch * widths[0] * widths[1]);  // no gradient of the input
  const double step = median(step_seconds);
  const double bare = median(product_seconds);
  std::printf(
      "%-16s %-9s zeros %2.0f %%  %5.1f MFLOP  step %7.1f us %6.1f GFLOP/s  sgemm %7.1f us %6.1f GFLOP/s  ratio %.2f\n",
      text.c_str(), optimizer, 100 * zeros, flops / 1e6, 1e6 * step, flops / step / 1e9, 1e6 * bare, flops / bare / 1e9,
      median(ratios));
}

}  // namespace

namespace fanin::engine {

int bench_plan(int rounds) {
  std::printf("compiler %s, SIMD target %s, 1 thread, batch %d, medians of %d rounds of %d steps\n", __VERSION__,
              hwy::TargetName(hwy::SupportedTargets() & -hwy::SupportedTargets()), static_cast<int>(kBatch), rounds,
              kStepsPerRound);
  bench("784-256-128-10", "adam", true, rounds);
  bench("784-256-128-10", "adam", false, rounds);
  bench("784-256-128-10", "sgd", false, rounds);
  bench("784-512-512-10", "adam", false, rounds / 4 + 1);
  return 0;
}

}  // namespace fanin::engine
