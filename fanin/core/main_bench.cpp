// fanin_core_bench [--size N …]    random orthogonal matrices beside sgemm
// fanin_core_bench statistics …    tensor statistics beside a plain sum of the same memory
#include <string_view>

#include "fanin/core/programs_bench.hpp"

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "statistics") return fanin::bench_statistics(argc - 1, argv + 1);
  return fanin::bench_orthogonal(argc, argv);
}
