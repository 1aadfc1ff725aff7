#include <fmt/format.h>

#include "apps/fanin/errors.hpp"
#include "apps/fanin/event_output.hpp"
#include "apps/fanin/output_files.hpp"
#include "apps/fanin/runs_command.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/tensorboard/stored_events.hpp"

namespace fanin::cli {
namespace {

using experiment::StoredExperiment;
using experiment::StoredRun;

struct Count {
  std::int64_t written = 0;
  std::int64_t there = 0;
};

Count write_experiment(const experiment::StoreReader& reader, const StoredExperiment& experiment,
                       const std::vector<StoredRun>& runs, const std::filesystem::path& folder) {
  experiment::write_experiment_events(folder, experiment, runs, wall_time);
  const experiment::StoredEvents events(folder, experiment, wall_time);
  Count count;
  for (const StoredRun& run : runs) {
    if (events.has(run)) {
      ++count.there;
    } else {
      events.write(reader.run(run.id));
      ++count.written;
    }
  }
  return count;
}

}  // namespace

void export_events(const std::filesystem::path& store, const SelectedRuns& selected, const std::string& to) {
  if (to == "-") throw Error(ErrorCode::bad_value, "--to", "tensorboard needs a folder: --to runs/tb");
  make_folder(to);
  const experiment::StoreReader reader(store);
  std::vector<std::pair<const StoredExperiment*, std::vector<StoredRun>>> groups;
  for (const StoredExperiment& experiment : selected.experiments) {
    std::vector<StoredRun> own;
    for (const StoredRun& run : selected.runs) {
      if (run.experiment == experiment.id) own.push_back(run);
    }
    if (!own.empty()) groups.emplace_back(&experiment, std::move(own));
  }
  Count all;
  for (const auto& [experiment, runs] : groups) {
    // TensorBoard's table of hyperparameters knows one experiment for each folder.
    const std::string name = fmt::format("{} {}", to_string(experiment->kind), experiment->id);
    const std::filesystem::path folder =
        groups.size() == 1 ? std::filesystem::path(to) : to / std::filesystem::path(name);
    try {
      const Count count = write_experiment(reader, *experiment, runs, folder);
      all.written += count.written;
      all.there += count.there;
    } catch (const Error& error) {
      if (error.code() == ErrorCode::io_failure) throw OutputError(error.what());
      throw;
    }
  }
  print(
      fmt::format("{}: {} run{} written, {} there already\n", to, all.written, all.written == 1 ? "" : "s", all.there));
}

}  // namespace fanin::cli
