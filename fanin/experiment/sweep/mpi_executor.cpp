#include "fanin/experiment/sweep/mpi_executor.hpp"

#include <mpi.h>

#include <chrono>
#include <map>
#include <thread>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/core/gemm.hpp"
#include "fanin/experiment/sweep/executor.hpp"
#include "fanin/experiment/sweep/hopeless.hpp"
#include "fanin/experiment/sweep/run_text.hpp"
#include "fanin/experiment/training/data_identity.hpp"

namespace fanin::experiment {
namespace {

using namespace std::chrono_literals;

constexpr auto kPause = 500us;  // between two looks for a message: rank 0 shares its core with a worker

enum Tag : int {
  kReady = 1,  ///< to rank 0: the sum of the worker's data
  kResult,     ///< to rank 0: a run as text; empty: it was interrupted
  kJob,        ///< to a worker: the key of a point
  kEnd         ///< to a worker: there is no more
};

struct Message {
  int source = 0;
  int tag = 0;
  std::string text;
};

void send(int rank, Tag tag, const std::string& text) {
  MPI_Send(text.data(), static_cast<int>(text.size()), MPI_CHAR, rank, tag, MPI_COMM_WORLD);
}

/// Waits for a message without keeping a core busy.
Message receive() {
  MPI_Status status;
  for (int there = 0; there == 0;) {
    MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &there, &status);
    if (there == 0) std::this_thread::sleep_for(kPause);
  }
  int size = 0;
  MPI_Get_count(&status, MPI_CHAR, &size);
  Message message{status.MPI_SOURCE, status.MPI_TAG, std::string(static_cast<std::size_t>(size), '\0')};
  MPI_Recv(message.text.data(), size, MPI_CHAR, message.source, message.tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  return message;
}

bool is_initialized() {
  int initialized = 0;
  MPI_Initialized(&initialized);
  return initialized != 0;
}

}  // namespace

struct MpiWorld::State {
  int rank = 0;
  int size = 1;
};

MpiWorld::MpiWorld() : state_(std::make_unique<State>()) {
  int provided = 0;
  if (is_initialized() || MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) {
    throw Error(ErrorCode::unsupported, "sweep", "MPI cannot be started");
  }
  MPI_Comm_rank(MPI_COMM_WORLD, &state_->rank);
  MPI_Comm_size(MPI_COMM_WORLD, &state_->size);
}

MpiWorld::~MpiWorld() { MPI_Finalize(); }

int MpiWorld::rank() const noexcept { return state_->rank; }
int MpiWorld::size() const noexcept { return state_->size; }

void MpiWorld::end_job(int status) noexcept { MPI_Abort(MPI_COMM_WORLD, status); }

SweepResult MpiWorld::run_sweep(const SweepPlan& plan, const DataSet& data, const SweepOptions& options,
                                SweepObserver* observer, std::stop_token stop) {
  const std::string sum = identity_of(data).checksum;
  const SweepExecution execution = [&](SweepBoard& board, const RunPointContext&, const std::stop_token& token) {
    std::size_t next = 0;
    std::size_t serving = static_cast<std::size_t>(state_->size - 1);
    std::map<int, std::size_t> jobs;  // by rank
    while (serving > 0) {
      const Message message = receive();
      if (message.tag == kReady && message.text != sum) {
        throw Error(ErrorCode::bad_data, "rank " + std::to_string(message.source),
                    "its data set " + data.name + " is not that of rank 0");
      }
      if (message.tag == kResult) {
        const std::size_t job = jobs.at(message.source);
        board.end(job, message.text.empty() ? std::nullopt : std::optional(run_from_text(message.text)));
      }
      if (next < board.jobs().size() && !token.stop_requested()) {
        jobs[message.source] = next;
        board.begin(next);
        send(message.source, kJob, board.point(next).key);
        ++next;
      } else {
        send(message.source, kEnd, "");
        --serving;
      }
    }
  };
  return run_sweep_by(plan, data, options, observer, std::move(stop), execution, state_->size - 1);
}

void MpiWorld::serve(const SweepPlan& plan, const DataSet& data, const SweepOptions& options, std::stop_token stop) {
  use_one_thread();
  const std::vector<SweepPoint> points = expand(plan, options.max_runs);
  std::map<std::string, const SweepPoint*> by_key;
  for (const SweepPoint& point : points) by_key[point.key] = &point;
  const RunPointContext context{data, plan.give_up_after, chance_level(data, data.train)};
  std::atomic<std::int64_t> steps{0};
  send(0, kReady, identity_of(data).checksum);
  for (Message message = receive(); message.tag == kJob; message = receive()) {
    const auto point = by_key.find(message.text);
    if (point == by_key.end()) {
      throw Error(ErrorCode::bad_data, "run " + message.text,
                  "rank 0 hands out a run that this rank's sweep does not have: is the file the same on all machines?");
    }
    const std::optional<StoredRun> run = run_point(*point->second, context, steps, {}, stop);
    send(0, kResult, run ? to_text(*run) : "");
  }
}

}  // namespace fanin::experiment
