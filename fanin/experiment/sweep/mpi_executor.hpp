// A sweep on several machines by MPI: rank 0 hands runs to the other ranks and is the only one that writes the store.
// When a rank dies and MPI ends the job, every committed run is in the store, and the same command runs the rest.
//
//     mpirun -n 9 fanin sweep depth.toml --out /shared/depth      # eight ranks train, one writes
//
// An optional component: without MPI (cmake -DFANIN_MPI=ON) the stub mpi_executor_absent.cpp stands in its place.
#pragma once

#include <memory>
#include <stop_token>

#include "fanin/experiment/sweep/sweep.hpp"

namespace fanin::experiment {

/// Whether mpirun or its like started this process beside others; said by the environment, without MPI.
bool started_by_mpi();

/// This process among those that mpirun started. One at a time.
class MpiWorld final {
 public:
  /// @throws Error unsupported where fanin was built without MPI.
  MpiWorld();
  ~MpiWorld();
  MpiWorld(const MpiWorld&) = delete;
  MpiWorld& operator=(const MpiWorld&) = delete;

  [[nodiscard]] int rank() const noexcept;
  [[nodiscard]] int size() const noexcept;

  /// Of rank 0: as fanin::experiment::run_sweep, with all other ranks as workers.
  SweepResult run_sweep(const SweepPlan& plan, const DataSet& data, const SweepOptions& options,
                        SweepObserver* observer, std::stop_token stop);
  /// Of the others: trains what rank 0 hands out, until it has no more. Plan and data must be those of rank 0.
  /// @throws Error when this rank's plan or data differ from rank 0's.
  void serve(const SweepPlan& plan, const DataSet& data, const SweepOptions& options, std::stop_token stop);
  /// Ends the processes of all ranks, this one too: after an error, of which the others know nothing.
  void end_job(int status) noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fanin::experiment
