// fanin check: watches a network's first steps and says what is wrong, why, and what to change.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "apps/fanin/check_options.hpp"
#include "apps/fanin/check_progress.hpp"
#include "apps/fanin/check_trace.hpp"
#include "apps/fanin/commands.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/output_files.hpp"
#include "apps/fanin/report_page.hpp"
#include "apps/fanin/run_store.hpp"
#include "apps/fanin/signals.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/store/stored_results.hpp"
#include "fanin/experiment/trace_file/trace_file.hpp"
#include "fanin/report/check_report.hpp"
#include "fanin/report/page/page_data.hpp"
#include "fanin/report/why_report.hpp"

namespace fanin::cli {
namespace {

constexpr std::string_view kExamples =
    "It trains as `fanin train` does with the same options, for a few steps, and writes only what is asked for.\n"
    "`fanin explain PROBLEM` says more about a finding.\n"
    "\n"
    "Examples:\n"
    "  fanin check 784-256-128-10 --data fashion-mnist\n"
    "  fanin check 784-256-256-256-10 --activation sigmoid --init glorot_normal\n"
    "  fanin check \"mlp(50, 128)\" --init \"normal(std=0.02)\" --steps 0\n"
    "  fanin check net.toml --data table.csv --optimizer sgd --lr 10\n"
    "  fanin check lenet5 --weights runs/lenet/best.safetensors\n"
    "  fanin check resnet20 --data cifar-10 --json --fail-on vanishing_gradient,dead_relu\n"
    "  fanin check 784-256-128-10 --init \"normal(std=1)\" --why\n"
    "  fanin check 784-256-128-10 --activation sigmoid --out runs/sigmoid\n"
    "  fanin check --trace run.jsonl --follow\n"
    "\n";

// What was checked, and how far: "784-256-128-10 from he_normal on fashion-mnist", "50 steps of …".
struct Title {
  std::string subject;
  std::string extent;

  [[nodiscard]] std::string whole() const { return subject + ": " + extent; }
};

Title title_of(const experiment::ProbeSettings& settings, const experiment::DataSet& data,
               const observe::Trace& trace) {
  const std::string net = settings.training.net.empty()
                              ? fmt::format("{}-256-128-{}", data.train.features, data.outputs)
                              : settings.training.net;
  const std::string start =
      settings.weights.empty() ? trace.init : "the weights of " + settings.weights.filename().string();
  const std::int64_t steps = settings.steps == 0 ? 0 : static_cast<std::int64_t>(trace.steps.size());
  return {fmt::format("{} from {} on {}", net, start, settings.training.data),
          steps == 0 ? std::string("the start alone")
                     : fmt::format("{} step{} of {} at learning rate {:g}, {} rows each", steps, steps == 1 ? "" : "s",
                                   trace.optimizer, trace.learning_rate, trace.batch_rows)};
}

Title title_of(const std::string& file, const observe::Trace& trace) {
  return {fmt::format("{} ({}{}{})", file, trace.origin, trace.origin_version.empty() ? "" : " ", trace.origin_version),
          fmt::format("{} steps of {} at learning rate {:g}, {} rows each", trace.steps.size(), trace.optimizer,
                      trace.learning_rate, trace.batch_rows)};
}

void store_check(const CheckOptions& options, const observe::Trace& trace, const observe::Diagnosis& diagnosis) {
  experiment::StoredExperiment checked =
      experiment::stored_experiment(options.settings.training, experiment::ExperimentKind::check);
  experiment::StoredRun run = experiment::stored_run(trace, diagnosis);
  run.seed = options.settings.training.seed;
  if (!options.trace.empty()) {  // recorded elsewhere
    checked.name = options.trace;
    checked.settings = "{}";
    run.seed = 0;
  }
  RunStore store(options.out);
  store.begin(std::move(checked));
  store.commit(std::move(run));
  store.finish();
  store.add_artifact({.kind = "result", .path = "check.json"});
}

// Diagnoses the trace, gives report or JSON, and writes the page. kProblemsFound when a warning or an error is one of
// those that the options name, else kOk, also when nothing can be told.
int give_diagnosis(const Title& title, const observe::Trace& trace, const CheckOptions& options,
                   const experiment::Counterfactual* why) {
  const observe::Diagnosis diagnosis = observe::diagnose(trace);
  std::string page;
  if (!options.out.empty()) {
    write_file(std::filesystem::path(options.out) / "check.json", report::check_json(trace, diagnosis, why));
    store_check(options, trace, diagnosis);
    page = page_line(write_page(
        options.out, report::check_page_data({.title = title.subject,
                                              .trace = trace,
                                              .diagnosis = diagnosis,
                                              .settings = options.trace.empty() ? &options.settings : nullptr,
                                              .trace_file = options.trace,
                                              .why = why})));
  }
  options.answer.give(
      [&](const report::Terminal& terminal) {
        std::string text = report::check_report(title.whole(), trace, diagnosis, terminal);
        if (why != nullptr) text += '\n' + report::why_report(*why, terminal);
        return page.empty() ? text : text + '\n' + page;
      },
      [&] { return report::check_json(trace, diagnosis, why); });
  const bool fails = std::ranges::any_of(diagnosis.findings, [&](const observe::Finding& finding) {
    return finding.severity != observe::Severity::note &&
           (options.fail_on.empty() || std::ranges::count(options.fail_on, finding.problem) > 0);
  });
  return fails ? kProblemsFound : kOk;
}

void prepare_out(const CheckOptions& options) {
  if (options.out.empty()) return;
  make_folder(options.out);
  check_writable(std::filesystem::path(options.out) / "check.json");
  check_writable(page_path(options.out));
  const RunStore tries(options.out);
}

int check_recorded(const CheckOptions& options) {
  const auto say = [](const std::string& line) { fmt::print(stderr, "{}\n", line); };
  observe::Trace trace;
  if (options.follow) {
    const StopSignals signals({});
    trace = follow_trace(options.trace, say, signals.token());
  } else {
    experiment::TraceFile file = experiment::read_trace(options.trace);
    if (file.unfinished_bytes > 0) {
      say(fmt::format("{}: the last line is not finished ({} bytes) and was left out", options.trace,
                      file.unfinished_bytes));
    }
    trace = std::move(file.trace);
  }
  return give_diagnosis(title_of(options.trace, trace), trace, options, nullptr);
}

experiment::Counterfactual why(const CheckOptions& options, const experiment::DataSet& data, CheckProgress& progress,
                               const std::stop_token& stop) {
  return experiment::counterfactual(
      {.probe = options.settings}, data,
      [&](const experiment::CounterfactualMoment& moment) {
        const std::string doing = moment.change.empty() ? "repeating" : fmt::format("trying {}", moment.change);
        progress.show({doing, moment.done, moment.reruns});
      },
      stop);
}

int check(CheckOptions& options) {
  options.read();
  prepare_out(options);
  if (!options.trace.empty()) return check_recorded(options);
  if (!options.save_trace.empty()) check_writable(options.save_trace);
  CheckProgress progress(STDERR_FILENO, !options.no_progress);
  SignalHooks hooks;
  hooks.quitting = [&progress] { progress.clear(); };
  hooks.suspended = hooks.quitting;
  const StopSignals signals(std::move(hooks));
  progress.show({"reading the data", 0, 0});
  const experiment::TrainSettings& training = options.settings.training;
  const experiment::DataSet data = experiment::load_data_set(training.data, training.data_options);
  const observe::Trace trace = experiment::probe(
      options.settings, data, [&](const experiment::ProbeMoment& moment) { progress.show(moment); }, signals.token());
  progress.clear();
  if (trace.steps.empty()) return kInterrupted;
  if (!options.save_trace.empty()) experiment::write_trace(options.save_trace, trace);
  std::optional<experiment::Counterfactual> causes;
  if (options.why && trace.ended != "interrupted") causes = why(options, data, progress, signals.token());
  progress.clear();
  const int status =
      give_diagnosis(title_of(options.settings, data, trace), trace, options, causes ? &*causes : nullptr);
  return trace.ended == "interrupted" || (causes && causes->interrupted) ? int{kInterrupted} : status;
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<CheckOptions>(app);
  app.footer(std::string(kExamples) + std::string(kExitStatusHelp));
  return [options] { return check(*options); };
}

}  // namespace

extern const Command kCheckCommand;
const Command kCheckCommand{"check", "watch a network's first steps: what is wrong, why, and what to change", declare};

}  // namespace fanin::cli
