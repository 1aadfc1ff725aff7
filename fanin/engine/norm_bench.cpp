// The memory-bound kernels of normalization, sums, softmax and dropout beside a plain copy, in GB/s.

#include <hwy/targets.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "fanin/core/aligned_buffer.hpp"
#include "fanin/engine/channel_kernels.hpp"
#include "fanin/engine/elementwise_kernels.hpp"
#include "fanin/engine/programs_bench.hpp"
#include "fanin/engine/row_norm_kernels.hpp"
#include "fanin/engine/softmax_kernels.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::engine {
namespace {

AlignedBuffer<float> normal_values(std::size_t count) {
  AlignedBuffer<float> values(count);
  random::fill_normal(random::Stream(count, "bench"), 0, {}, values.span());
  return values;
}

// The best of some rounds: bytes that must be read and written, over the seconds they took.
template <class Work>
double gigabytes_per_second(std::size_t streams, std::size_t count, const Work& work) {
  double best = 1e9;
  for (int round = 0; round < 15; ++round) {
    const auto start = std::chrono::steady_clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return static_cast<double>(streams * count * sizeof(float)) / best / 1e9;
}

// The moments of one channel in double, against what the kernel finds.
bool agrees(const ChannelShape& shape, const float* x, const double* mean, const double* squares) {
  for (std::size_t c = 0; c < shape.channels; ++c) {
    Moments moments;
    for (std::size_t row = 0; row < shape.rows; ++row) {
      moments.merge(1, static_cast<double>(x[row * shape.channels + c]), 0);
    }
    if (std::abs(moments.mean - mean[c]) > 1e-5 || std::abs(moments.squares / squares[c] - 1) > 1e-5) return false;
  }
  return true;
}

// A chunk of a convolutional net, channels last: what batch_norm does with it.
bool bench_channels(std::size_t rows, std::size_t channels) {
  const ChannelShape shape{rows, channels};
  const std::size_t count = rows * channels;
  const AlignedBuffer<float> x = normal_values(count);
  const AlignedBuffer<float> dy = normal_values(count);
  AlignedBuffer<float> y(count);
  const AlignedBuffer<float> a = normal_values(channels);
  const ChannelGradient gradient{a.data(), a.data(), a.data(), true};
  std::vector<double> mean(channels), squares(channels);
  const double copy = gigabytes_per_second(2, count, [&] { std::memcpy(y.data(), x.data(), count * sizeof(float)); });
  const double moments =
      gigabytes_per_second(1, count, [&] { channel_moments(shape, x.data(), mean.data(), squares.data()); });
  if (!agrees(shape, x.data(), mean.data(), squares.data())) return false;
  const double map = gigabytes_per_second(
      2, count, [&] { channel_map(shape, x.data(), a.data(), a.data(), a.data(), true, y.data()); });
  const double sums = gigabytes_per_second(
      2, count, [&] { channel_gradient_sums(shape, gradient, x.data(), dy.data(), mean.data(), squares.data()); });
  const double back = gigabytes_per_second(3, count, [&] {
    channel_gradient_map(shape, gradient, x.data(), dy.data(), a.data(), a.data(), a.data(), y.data());
  });
  std::printf("%6zu x %4zu %6.2f MB  copy %5.1f  moments %5.1f  map+relu %5.1f  sums %5.1f  gradient %5.1f GB/s\n",
              rows, channels, static_cast<double>(count * sizeof(float)) / 1e6, copy, moments, map, sums, back);
  return true;
}

// Rows of a sequence: layer_norm, softmax, add, and dropout's mask and product.
void bench_rows(std::size_t rows, std::size_t units) {
  const std::size_t count = rows * units;
  const AlignedBuffer<float> x = normal_values(count);
  const AlignedBuffer<float> dy = normal_values(count);
  AlignedBuffer<float> y(count), saved(2 * rows), mask(4096), sums(2 * units);
  const AlignedBuffer<float> a = normal_values(units);
  const RowNorm norm{.rows = rows, .units = units, .epsilon = 1e-5F, .scale = a.data(), .shift = a.data()};
  const double forward = gigabytes_per_second(2, count, [&] { row_norm(norm, x.data(), y.data(), saved.data()); });
  const double backward = gigabytes_per_second(3, count, [&] {
    row_norm_gradient(norm, x.data(), dy.data(), saved.data(), y.data(), sums.data(), sums.data() + units);
  });
  const double sum = gigabytes_per_second(3, count, [&] { add(count, x.data(), dy.data(), y.data()); });
  const double softmax = gigabytes_per_second(2, count, [&] { softmax_rows(rows, units, x.data(), y.data()); });
  const random::Stream stream(1, "dropout");
  const double dropout = gigabytes_per_second(2, count, [&] {
    for (std::size_t first = 0; first < count; first += mask.size()) {
      const std::size_t part = std::min(mask.size(), count - first);
      random::fill_bernoulli(stream, first, {.probability = 0.5, .on = 2, .off = 0}, mask.span().first(part));
      product(part, x.data() + first, mask.data(), y.data() + first);
    }
  });
  std::printf(
      "%6zu x %4zu %6.2f MB  layer_norm %5.1f  its gradient %5.1f  add %5.1f  softmax %5.1f  dropout %5.1f GB/s\n",
      rows, units, static_cast<double>(count * sizeof(float)) / 1e6, forward, backward, sum, softmax, dropout);
}

}  // namespace

int bench_memory() {
  std::printf("compiler %s, SIMD target %s, 1 thread, best of 15 rounds\n", __VERSION__,
              hwy::TargetName(hwy::SupportedTargets() & -hwy::SupportedTargets()));
  // The three stages of ResNet-20 on 32 images, then odd and wide shapes.
  for (const auto& [rows, channels] : std::vector<std::pair<std::size_t, std::size_t>>{
           {32 * 1024, 16}, {32 * 256, 32}, {32 * 64, 64}, {32 * 784, 6}, {32 * 784, 1}, {512, 512}, {64, 512}}) {
    if (!bench_channels(rows, channels)) {
      std::fprintf(stderr, "channel_moments disagrees with its definition\n");
      return 1;
    }
  }
  for (const auto& [rows, units] :
       std::vector<std::pair<std::size_t, std::size_t>>{{2048, 128}, {2048, 512}, {8192, 64}, {32, 1000}, {2048, 10}}) {
    bench_rows(rows, units);
  }
  return 0;
}

}  // namespace fanin::engine
