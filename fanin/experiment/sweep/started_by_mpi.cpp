#include <cstdlib>
#include <string>

#include "fanin/core/call_expr.hpp"
#include "fanin/experiment/sweep/mpi_executor.hpp"

namespace fanin::experiment {

bool started_by_mpi() {
  // Open MPI's mpirun; MPICH's and Intel's; Slurm's srun sets PMI_SIZE or, with PMIx, its own rank.
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}) {
    const char* const text = std::getenv(name);
    if (text != nullptr && parse_integer(text).value_or(1) > 1) return true;
  }
  return false;
}

}  // namespace fanin::experiment
