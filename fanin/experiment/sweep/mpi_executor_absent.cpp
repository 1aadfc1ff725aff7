// Stands in the place of mpi_executor.cpp where fanin is built without MPI.
#include "fanin/core/error.hpp"
#include "fanin/experiment/sweep/mpi_executor.hpp"

namespace fanin::experiment {

struct MpiWorld::State {};

MpiWorld::MpiWorld() {
  throw Error(ErrorCode::unsupported, "sweep",
              "mpirun started this, and this fanin was built without MPI: build it with -DFANIN_MPI=ON, or give each "
              "machine a part by --shard 1/4 and join them by `fanin runs merge`");
}
MpiWorld::~MpiWorld() = default;
int MpiWorld::rank() const noexcept { return 0; }
int MpiWorld::size() const noexcept { return 1; }
SweepResult MpiWorld::run_sweep(const SweepPlan& plan, const DataSet& data, const SweepOptions& options,
                                SweepObserver* observer, std::stop_token stop) {
  return experiment::run_sweep(plan, data, options, observer, std::move(stop));
}
void MpiWorld::serve(const SweepPlan&, const DataSet&, const SweepOptions&, std::stop_token) {}
void MpiWorld::end_job(int) noexcept {}

}  // namespace fanin::experiment
