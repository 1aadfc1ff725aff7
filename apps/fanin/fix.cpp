// fanin fix: finds the smallest change that makes a network train, and writes the weights that it starts from.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "apps/fanin/commands.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/output_files.hpp"
#include "apps/fanin/signals.hpp"
#include "apps/fanin/train_options.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/repair/repair.hpp"
#include "fanin/report/fix_report.hpp"
#include "fanin/report/progress.hpp"
#include "fanin/report/text.hpp"

namespace fanin::cli {
namespace {

constexpr std::string_view kExamples =
    "Changes are tried in order of size: biases back to zero, each layer rescaled by the data, another start,\n"
    "orthogonal weights, clipping, the learning rate. The smallest that trains as well as the best is chosen, judged\n"
    "by the rows of --validation or by held-out training rows; the test rows are for the report only.\n"
    "\n"
    "Examples:\n"
    "  fanin fix \"mlp(10, 64)\" --data \"spirals\" --init \"normal(std=0.01)\"\n"
    "  fanin fix lenet5 --init \"normal(std=1)\" --limit-train 5000 -o repaired.safetensors\n"
    "  fanin fix net.toml --data rows.csv --lr 3 --json\n"
    "\n"
    "Exit status:\n"
    "  0    repaired, or nothing to repair\n"
    "  1    not repairable: the cause lies elsewhere\n"
    "  2    wrong use: an unknown or impossible option, name or shape\n"
    "  3    data missing, unreadable or damaged\n"
    "  4    output could not be written\n"
    "  70   internal error\n"
    "  130  interrupted\n";

struct FixOptions {
  explicit FixOptions(CLI::App& app) : reader(app) {
    experiment::TrainSettings& training = settings.training;
    reader.group("Network");
    declare_network_options(reader, training);
    reader.group("Data");
    declare_data_options(reader, "fashion-mnist", training.data, training.data_options);
    declare_scaling_options(reader, training.data_options);
    reader.group("Training");
    declare_training_options(reader, training);
    declare_batch_options(reader, training);
    reader.group("Repair");
    reader.integer("--steps", "N", "steps of each brief training (default 300)", settings.steps);
    reader.integer("--watch-steps", "N",
                   "steps that a diagnosis watches (default: up to 100, fewer where they are dear)", watched_steps);
    reader.group("Output");
    reader.text("-o,--output", "FILE", "write the repaired network's weights as .safetensors", output);
    reader.json("report", json);
    reader.flag("--no-progress", "only the report at the end", no_progress);
    reader.flag("--quiet", "neither progress nor report: only files and errors", quiet);
    reader.convert("--color", "WHEN", "auto, always or never (default auto: on a terminal without NO_COLOR)",
                   [this](const std::string& given) { color = report::parse_color_choice(given); });
  }
  FixOptions(const FixOptions&) = delete;
  FixOptions& operator=(const FixOptions&) = delete;

  void read() {
    reader.read();
    settings.training.net = OptionReader::argument(settings.training.net, json);
    if (watched_steps > 0) settings.watched_steps = watched_steps;
  }

  OptionReader reader;
  experiment::RepairSettings settings = {};
  std::int64_t watched_steps = 0;
  std::string output = {};
  std::string json = {};
  bool quiet = false;
  bool no_progress = false;
  report::ColorChoice color = report::ColorChoice::automatic;
};

// One line for each thing that is done, on standard error.
void say(const std::string& line, const report::Terminal& terminal) {
  report::write_all(STDERR_FILENO, report::styled(line, report::Style::faint, terminal) + "\n");
}

experiment::RepairResult run(const FixOptions& options, std::optional<experiment::DataSet>& data) {
  const report::Terminal terminal = report::inspect_terminal(STDERR_FILENO, options.color);
  const bool shows = !options.quiet && !options.no_progress;
  SignalHooks hooks;
  hooks.stopping = [&] {
    if (shows) say("stopping after this step; Ctrl-C again quits at once", terminal);
  };
  const StopSignals signals(std::move(hooks));
  if (shows) say("reading " + options.settings.training.data, terminal);
  data = experiment::load_data_set(options.settings.training.data, options.settings.training.data_options);
  experiment::RepairProgress progress;
  if (shows) progress = [&](std::string_view doing) { say(std::string(doing), terminal); };
  return experiment::repair(options.settings, *data, progress, signals.token());
}

void write_outputs(const FixOptions& options, const experiment::RepairResult& result, const experiment::DataSet& data) {
  if (!options.output.empty() && result.outcome == experiment::RepairOutcome::repaired) {
    try {
      experiment::write_start(result.after.settings, data, options.output);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::io_failure) throw OutputError(error.what());
      throw;
    }
  }
  if (options.json.empty()) return;
  const std::string json = experiment::to_json(result);
  print_or_write(options.json, json);
}

void print_report(const FixOptions& options, const experiment::RepairResult& result) {
  if (options.quiet) return;
  const int where = options.json == "-" ? STDERR_FILENO : STDOUT_FILENO;
  std::string text = report::fix_report(result, report::inspect_terminal(where, options.color));
  std::string saved;
  const bool wrote = !options.output.empty() && result.outcome == experiment::RepairOutcome::repaired;
  if (wrote) saved = options.output;
  if (!options.json.empty() && options.json != "-") saved += (saved.empty() ? "" : ", ") + options.json;
  if (!saved.empty()) text += "Saved: " + saved + "\n";
  if (where == STDOUT_FILENO) {
    print(text);
  } else {
    report::write_all(where, text);
  }
}

int fix(FixOptions& options) {
  options.read();
  if (!options.output.empty()) check_writable(options.output);
  if (!options.json.empty() && options.json != "-") check_writable(options.json);
  std::optional<experiment::DataSet> data;
  const experiment::RepairResult result = run(options, data);
  write_outputs(options, result, *data);
  print_report(options, result);
  if (result.outcome == experiment::RepairOutcome::interrupted) return kInterrupted;
  return result.outcome == experiment::RepairOutcome::not_repairable ? kProblemsFound : kOk;
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<FixOptions>(app);
  app.footer(std::string(kExamples));
  return [options] { return fix(*options); };
}

}  // namespace

extern const Command kFixCommand;
const Command kFixCommand{"fix", "find the smallest change that makes a network train", declare};

}  // namespace fanin::cli
