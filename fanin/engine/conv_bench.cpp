// Convolutions forward and backward beside dnnl_sgemm in the same run:
//     fanin_engine_bench --benchmark_filter=convolution
//
// Products and passes alternate, and the figures are medians: GFLOP/s of both and the passes' share of sgemm's rate.
// One thread; 32 rows, as when two threads share a batch of 64.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "fanin/core/aligned_buffer.hpp"
#include "fanin/core/gemm.hpp"
#include "fanin/engine/convolution.hpp"

namespace {

using namespace fanin;  // NOLINT: a program, not a header

constexpr std::int64_t kRows = 32;

struct Layer {
  const char* name;
  std::int64_t src_channels, dst_channels, extent, kernel, stride, padding;
  bool data = true;  ///< the gradient of its input is wanted
};

engine::ConvolutionShape shape_of(const Layer& layer) {
  const std::int64_t out = (layer.extent + 2 * layer.padding - layer.kernel) / layer.stride + 1;
  return {
      .src_channels = layer.src_channels,
      .dst_channels = layer.dst_channels,
      .src = {layer.extent, layer.extent},
      .dst = {out, out},
      .window = {{layer.kernel, layer.kernel}, {layer.stride, layer.stride}, {layer.padding, layer.padding}, {1, 1}}};
}

AlignedBuffer<float> numbers(std::int64_t count, float phase) {
  AlignedBuffer<float> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(phase + static_cast<float>(i));
  return values;
}

class Passes {
 public:
  explicit Passes(const Layer& layer)
      : shape_(shape_of(layer)),
        data_(layer.data),
        convolution_(engine::make_convolution(shape_, kRows, {.backward_data = layer.data}, layer.name)),
        src_(numbers(kRows * shape_.src_count(), 0)),
        dst_(numbers(kRows * shape_.dst_count(), 1)),
        weights_(numbers(shape_.weight_count(), 2)),
        bias_(numbers(shape_.dst_channels, 3)),
        diff_src_(src_.size()),
        diff_dst_(numbers(kRows * shape_.dst_count(), 4)),
        diff_weights_(weights_.size()),
        diff_bias_(bias_.size()),
        workspace_(convolution_->workspace_floats()) {}

  void run() {
    convolution_->forward(src_.data(), weights_.data(), bias_.data(), dst_.data(), workspace_.data());
    if (data_) convolution_->backward_data(diff_dst_.data(), weights_.data(), diff_src_.data(), workspace_.data());
    convolution_->backward_weights(src_.data(), diff_dst_.data(), diff_weights_.data(), diff_bias_.data(),
                                   workspace_.data());
  }

  [[nodiscard]] double flops() const {
    const auto pass = 2.0 * static_cast<double>(kRows * shape_.dst_count() * shape_.weight_count()) /
                      static_cast<double>(shape_.dst_channels);
    return pass * (data_ ? 3 : 2);
  }

  /// The sum of <y - b, dy>, which is that of <w, dw>: a mistake in any pass shows.
  void check() {
    run();
    double of_output = 0, of_weights = 0, of_input = 0, size = 0;
    for (std::size_t i = 0; i < dst_.size(); ++i) {
      const float y = dst_[i] - bias_[i % bias_.size()];
      of_output += static_cast<double>(y) * static_cast<double>(diff_dst_[i]);
      size += std::abs(static_cast<double>(y) * static_cast<double>(diff_dst_[i]));
    }
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      of_weights += static_cast<double>(weights_[i]) * static_cast<double>(diff_weights_[i]);
    }
    for (std::size_t i = 0; i < src_.size(); ++i) {
      of_input += static_cast<double>(src_[i]) * static_cast<double>(diff_src_[i]);
    }
    if (std::abs(of_output - of_weights) > 1e-4 * size || (data_ && std::abs(of_output - of_input) > 1e-4 * size)) {
      throw std::runtime_error("the passes do not agree with each other");
    }
  }

 private:
  engine::ConvolutionShape shape_;
  bool data_;
  std::unique_ptr<engine::Convolution> convolution_;
  AlignedBuffer<float> src_, dst_, weights_, bias_, diff_src_, diff_dst_, diff_weights_, diff_bias_, workspace_;
};

// Of this thread's processor time: what other programs take does not count.
double seconds_now() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// sgemm at the size where it is fastest here.
constexpr std::int64_t kSide = 512;

void bench(benchmark::State& state, const Layer& layer) {
  use_one_thread();
  Passes passes(layer);
  passes.check();
  const AlignedBuffer<float> a = numbers(kSide * kSide, 0), b = numbers(kSide * kSide, 1);
  AlignedBuffer<float> c(a.size());
  const Gemm product{.m = kSide, .n = kSide, .k = kSide, .lda = kSide, .ldb = kSide, .ldc = kSide};
  std::vector<double> ours, products, shares;
  const double product_flops = 2.0 * static_cast<double>(kSide * kSide * kSide);
  for (auto _ : state) {
    const double start = seconds_now();
    passes.run();
    const double middle = seconds_now();
    gemm(product, a.data(), b.data(), c.data());
    const double end = seconds_now();
    ours.push_back(passes.flops() / (middle - start) / 1e9);
    products.push_back(product_flops / (end - middle) / 1e9);
    shares.push_back(ours.back() / products.back());
    state.SetIterationTime(middle - start);
  }
  state.counters["GFLOP/s"] = median(ours);
  state.counters["sgemm"] = median(products);
  state.counters["share"] = median(shares);
}

constexpr Layer kLayers[] = {
    {"resnet20/16x32x32", 16, 16, 32, 3, 1, 1},        {"resnet20/16x32x32_to_32", 16, 32, 32, 3, 2, 1},
    {"resnet20/32x16x16", 32, 32, 16, 3, 1, 1},        {"resnet20/32x16x16_to_64", 32, 64, 16, 3, 2, 1},
    {"resnet20/64x8x8", 64, 64, 8, 3, 1, 1},           {"resnet20/3x32x32_to_16", 3, 16, 32, 3, 1, 1, false},
    {"lenet5/1x28x28_to_6", 1, 6, 28, 5, 1, 2, false}, {"lenet5/6x14x14_to_16", 6, 16, 14, 5, 1, 0},
};

const bool kRegistered = [] {
  for (const Layer& layer : kLayers) {
    const std::string name = std::string("convolution/") + layer.name;
    benchmark::RegisterBenchmark(name.c_str(), bench, layer)
        ->UseManualTime()
        ->MinTime(0.3)
        ->Unit(benchmark::kMicrosecond);
  }
  return true;
}();

}  // namespace
