// Times haar_orthogonal beside the sgemm rate of the same threads, after checking it against reflectors applied one
// by one in double precision. The fastest turn counts.
//
//     fanin_core_bench [--size N] [--threads N] [--turns N] [--json]
#include <Eigen/Dense>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <string_view>
#include <thread>
#include <vector>

#include "fanin/core/gemm.hpp"
#include "fanin/core/orthogonal.hpp"
#include "fanin/core/programs_bench.hpp"

namespace {

struct Options {
  std::int64_t size = 4096;
  int threads = 2;
  int turns = 5;
  bool json = false;
};

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const auto number = [&] { return i + 1 < argc ? std::atoi(argv[++i]) : 0; };
    if (argument == "--size") options.size = number();
    if (argument == "--threads") options.threads = number();
    if (argument == "--turns") options.turns = number();
    if (argument == "--json") options.json = true;
  }
  if (options.size >= 1 && options.size <= 32768 && options.threads >= 1 && options.turns >= 1) return options;
  std::fputs("usage: fanin_core_bench [--size 1..32768] [--threads N] [--turns N] [--json]\n", stderr);
  std::exit(2);
}

double seconds(const std::function<void()>& run) {
  const auto start = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::vector<float> normal_numbers(std::int64_t count) {
  std::mt19937 engine(1);
  std::normal_distribution<float> law;
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = law(engine);
  return values;
}

/// The largest difference from the definition, at a size where it is affordable.
double disagreement(int threads) {
  constexpr std::int64_t n = 300;
  std::vector<float> normals = normal_numbers(n * n);
  Eigen::MatrixXd expected = Eigen::MatrixXd::Identity(n, n);
  for (std::int64_t i = n - 1; i >= 0; --i) {
    Eigen::VectorXd x = Eigen::VectorXd::Zero(n);
    for (std::int64_t j = i; j < n; ++j) x(j) = static_cast<double>(normals[static_cast<std::size_t>(i * n + j)]);
    const double sign = x(i) < 0 ? -1 : 1;
    x(i) += sign * x.norm();
    x.normalize();
    expected.col(i) *= -sign;
    expected -= 2 * x * (x.transpose() * expected);
  }
  std::vector<float> q(normals.size());
  fanin::haar_orthogonal({.rows = n, .columns = n, .threads = threads}, normals, q);
  const Eigen::Map<const Eigen::MatrixXf> found(q.data(), n, n);  // column-major sees the rows as columns
  return (found.cast<double>() - expected).cwiseAbs().maxCoeff();
}

/// GFLOP/s of `threads` independent single-threaded products of the benchmark's own shape.
double sgemm_rate(int threads) {
  constexpr std::int64_t rows = 128;
  constexpr std::int64_t columns = 2048;
  constexpr int kRepeats = 40;
  const auto work = [] {
    fanin::use_one_thread();
    std::vector<float> a(rows * rows, 0.5F);
    std::vector<float> b(rows * columns, 0.25F);
    std::vector<float> c(rows * columns);
    for (int i = 0; i < kRepeats; ++i) {
      fanin::gemm({.m = rows, .n = columns, .k = rows, .lda = rows, .ldb = columns, .ldc = columns}, a.data(), b.data(),
                  c.data());
    }
  };
  const double time = seconds([&] {
    std::vector<std::jthread> workers;
    for (int i = 0; i < threads; ++i) workers.emplace_back(work);
  });
  return 2e-9 * rows * rows * columns * kRepeats * threads / time;
}

}  // namespace

int fanin::bench_orthogonal(int argc, char** argv) {
  const Options options = parse(argc, argv);
  const double difference = disagreement(options.threads);
  if (!(difference < 1e-5)) {
    std::fprintf(stderr, "haar_orthogonal differs from its definition by %g\n", difference);
    return 1;
  }
  const std::int64_t n = options.size;
  const std::vector<float> numbers = normal_numbers(n * n);
  std::vector<float> normals(numbers.size());
  std::vector<float> q(numbers.size());
  double best = std::numeric_limits<double>::infinity();
  double rate = 0;
  for (int turn = 0; turn < options.turns; ++turn) {
    normals = numbers;
    best = std::min(best, seconds([&] { fanin::haar_orthogonal({n, n, options.threads}, normals, q); }));
    rate = std::max(rate, sgemm_rate(options.threads));
  }
  const double cube = static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n);
  const double gflops = 4.0 / 3.0 * cube / best * 1e-9;
  const double error = fanin::orthogonality_error(n, n, q) / std::sqrt(static_cast<double>(n));
  if (options.json) {
    std::printf(
        "{\"size\": %lld, \"threads\": %d, \"seconds\": %.6g, \"gflops\": %.6g, \"sgemm_gflops\": %.6g, "
        "\"error_over_sqrt_n\": %.6g}\n",
        static_cast<long long>(n), options.threads, best, gflops, rate, error);
    return error < 1e-6 ? 0 : 1;
  }
  std::printf("orthogonal %lld x %lld, %d threads: %.3f s, %.0f GFLOP/s (sgemm: %.0f), |QtQ - I| = %.2g sqrt(n)\n",
              static_cast<long long>(n), static_cast<long long>(n), options.threads, best, gflops, rate, error);
  return error < 1e-6 ? 0 : 1;
}
