// fanin runs export: stored runs for other programs.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "apps/fanin/errors.hpp"
#include "apps/fanin/output_files.hpp"
#include "apps/fanin/runs_command.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/experiment/store/export.hpp"

namespace fanin::cli {
namespace {

struct Options {
  explicit Options(CLI::App& app) : selection(app), reader(app) {}

  RunSelection selection;
  OptionReader reader;
  std::string format;
  std::string where;
  std::string table = "runs";
  std::string to = "-";
};

[[noreturn]] void refuse(std::string_view where, const std::string& given, const std::vector<std::string>& known) {
  throw Error(ErrorCode::unknown_name, std::string(where), "there is no '" + given + "'; " + suggestion(given, known));
}

std::string csv_of(const std::string& table, const std::vector<experiment::StoredRun>& runs) {
  if (table == "runs") return experiment::runs_to_csv(runs);
  if (table == "epochs") return experiment::epochs_to_csv(runs);
  if (table == "layers") return experiment::layers_to_csv(runs);
  if (table == "findings") return experiment::findings_to_csv(runs);
  refuse("--table", table, {"runs", "epochs", "layers", "findings"});
}

int write_npz(const std::string& to, const std::vector<experiment::StoredRun>& runs) {
  if (to == "-") throw Error(ErrorCode::bad_value, "--to", "npz needs a file: --to runs.npz");
  try {
    experiment::write_runs_npz(to, runs);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::io_failure) throw OutputError(error.what());
    throw;
  }
  return kOk;
}

int export_runs(const Options& options) {
  options.reader.read();
  const std::vector<std::string> formats{"csv", "json", "jsonl", "npz", "tensorboard"};
  if (std::ranges::find(formats, options.format) == formats.end()) refuse("format", options.format, formats);
  if (options.format == "tensorboard") {
    export_events(store_at(options.where), options.selection.load(options.where, false), options.to);
    return kOk;
  }
  const SelectedRuns selected = options.selection.load(options.where, true);
  if (options.format == "npz") return write_npz(options.to, selected.runs);
  const std::string text = options.format == "csv" ? csv_of(options.table, selected.runs)
                           : options.format == "json"
                               ? experiment::runs_to_json(selected.experiments, selected.runs)
                               : experiment::runs_to_json_lines(selected.experiments, selected.runs);
  print_or_write(options.to, text);
  return kOk;
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<Options>(app);
  app.add_option("format", options->format, "csv, json, jsonl (a run a line), npz or tensorboard")
      ->required()
      ->type_name("")
      ->option_text("csv|json|jsonl|npz|tensorboard");
  app.add_option("where", options->where, "an output folder or its fanin.sqlite (default: here)")
      ->type_name("")
      ->option_text("[FOLDER]");
  options->reader.group("Output");
  options->reader.text("--table", "TABLE", "csv only: runs, epochs, layers or findings (default runs)", options->table);
  options->reader.text("--to", "FILE",
                       "write this file (default: standard output); for tensorboard a folder, which is completed",
                       options->to);
  app.footer(
      "Examples:\n"
      "  fanin runs export csv runs/first > runs.csv\n"
      "  fanin runs export csv runs/first --table epochs --status finished --to epochs.csv\n"
      "  fanin runs export npz runs/first --to runs.npz\n"
      "  fanin runs export tensorboard runs/first --to runs/tb\n"
      "\n" +
      std::string(kExitStatusHelp));
  return [options] { return export_runs(*options); };
}

}  // namespace

const Command kRunsExportCommand{"export", "stored runs as CSV, JSON, JSON Lines, npz or for TensorBoard", declare};

}  // namespace fanin::cli
