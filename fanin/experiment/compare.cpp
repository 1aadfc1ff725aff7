#include "fanin/experiment/compare.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <limits>
#include <mutex>
#include <numeric>
#include <thread>
#include <utility>

#include "fanin/core/gemm.hpp"
#include "fanin/experiment/network.hpp"
#include "fanin/experiment/probe/data_facts.hpp"
#include "fanin/experiment/training_run.hpp"
#include "fanin/init/initializer.hpp"

namespace fanin::experiment {
namespace {

std::vector<RunResult> planned_runs(const CompareSettings& settings) {
  std::vector<RunResult> runs;
  for (std::int64_t s = 0; s < settings.seeds; ++s) {
    for (const std::string& init : settings.inits) {
      RunResult run;
      run.init = init;
      run.seed = settings.first_seed + static_cast<std::uint64_t>(s);
      runs.push_back(std::move(run));
    }
  }
  return runs;
}

// True when every weight of the network starts at one and the same value.
bool is_constant(const init::NetworkPlan& plan) {
  for (const init::ParameterPlan& parameter : plan.parameters) {
    const bool weight = parameter.parameter.role == net::ParameterRole::weight;
    if (weight && parameter.rule.std_dev(parameter.parameter) > 0) return false;
  }
  return true;
}

// The worker threads of one comparison. They take runs from a shared queue; a run depends on its
// initialization and seed only, so who trains it when is of no consequence.
class Workers {
 public:
  Workers(const RunContext& context, const net::Graph& graph, std::span<RunResult> runs,
          std::span<RunProgress> progress, CompareObserver* observer, std::stop_token stop)
      : context_(context), runs_(runs), progress_(progress), observer_(observer), stop_(std::move(stop)) {
    for (const std::string& init : context.settings.inits) starts_.push_back(start_of(init, graph));
    fill_queue();
  }

  void run() {
    const std::size_t count = std::min(static_cast<std::size_t>(context_.settings.workers), runs_.size());
    {
      std::vector<std::jthread> threads;
      try {
        for (std::size_t i = 0; i < count; ++i) threads.emplace_back([this, i] { work(static_cast<int>(i)); });
      } catch (...) {
        fail(std::current_exception());  // the system gives no more threads: end those that started
      }
    }
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  // By seed, so that an interrupted comparison is paired as far as it came. A network that starts at
  // zero computes little and trains in two thirds of the time: the shortest runs come last, which lets
  // all workers end at about the same time.
  void fill_queue() {
    queue_.resize(runs_.size());
    std::iota(queue_.begin(), queue_.end(), std::size_t{0});
    std::vector<bool> constant;
    for (const NetworkStart& start : starts_) constant.push_back(is_constant(start.plan));
    std::stable_partition(queue_.begin(), queue_.end(),
                          [&](std::size_t index) { return !constant[index % starts_.size()]; });
  }

  void work(int worker) {
    use_one_thread();
    for (std::size_t at = next_++; at < queue_.size() && !stopped(); at = next_++) {
      try {
        train_one(queue_[at], worker);
      } catch (...) {
        fail(std::current_exception());
      }
    }
  }

  void train_one(std::size_t index, int worker) {
    RunResult& run = runs_[index];
    RunProgress& progress = progress_[index];
    progress.worker.store(worker, std::memory_order_relaxed);
    progress.state.store(1, std::memory_order_relaxed);
    const RunHooks hooks{[this] { return stopped(); },
                         [&](const EpochRecord& epoch) {
                           tell([&](CompareObserver& observer) { observer.epoch_finished(run, index, epoch); });
                         }};
    train(context_, starts_[index % starts_.size()], hooks, run, progress);
    progress.state.store(2, std::memory_order_relaxed);
    tell([&](CompareObserver& observer) { observer.run_finished(run, index); });
  }

  [[nodiscard]] bool stopped() const { return failed_.load(std::memory_order_relaxed) || stop_.stop_requested(); }

  void fail(std::exception_ptr failure) {
    const std::scoped_lock lock(mutex_);
    if (!failure_) failure_ = std::move(failure);
    failed_.store(true, std::memory_order_relaxed);
  }

  template <typename Call>
  void tell(const Call& call) {
    if (observer_ == nullptr) return;
    const std::scoped_lock lock(observer_mutex_);
    call(*observer_);
  }

  const RunContext& context_;
  std::span<RunResult> runs_;
  std::span<RunProgress> progress_;
  CompareObserver* observer_;
  std::stop_token stop_;
  std::vector<NetworkStart> starts_;
  std::vector<std::size_t> queue_;  // indices of runs_, in the order they are taken
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::mutex observer_mutex_;
  std::exception_ptr failure_;
};

// What always naming the most frequent class would reach on the test part.
double chance_accuracy(const DataSet& data) {
  if (!net::takes_labels(data.loss)) return std::numeric_limits<double>::quiet_NaN();
  std::vector<std::int64_t> rows(static_cast<std::size_t>(data.outputs));
  for (const std::int32_t label : data.test.labels) ++rows[static_cast<std::size_t>(label)];
  return static_cast<double>(*std::max_element(rows.begin(), rows.end())) /
         static_cast<double>(data.test.labels.size());
}

// Tells an observer when the counters that it watches are about to go, also when an error takes them.
class Watched final {
 public:
  explicit Watched(CompareObserver* observer) noexcept : observer_(observer) {}
  ~Watched() {
    if (observer_ != nullptr) observer_->ended();
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

 private:
  CompareObserver* observer_;
};

CompareResult describe(const CompareSettings& settings, const DataSet& data, const net::Graph& graph) {
  CompareResult result;
  result.settings = settings;
  result.data_name = data.name;
  result.data_source = data.source;
  result.scaling = data.scaling.description;
  result.train_rows = data.train.count;
  result.validation_rows = data.validation.count;
  result.test_rows = data.test.count;
  result.parameters = graph.parameter_count();
  result.regression = !net::has_accuracy(data.loss);
  result.chance_accuracy = chance_accuracy(data);
  result.chosen_by =
      std::string(result.validation_rows > 0 ? "validation " : "test ") + (result.regression ? "loss" : "accuracy");
  result.runs = planned_runs(settings);
  return result;
}

}  // namespace

std::string_view to_string(RunStatus status) noexcept {
  switch (status) {
    case RunStatus::finished: return "finished";
    case RunStatus::diverged: return "diverged";
    case RunStatus::interrupted: return "interrupted";
  }
  return "unknown";
}

CompareResult compare(const CompareSettings& settings, const DataSet& data, CompareObserver* observer,
                      std::stop_token stop) {
  const auto begin = std::chrono::steady_clock::now();
  const CompareSettings resolved = resolve(settings, data);
  const net::Graph graph = network_of(resolved, data);
  CompareResult result = describe(resolved, data, graph);
  const RunContext context{resolved, data, optimizer_of(resolved),
                           data.tokens ? 0 : zero_fraction(data.train, data.scaling),
                           resolved.watch.watched() ? data_facts(data) : observe::DataFacts{}};
  std::vector<RunProgress> progress(result.runs.size());
  const Watched watched(observer);
  if (observer != nullptr) {
    observer->started(resolved, data, steps_per_run(resolved, data), result.runs, progress);
  }
  Workers(context, graph, result.runs, progress, observer, std::move(stop)).run();
  result.interrupted = std::any_of(result.runs.begin(), result.runs.end(),
                                   [](const RunResult& run) { return run.status == RunStatus::interrupted; });
  result.summary = summarize(resolved, result.runs,
                             {.regression = result.regression,
                              .has_validation = result.validation_rows > 0,
                              .test_rows = result.test_rows * data.positions,
                              .chance_accuracy = result.chance_accuracy});
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

}  // namespace fanin::experiment
