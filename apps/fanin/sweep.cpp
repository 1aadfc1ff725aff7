// fanin sweep: many trainings from one file, kept in a store from which an interrupted sweep goes on.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "apps/fanin/command_line.hpp"
#include "apps/fanin/commands.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/output_files.hpp"
#include "apps/fanin/report_page.hpp"
#include "apps/fanin/signals.hpp"
#include "apps/fanin/sweep_events.hpp"
#include "apps/fanin/sweep_options.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/store/store.hpp"
#include "fanin/experiment/sweep/mpi_executor.hpp"
#include "fanin/experiment/sweep/sweep_summary.hpp"
#include "fanin/report/page/page_data.hpp"
#include "fanin/report/progress.hpp"
#include "fanin/report/sweep_progress.hpp"
#include "fanin/report/sweep_report.hpp"

namespace fanin::cli {
namespace {

constexpr std::string_view kExamples =
    "SWEEP.toml, which docs/sweeps.md describes:\n"
    "  name = \"depth\"\n"
    "  select = \"learning_rate\"          # by validation, for each setting of the other axes\n"
    "  [data]\n"
    "  source = \"fashion-mnist\"\n"
    "  validation = 0.1\n"
    "  [base]                            # the same for all runs\n"
    "  epochs = 2\n"
    "  [axes]                            # lists, or {from=, to=, count=, scale=\"log\"}\n"
    "  init = [\"glorot_normal\", \"he_normal\"]\n"
    "  depth = [2, 8, 32]\n"
    "  learning_rate = [1e-4, 1e-3, 1e-2]\n"
    "  seeds = 3\n"
    "\n"
    "Examples:\n"
    "  fanin sweep depth.toml --dry-run\n"
    "  fanin sweep depth.toml --out runs/depth --workers 2 --json depth.json\n"
    "  fanin sweep depth.toml --set base.epochs=1 --set \"axes.depth=[2, 4]\" --out runs/quick\n"
    "  fanin sweep depth.toml --shard 1/4 --out runs/depth.1\n"
    "  mpirun -n 9 fanin sweep depth.toml --out runs/depth\n"
    "  fanin sweep --preset trainability --reduced\n"
    "\n"
    "Ctrl-C stops the runs; those that have ended are kept, and the same command goes on with the rest,\n"
    "also after a kill or a loss of power. A run that fails by an error is kept with it and tried once\n"
    "more each time; while one has, the exit status is 1.\n"
    "\n";

SignalHooks hooks_for(std::optional<report::SweepProgress>& progress) {
  SignalHooks hooks;
  hooks.stopping = [&progress] {
    if (progress) {
      progress->say("stopping: runs that have ended are kept; Ctrl-C again quits at once", report::Style::caution);
    }
  };
  hooks.quitting = [&progress] {
    if (progress) progress->leave();
  };
  hooks.suspended = hooks.quitting;
  return hooks;
}

/// A store that cannot be written is no fault of the data.
template <typename Action>
auto writing_below(const std::filesystem::path& folder, const Action& action) {
  try {
    return action();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::io_failure && error.where().starts_with(folder.string())) {
      throw OutputError(error.what());
    }
    throw;
  }
}

/// @param world  null: threads of this process train. @return nothing on a rank that only trains.
std::optional<experiment::SweepResult> run(SweepOptions& options, const experiment::SweepPlan& plan,
                                           experiment::MpiWorld* world) {
  const bool leads = world == nullptr || world->rank() == 0;
  std::optional<report::SweepProgress> progress;
  if (leads && !options.quiet && !options.no_progress) {
    progress.emplace(STDERR_FILENO, report::inspect_terminal(STDERR_FILENO, options.color));
  }
  const StopSignals signals(hooks_for(progress));
  if (leads && !options.json.empty() && options.json != "-") check_writable(options.json);
  if (progress) progress->loading(plan.data);
  const experiment::DataSet data = experiment::load_data_set(plan.data, plan.data_options);
  if (!leads) {
    world->serve(plan, data, options.run, signals.token());
    return std::nullopt;
  }
  experiment::SweepObserver* observer = progress ? &*progress : nullptr;
  std::optional<EventOutput> output;
  std::optional<SweepEvents> events;
  if (!options.tensorboard.empty()) {
    output.emplace(options.tensorboard);
    observer = &events.emplace(*output, options.run.folder / experiment::kStoreFileName, observer);
  }
  experiment::SweepResult result = writing_below(options.run.folder, [&] {
    return world == nullptr ? experiment::run_sweep(plan, data, options.run, observer, signals.token())
                            : world->run_sweep(plan, data, options.run, observer, signals.token());
  });
  if (output) output->finish();
  return result;
}

void show(const SweepOptions& options, std::string_view text) {
  if (options.json == "-") {
    report::write_all(STDERR_FILENO, text);
  } else {
    print(text);
  }
}

void print_report(const SweepOptions& options, const experiment::SweepResult& result,
                  const experiment::SweepSummary& summary) {
  if (options.quiet) return;
  const report::Terminal terminal =
      report::inspect_terminal(options.json == "-" ? STDERR_FILENO : STDOUT_FILENO, options.color);
  std::string text = report::sweep_report(result, summary, terminal);
  if (terminal.interactive) text.insert(0, "\n");
  text.append("\nSaved: ").append((options.run.folder / experiment::kStoreFileName).string());
  if (!options.json.empty() && options.json != "-") text.append(", ").append(options.json);
  text.append("\n").append(page_line(page_path(options.run.folder)));
  if (result.interrupted) text.append("Go on: ").append(command_line()).append("\n");
  show(options, text);
}

void show_plan(const SweepOptions& options, const experiment::SweepPlan& plan) {
  const std::vector<experiment::SweepPoint> all = experiment::expand(plan, options.run.max_runs);
  std::vector<experiment::SweepPoint> part;
  for (const std::size_t i : experiment::shard_of(all, options.run.shard, options.run.shards)) part.push_back(all[i]);
  print(report::sweep_plan_report(plan, part, report::inspect_terminal(STDOUT_FILENO, options.color)));
}

/// The result to JSON and to people.
int give(const SweepOptions& options, const experiment::SweepResult& result) {
  const experiment::SweepSummary summary = experiment::summarize(result);
  // A file that cannot be written after all must not take the tables with it.
  std::exception_ptr failure;
  try {
    if (!options.json.empty()) print_or_write(options.json, experiment::to_json(result, summary));
    write_page(options.run.folder, report::sweep_page_data(result, summary, command_line()));
  } catch (const OutputError&) {
    failure = std::current_exception();
  }
  print_report(options, result, summary);
  if (failure) std::rethrow_exception(failure);
  if (result.interrupted) return kInterrupted;
  const bool failed = std::ranges::any_of(
      result.runs, [](const auto& run) { return run && run->status == experiment::StoredStatus::failed; });
  return failed ? kProblemsFound : kOk;
}

int sweep(SweepOptions& options, experiment::MpiWorld* world) {
  options.read();
  const experiment::SweepPlan plan = options.plan();
  options.run.folder =
      options.out.empty() ? std::filesystem::path("sweeps") / plan.name : std::filesystem::path(options.out);
  options.run.command_line = command_line();
  options.run.created_at = utc_now();
  if (options.dry_run) {
    if (world == nullptr || world->rank() == 0) show_plan(options, plan);
    return kOk;
  }
  const std::optional<experiment::SweepResult> result = run(options, plan, world);
  return result ? give(options, *result) : kOk;
}

/// Beside other ranks of MPI an error must end those too.
int sweep_anywhere(SweepOptions& options) {
  if (!experiment::started_by_mpi()) return sweep(options, nullptr);
  experiment::MpiWorld world;
  if (world.size() == 1) return sweep(options, nullptr);
  try {
    return sweep(options, &world);
  } catch (...) {
    const int status = report_exception("sweep");
    world.end_job(status);
    return status;
  }
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<SweepOptions>(app);
  app.footer(std::string(kExamples) + std::string(kExitStatusHelp));
  return [options] { return sweep_anywhere(*options); };
}

}  // namespace

extern const Command kSweepCommand;
const Command kSweepCommand{"sweep", "many trainings from one file, which go on where they were interrupted", declare};

}  // namespace fanin::cli
