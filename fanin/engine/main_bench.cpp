// fanin_engine_bench [--rounds N]           the default experiment's step beside dnnl_sgemm
// fanin_engine_bench step --net NET …       the training step of any network
// fanin_engine_bench memory                 kernels bound by memory, in GB/s
// fanin_engine_bench --benchmark_filter=…   Google Benchmark's: kernels
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "fanin/core/gemm.hpp"
#include "fanin/engine/programs_bench.hpp"

int main(int argc, char** argv) {
  using namespace fanin;  // NOLINT: a program, not a header
  const std::string_view first = argc > 1 ? argv[1] : "";
  use_one_thread();
  if (first.starts_with("--benchmark")) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
  }
  if (first == "memory") return engine::bench_memory();
  if (first == "step") return engine::bench_step(argc - 2, argv + 2);
  const int rounds = argc == 3 && first == "--rounds" ? std::atoi(argv[2]) : 40;
  if (rounds < 1 || (argc != 1 && argc != 3)) {
    std::fprintf(stderr,
                 "usage: fanin_engine_bench [--rounds N | step --net NET … | memory | --benchmark_filter=REGEX]\n");
    return 2;
  }
  return engine::bench_plan(rounds);
}
