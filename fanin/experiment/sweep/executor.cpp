#include "fanin/experiment/sweep/executor.hpp"

#include <algorithm>
#include <exception>
#include <functional>
#include <numeric>
#include <thread>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/core/gemm.hpp"
#include "fanin/experiment/memory.hpp"

namespace fanin::experiment {
namespace {

class Threads final {
 public:
  Threads(SweepBoard& board, const RunPointContext& context, const std::stop_token& stop)
      : board_(board), context_(context), stop_callback_(stop, [this] { source_.request_stop(); }) {}

  void run(std::size_t count) {
    {
      std::vector<std::jthread> threads;
      try {
        for (std::size_t i = 0; i < count; ++i) threads.emplace_back([this] { work(); });
      } catch (...) {
        fail(std::current_exception());  // the system gives no more threads: end those that started
      }
    }
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void work() {
    use_one_thread();
    for (std::size_t job = next_++; job < board_.jobs().size() && !source_.stop_requested(); job = next_++) {
      try {
        board_.begin(job);
        const std::function<void()> moved = [this] { board_.moved(); };
        board_.end(job, run_point(board_.point(job), context_, board_.steps(job), moved, source_.get_token()));
      } catch (...) {
        fail(std::current_exception());
      }
    }
  }

  void fail(std::exception_ptr failure) {
    const std::scoped_lock lock(mutex_);
    if (!failure_) failure_ = std::move(failure);
    source_.request_stop();
  }

  SweepBoard& board_;
  const RunPointContext& context_;
  std::stop_source source_;
  std::stop_callback<std::function<void()>> stop_callback_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  std::exception_ptr failure_;
};

}  // namespace

SweepBoard::SweepBoard(SweepResult& result, std::vector<SweepJob> jobs, StoreWriter& store, std::int64_t experiment,
                       SweepObserver* observer)
    : result_(result),
      jobs_(std::move(jobs)),
      store_(store),
      experiment_(experiment),
      observer_(observer),
      steps_(jobs_.size()),
      states_(jobs_.size()) {}

void SweepBoard::begin(std::size_t job) {
  states_[job].store(1, std::memory_order_relaxed);
  moved();
}

void SweepBoard::moved() {
  if (observer_ != nullptr && observer_->wants_moment()) observer_->moved(moment());
}

void SweepBoard::end(std::size_t job, std::optional<StoredRun> run) {
  if (!run) {
    states_[job].store(3, std::memory_order_relaxed);
    return;
  }
  const std::scoped_lock lock(mutex_);
  run->experiment = experiment_;
  run->id = store_.commit_run(experiment_, *run);
  std::optional<StoredRun>& place = result_.runs[jobs_[job].point];
  place = std::move(run);
  states_[job].store(2, std::memory_order_relaxed);
  if (observer_ != nullptr) observer_->run_finished(point(job), *place, moment());
}

SweepMoment SweepBoard::moment() const {
  SweepMoment moment;
  moment.runs = static_cast<std::int64_t>(result_.points.size());
  moment.kept = result_.kept;
  moment.done = result_.kept;
  for (std::size_t i = 0; i < jobs_.size(); ++i) {
    moment.cost += jobs_[i].cost;
    const int state = states_[i].load(std::memory_order_relaxed);
    if (state == 2) {
      ++moment.done;
      moment.cost_done += jobs_[i].cost;
    } else if (state == 1) {
      ++moment.running;
      const auto steps = static_cast<double>(steps_[i].load(std::memory_order_relaxed));
      moment.cost_done += std::min(jobs_[i].cost, steps * jobs_[i].cost_per_step);
    }
  }
  return moment;
}

bool SweepBoard::all_ended() const {
  return std::all_of(states_.begin(), states_.end(),
                     [](const std::atomic<int>& state) { return state.load(std::memory_order_relaxed) == 2; });
}

namespace {

/// The largest jobs may come together, so they are what must fit.
void check_memory(const std::vector<SweepJob>& jobs, std::size_t workers) {
  std::vector<double> bytes;
  for (const SweepJob& job : jobs) bytes.push_back(job.bytes);
  std::partial_sort(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(workers), bytes.end(), std::greater<>());
  const double there = machine_bytes();
  std::size_t fit = 0;
  double wanted = 0;
  for (; fit < workers && wanted + bytes[fit] <= there; ++fit) wanted += bytes[fit];
  if (fit == workers) return;
  wanted = std::accumulate(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(workers), 0.0);
  throw Error(ErrorCode::bad_value, "--workers",
              std::to_string(workers) + " runs at the same time take up to " + in_gigabytes(wanted) +
                  " of memory, and there are " + in_gigabytes(there) + "; give --workers " +
                  std::to_string(std::max<std::size_t>(fit, 1)) + ", smaller batches or smaller networks");
}

}  // namespace

void run_on_threads(SweepBoard& board, const RunPointContext& context, int workers, const std::stop_token& stop) {
  const std::size_t count = std::min(static_cast<std::size_t>(workers), board.jobs().size());
  check_memory(board.jobs(), count);
  Threads(board, context, stop).run(count);
}

}  // namespace fanin::experiment
