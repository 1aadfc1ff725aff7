// Times the training step of one preset network; bench/ puts it beside PyTorch's.
#pragma once

/// fanin_engine_bench --step NET --input 100x2 --outputs 10 [--vocabulary V] [--threads 2] [--batch 64]
/// [--optimizer adam] [--seconds 2]: a line of JSON with the milliseconds of the steps and the memory of the plan.
int bench_step(int argc, char** argv);
