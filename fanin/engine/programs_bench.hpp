// The programs inside fanin_engine_bench, chosen by its first argument.
#pragma once

namespace fanin::engine {

/// The default experiment's training step beside the bare products.
int bench_plan(int rounds);
/// Kernels bound by memory beside a plain copy.
int bench_memory();
/// `step --net …`: the training step of any network; see step_bench.cpp.
int bench_step(int argc, char** argv);

}  // namespace fanin::engine
