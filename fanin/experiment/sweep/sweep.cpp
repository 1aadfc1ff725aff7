#include "fanin/experiment/sweep/sweep.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/core/version.hpp"
#include "fanin/engine/optimizer.hpp"
#include "fanin/experiment/json_text.hpp"
#include "fanin/experiment/memory.hpp"
#include "fanin/experiment/store/store.hpp"
#include "fanin/experiment/sweep/executor.hpp"
#include "fanin/experiment/sweep/hopeless.hpp"
#include "fanin/experiment/training/data_identity.hpp"
#include "fanin/experiment/training/settings_json.hpp"
#include "fanin/experiment/training/setup.hpp"

namespace fanin::experiment {
namespace {

constexpr std::size_t kMostWorkers = 1'000'000;
constexpr double kNodeCost = 1e4;  // of starting a node's kernels, in operations

struct Cost {
  double per_step = 0;
  double all = 0;
  double bytes = 0;  // of memory, while it is trained
};

Cost cost_of(const TrainSettings& settings, const DataSet& data) {
  const TrainSetup setup = prepare(settings, data);
  const net::Cost row = setup.graph.cost();
  const double rows = static_cast<double>(setup.settings.batch_size);
  const double step =
      rows * (row.forward_flops + row.backward_flops) + kNodeCost * static_cast<double>(setup.graph.nodes().size());
  const engine::Optimizer optimizer =
      engine::parse_optimizer(setup.settings.optimizer, setup.settings.learning_rate.value_or(1.0));
  return {step, step * static_cast<double>(total_steps(setup.settings, data)),
          training_bytes(setup.graph, optimizer, rows_at_once(setup.settings), 1)};
}

/// By setting, whatever the seed. Settings that do not suit the data cost nothing: their runs fail at once.
class Costs final {
 public:
  Costs(const std::vector<SweepPoint>& points, const DataSet& data) {
    std::exception_ptr failure;
    bool one_suits = points.empty();
    for (const SweepPoint& point : points) {
      const auto [found, is_new] = costs_.emplace(to_string(point.values), Cost{});
      if (!is_new) continue;
      try {
        found->second = cost_of(point.settings, data);
        one_suits = true;
      } catch (const Error& error) {
        const std::string at = found->first.empty() ? "" : "at " + found->first + ": ";
        if (!failure) failure = std::make_exception_ptr(Error(error.code(), "sweep", at + error.what()));
      }
    }
    if (!one_suits) std::rethrow_exception(failure);
  }

  [[nodiscard]] Cost of(const SweepPoint& point) const { return costs_.at(to_string(point.values)); }

 private:
  std::map<std::string, Cost> costs_;
};

SweepResult describe(const SweepPlan& plan, const DataSet& data, const SweepOptions& options) {
  SweepResult result;
  result.plan = plan;
  result.data_name = data.name;
  result.train_rows = data.train.count;
  result.validation_rows = data.validation.count;
  result.test_rows = data.test.count;
  result.has_accuracy = net::has_accuracy(data.loss);
  result.chance_accuracy = chance_level(data, data.test);
  result.validation_chance = chance_level(data, data.validation);
  std::vector<SweepPoint> all = expand(plan, options.max_runs);
  for (const std::size_t i : shard_of(all, options.shard, options.shards)) result.points.push_back(std::move(all[i]));
  result.runs.resize(result.points.size());
  return result;
}

StoredExperiment experiment_of(const SweepPlan& plan, const DataSet& data, const SweepOptions& options) {
  StoredExperiment experiment;
  experiment.kind = ExperimentKind::sweep;
  experiment.name = plan.name;
  Json settings = parse_json(to_json(plan));
  settings["data_set"] = identity_json(identity_of(data));
  for (const SettingValue& file : network_files(plan)) settings["network_files"][file.key] = file.value;
  experiment.settings = json_line(settings);
  experiment.command_line = options.command_line;
  experiment.version = kVersion;
  experiment.created_at = options.created_at;
  experiment.planned_runs = static_cast<std::int64_t>(expand(plan, options.max_runs).size());
  return experiment;
}

/// The store's sweeps of this name, the earliest first.
std::vector<StoredExperiment> sweeps_of(const std::filesystem::path& store, const std::string& name) {
  std::vector<StoredExperiment> sweeps;
  if (!std::filesystem::exists(store)) return sweeps;
  for (StoredExperiment& experiment : StoreReader(store).experiments()) {
    if (experiment.kind == ExperimentKind::sweep && experiment.name == name) sweeps.push_back(std::move(experiment));
  }
  return sweeps;
}

bool same_data(const StoredExperiment& a, const StoredExperiment& b) {
  const Json first = parse_json_or_discard(a.settings);
  const Json second = parse_json_or_discard(b.settings);
  return first.is_object() && second.is_object() && first.contains("data_set") && second.contains("data_set") &&
         first.at("data_set") == second.at("data_set");
}

void check_same(const StoredExperiment& before, const StoredExperiment& now, const SweepOptions& options) {
  if (options.extend || before.settings == now.settings) return;
  throw Error(ErrorCode::bad_value, options.folder.string(),
              "it holds a sweep '" + now.name + "' that was another one (" +
                  plan_difference(before.settings, now.settings) +
                  "); name another folder by --out, or add --extend to keep the runs that both have");
}

/// Runs of an earlier form of the plan that this one has too. After a kill in between it goes on.
void keep_runs(const std::filesystem::path& file, const StoredExperiment& before, std::int64_t now,
               const SweepResult& result, StoreWriter& writer) {
  std::set<std::string> wanted;
  for (const SweepPoint& point : result.points) wanted.insert(point.key);
  const std::set<std::string> there = writer.complete_keys(now);
  const StoreReader reader(file);
  for (const StoredRun& found : reader.runs({.experiment = before.id})) {
    if (!is_complete(found.status) || !wanted.contains(found.key) || there.contains(found.key)) continue;
    writer.commit_run(now, reader.run(found.id));
  }
}

/// Puts the store's runs into the result. One that failed stands there until it has been tried again.
void take_runs(const std::filesystem::path& file, std::int64_t experiment, SweepResult& result) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < result.points.size(); ++i) places[result.points[i].key] = i;
  const StoreReader reader(file);
  for (StoredRun& run : reader.runs({.experiment = experiment})) {
    const auto place = places.find(run.key);
    if (place == places.end() || run.status == StoredStatus::interrupted) continue;
    result.kept += is_complete(run.status) ? 1 : 0;
    result.runs[place->second] = std::move(run);
  }
}

/// What is left to do: seed after seed, so that a sweep that ends early is paired as far as it came, and the longest
/// first, so that all workers end at about the same time.
std::vector<SweepJob> jobs_of(const SweepResult& result, const Costs& costs) {
  std::vector<SweepJob> jobs;
  for (std::size_t i = 0; i < result.points.size(); ++i) {
    if (result.runs[i] && is_complete(result.runs[i]->status)) continue;
    const Cost cost = costs.of(result.points[i]);
    jobs.push_back({.point = i, .cost_per_step = cost.per_step, .cost = cost.all, .bytes = cost.bytes});
  }
  std::map<std::uint64_t, std::size_t> turn;
  for (std::size_t i = 0; i < result.plan.seeds.size(); ++i) turn.emplace(result.plan.seeds[i], i);
  std::stable_sort(jobs.begin(), jobs.end(), [&](const SweepJob& a, const SweepJob& b) {
    const std::size_t first = turn.at(result.points[a.point].seed);
    const std::size_t second = turn.at(result.points[b.point].seed);
    return first != second ? first < second : a.cost > b.cost;
  });
  return jobs;
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error && std::filesystem::is_directory(folder)) return;
  throw Error(ErrorCode::io_failure, folder.string(), "the folder cannot be made: " + error.message());
}

}  // namespace

SweepResult run_sweep_by(const SweepPlan& plan, const DataSet& data, const SweepOptions& options,
                         SweepObserver* observer, std::stop_token stop, const SweepExecution& execution, int workers) {
  const auto begin = std::chrono::steady_clock::now();
  SweepResult result = describe(plan, data, options);
  const Costs costs(result.points, data);
  StoredExperiment experiment = experiment_of(plan, data, options);
  make_folder(options.folder);
  const std::filesystem::path file = options.folder / kStoreFileName;
  StoreWriter store(file);
  const std::vector<StoredExperiment> earlier = sweeps_of(file, plan.name);
  if (!earlier.empty()) check_same(earlier.back(), experiment, options);
  const bool goes_on = !earlier.empty() && earlier.back().settings == experiment.settings;
  const std::int64_t id = goes_on ? earlier.back().id : store.add_experiment(experiment);
  for (const StoredExperiment& before : earlier) {
    if (before.id != id && same_data(before, experiment)) keep_runs(file, before, id, result, store);
  }
  take_runs(file, id, result);
  experiment.id = id;
  result.experiment = std::move(experiment);

  SweepBoard board(result, jobs_of(result, costs), store, id, observer);
  if (observer != nullptr) {
    const auto jobs = static_cast<int>(std::min<std::size_t>(board.jobs().size(), kMostWorkers));
    observer->started(result, board.moment(), std::clamp(workers, 1, std::max(1, jobs)));
  }
  execution(board, {data, plan.give_up_after, chance_level(data, data.train)}, stop);
  result.interrupted = !board.all_ended();
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

SweepResult run_sweep(const SweepPlan& plan, const DataSet& data, const SweepOptions& options, SweepObserver* observer,
                      std::stop_token stop) {
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const int workers = options.workers > 0 ? options.workers : cores;
  const SweepExecution execution = [workers](SweepBoard& board, const RunPointContext& context,
                                             const std::stop_token& token) {
    run_on_threads(board, context, workers, token);
  };
  return run_sweep_by(plan, data, options, observer, std::move(stop), execution, workers);
}

}  // namespace fanin::experiment
