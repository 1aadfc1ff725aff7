#include "apps/fanin/sweep_options.hpp"

#include <CLI/CLI.hpp>
#include <limits>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/sweep/presets.hpp"

namespace fanin::cli {
namespace {

int parse_workers(const std::string& given) {
  const std::optional<std::int64_t> value = parse_integer(given);
  if (value && *value >= 0 && *value <= 1024) return static_cast<int>(*value);
  throw Error(ErrorCode::bad_value, "--workers",
              "'" + given + "' is not a number of workers: 0 (one per core), 1, 2, ...");
}

/// "2/4", from 1.
void parse_shard(const std::string& given, experiment::SweepOptions& run) {
  const std::size_t slash = given.find('/');
  const std::optional<std::int64_t> index = parse_integer(given.substr(0, slash));
  const std::optional<std::int64_t> count =
      slash == std::string::npos ? std::nullopt : parse_integer(given.substr(slash + 1));
  if (!index || !count || *index < 1 || *count < 1 || *index > *count) {
    throw Error(ErrorCode::bad_value, "--shard",
                "'" + given + "' is no part of a sweep: write 1/4, 2/4, 3/4 or 4/4 for four of them");
  }
  run.shard = *index - 1;
  run.shards = *count;
}

}  // namespace

SweepOptions::SweepOptions(CLI::App& app) : reader_(app) {
  reader_.group("Sweep");
  reader_.text("SWEEP,--file", "FILE", "a .toml file, see docs/sweeps.md", file);
  reader_.text("--preset", "NAME", "a sweep that comes with fanin in place of a file: trainability", preset);
  reader_.flag("--reduced", "a preset's small form, for a first look", reduced);
  app.add_option("--set", changes)
      ->type_name("LINE")
      ->option_text("LINE")
      ->description(
          "a line of TOML that takes the place of the file's, such as base.epochs=2 or \"axes.depth=[2,4]\"; "
          "may be given several times")
      ->group("Sweep")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  reader_.convert("--workers", "N", "runs at the same time; changes no result (default: one per core)",
                  [this](const std::string& given) { run.workers = parse_workers(given); });
  reader_.convert("--shard", "I/N", "only the I-th of N parts, for several machines; `fanin runs merge` joins them",
                  [this](const std::string& given) { parse_shard(given, run); });
  reader_.flag("--extend", "the file may differ from the one that --out holds: runs that both have are kept",
               run.extend);
  reader_.integer("--max-runs", "N", "refuse a sweep with more (default 10000)", run.max_runs);
  reader_.flag("--dry-run", "only show which runs there would be", dry_run);
  reader_.group("Output");
  reader_.text("--out", "FOLDER", "of the store, which keeps each run as it ends (default: sweeps/NAME)", out);
  reader_.text("--tensorboard", "FOLDER", "write TensorBoard's event files there, those of a run when it ends",
               tensorboard);
  reader_.json("tables", json);
  reader_.flag("--no-progress", "only the tables at the end", no_progress);
  reader_.flag("--quiet", "neither progress nor tables: only files and errors", quiet);
  reader_.convert("--color", "WHEN", "auto, always or never (default auto: on a terminal without NO_COLOR)",
                  [this](const std::string& given) { color = report::parse_color_choice(given); });
}

void SweepOptions::read() {
  reader_.read();
  if (preset.empty()) file = OptionReader::argument(file, json);
  if (file.empty() == preset.empty()) {
    throw Error(ErrorCode::bad_value, "SWEEP.toml",
                file.empty() ? "which sweep? Name its file, or --preset trainability" : "a file or --preset, not both");
  }
  if (reduced && preset.empty())
    throw Error(ErrorCode::bad_value, "--reduced", "it is for presets; use --set with a file");
  if (run.max_runs < 1) throw Error(ErrorCode::bad_value, "--max-runs", "it must be 1 or more");
}

experiment::SweepPlan SweepOptions::plan() const {
  std::vector<experiment::SweepChange> all;
  if (reduced) all.push_back({"--reduced", std::string(experiment::find_sweep_preset(preset).reduced)});
  for (const std::string& change : changes) all.push_back({"--set " + change, change});
  if (!preset.empty()) return experiment::parse_sweep(experiment::find_sweep_preset(preset).text, preset, all);
  return experiment::read_sweep(file, all);
}

}  // namespace fanin::cli
