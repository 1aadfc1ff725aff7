// The programs inside fanin_core_bench, chosen by its first argument.
#pragma once

namespace fanin {

/// Random orthogonal matrices beside sgemm.
int bench_orthogonal(int argc, char** argv);
/// `statistics …`: tensor statistics beside a plain sum.
int bench_statistics(int argc, char** argv);

}  // namespace fanin
