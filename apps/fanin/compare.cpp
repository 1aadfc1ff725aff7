// fanin compare: trains one network from several initializations and shows which ones work.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <string>

#include "apps/fanin/commands.hpp"
#include "apps/fanin/compare_options.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/event_output.hpp"
#include "apps/fanin/output_files.hpp"
#include "apps/fanin/report_page.hpp"
#include "apps/fanin/run_store.hpp"
#include "apps/fanin/signals.hpp"
#include "fanin/experiment/result_files.hpp"
#include "fanin/report/compare_report.hpp"
#include "fanin/report/page/page_data.hpp"
#include "fanin/report/progress.hpp"

namespace fanin::cli {
namespace {

constexpr std::string_view kExamples =
    "An option given twice: the last one counts.\n"
    "\n"
    "Examples:\n"
    "  fanin compare\n"
    "  fanin compare --data fashion-mnist --net 784-256-128-10 --activation relu \\\n"
    "    --inits \"zeros,normal(std=0.01),glorot_uniform,he_uniform\" --optimizer adam --lr 1e-3 \\\n"
    "    --batch-size 64 --epochs 10 --seeds 3 --workers 2 --out runs/first --json result.json\n"
    "  fanin compare --data spirals --activation tanh --inits \"lecun_normal,glorot_normal\"\n"
    "  fanin compare --data houses.csv --target price --task regression --standardize\n"
    "  fanin compare --epochs 2 --json --quiet | jq .summary\n"
    "\n"
    "Ctrl-C ends the runs, prints the table and writes the files with what there is; a second one\n"
    "quits at once.\n"
    "\n";

struct OutputPaths {
  std::optional<std::filesystem::path> json;
  std::optional<std::filesystem::path> result;
  std::optional<std::filesystem::path> csv;
  std::optional<std::filesystem::path> page;
  std::optional<RunStore> store;
  std::optional<EventOutput> events;
};

/// Fails now rather than after an hour of training.
OutputPaths prepare_outputs(const CompareOptions& options) {
  OutputPaths paths;
  if (!options.json.empty() && options.json != "-") paths.json = options.json;
  if (!options.out.empty()) {
    make_folder(options.out);
    paths.result = std::filesystem::path(options.out) / "result.json";
    paths.csv = std::filesystem::path(options.out) / "epochs.csv";
    paths.page = page_path(options.out);
  }
  if (!options.settings.watch.trace.empty()) make_folder(options.settings.watch.trace);
  for (const auto& path : {paths.json, paths.result, paths.csv, paths.page}) {
    if (path) check_writable(*path);
  }
  if (!options.out.empty()) paths.store.emplace(options.out);
  if (!options.tensorboard.empty()) paths.events.emplace(options.tensorboard);
  return paths;
}

experiment::CompareResult train(const CompareOptions& options, OutputPaths& paths) {
  const report::Terminal terminal = report::inspect_terminal(STDERR_FILENO, options.color);
  std::optional<report::CompareProgress> progress;
  if (!options.quiet && !options.no_progress) progress.emplace(STDERR_FILENO, terminal);
  SignalHooks hooks;
  hooks.stopping = [&progress] {
    if (progress)
      progress->say("stopping: the results so far are kept; Ctrl-C again quits at once", report::Style::caution);
  };
  hooks.quitting = [&progress] {
    if (progress) progress->abandon();
  };
  hooks.suspended = [&progress] {
    if (progress) progress->suspend();
  };
  const StopSignals signals(std::move(hooks));

  if (progress) progress->loading(options.settings.data);
  const experiment::DataSet data = experiment::load_data_set(options.settings.data, options.settings.data_options);
  const experiment::CompareSettings settings = experiment::resolve(options.settings, data);
  paths = prepare_outputs(options);
  StoringObserver storing(paths.store ? &*paths.store : nullptr, progress ? &*progress : nullptr);
  CompareEvents observer(paths.events ? &*paths.events : nullptr, &storing);
  return experiment::compare(settings, data, &observer, signals.token());
}

void store_outputs(OutputPaths& paths) {
  paths.store->finish();
  for (const auto& path : {paths.result, paths.csv}) {
    if (path) paths.store->add_artifact({.kind = "result", .path = path->filename().string()});
  }
  if (paths.page) paths.store->add_artifact({.kind = "page", .path = paths.page->filename().string()});
}

void write_outputs(const CompareOptions& options, OutputPaths& paths, const experiment::CompareResult& result) {
  const std::string json = experiment::to_json(result);
  if (paths.result) write_file(*paths.result, json);
  if (paths.csv) write_file(*paths.csv, experiment::to_csv(result));
  if (paths.json) write_file(*paths.json, json);
  if (paths.page) write_page(options.out, report::compare_page_data(result));
  if (paths.store) store_outputs(paths);
  if (paths.events) paths.events->finish();
  if (options.json == "-") print(json.ends_with('\n') ? json : json + "\n");
}

void print_report(const CompareOptions& options, const OutputPaths& paths, const experiment::CompareResult& result) {
  if (options.quiet) return;
  const int where = options.json == "-" ? STDERR_FILENO : STDOUT_FILENO;
  const report::Terminal terminal = report::inspect_terminal(where, options.color);
  std::string text = report::compare_report(result, terminal);
  if (terminal.interactive) text.insert(0, "\n");
  std::string saved;
  for (const auto& path : {paths.result, paths.csv, paths.json}) {
    if (path) saved += (saved.empty() ? "" : ", ") + path->string();
  }
  if (paths.store) saved += ", " + paths.store->file().string();
  if (!saved.empty()) text += "\nSaved: " + saved + "\n";
  if (paths.page) text += page_line(*paths.page);
  if (where == STDOUT_FILENO) {
    print(text);
  } else {
    report::write_all(where, text);
  }
}

int compare(CompareOptions& options) {
  options.read();
  options.settings.watch.page = !options.out.empty() || !options.tensorboard.empty();
  OutputPaths paths;
  const experiment::CompareResult result = train(options, paths);
  // A file that cannot be written after all must not take the table with it.
  std::exception_ptr failure;
  try {
    write_outputs(options, paths, result);
  } catch (const OutputError&) {
    failure = std::current_exception();
  }
  const OutputPaths none;
  print_report(options, failure ? none : paths, result);
  if (failure) std::rethrow_exception(failure);
  return result.interrupted ? kInterrupted : kOk;
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<CompareOptions>(app);
  app.footer(std::string(kExamples) + std::string(kExitStatusHelp));
  return [options] { return compare(*options); };
}

}  // namespace

extern const Command kCompareCommand;
const Command kCompareCommand{"compare",
                              "train one network from several weight initializations and see which ones work", declare};

}  // namespace fanin::cli
