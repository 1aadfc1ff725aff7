// fanin check: watches a network's first steps and says what is wrong, why, and what to change.
#include "apps/fanin/check.hpp"

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
#include "apps/fanin/signals.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/trace_file/trace_file.hpp"
#include "fanin/report/check_report.hpp"
#include "fanin/report/why_report.hpp"

namespace fanin::cli {
namespace {

constexpr std::string_view kExamples =
    "It trains as `fanin train` does with the same options, for a few steps, and writes nothing.\n"
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
    "  fanin check --trace run.jsonl --follow\n"
    "\n";

std::string title_of(const experiment::ProbeSettings& settings, const experiment::DataSet& data,
                     const observe::Trace& trace) {
  const std::string net = settings.training.net.empty()
                              ? fmt::format("{}-256-128-{}", data.train.features, data.outputs)
                              : settings.training.net;
  const std::string start =
      settings.weights.empty() ? trace.init : "the weights of " + settings.weights.filename().string();
  const std::int64_t steps = settings.steps == 0 ? 0 : static_cast<std::int64_t>(trace.steps.size());
  return fmt::format("{} from {} on {}: {}", net, start, settings.training.data,
                     steps == 0
                         ? std::string("the start alone")
                         : fmt::format("{} step{} of {} at learning rate {:g}, {} rows each", steps,
                                       steps == 1 ? "" : "s", trace.optimizer, trace.learning_rate, trace.batch_rows));
}

std::string title_of(const std::string& file, const observe::Trace& trace) {
  return fmt::format("{} ({}{}{}): {} steps of {} at learning rate {:g}, {} rows each", file, trace.origin,
                     trace.origin_version.empty() ? "" : " ", trace.origin_version, trace.steps.size(), trace.optimizer,
                     trace.learning_rate, trace.batch_rows);
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
  return give_diagnosis(title_of(options.trace, trace), trace, options.fail_on, options.answer);
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
  const int status = give_diagnosis(title_of(options.settings, data, trace), trace, options.fail_on, options.answer,
                                    causes ? &*causes : nullptr);
  return trace.ended == "interrupted" || (causes && causes->interrupted) ? int{kInterrupted} : status;
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<CheckOptions>(app);
  app.footer(std::string(kExamples) + std::string(kExitStatusHelp));
  return [options] { return check(*options); };
}

}  // namespace

int give_diagnosis(std::string_view title, const observe::Trace& trace, std::span<const observe::Problem> fail_on,
                   const Answer& answer, const experiment::Counterfactual* why) {
  const observe::Diagnosis diagnosis = observe::diagnose(trace);
  answer.give(
      [&](const report::Terminal& terminal) {
        std::string text = report::check_report(title, trace, diagnosis, terminal);
        if (why != nullptr) text += '\n' + report::why_report(*why, terminal);
        return text;
      },
      [&] { return report::check_json(trace, diagnosis, why); });
  const bool fails = std::ranges::any_of(diagnosis.findings, [&](const observe::Finding& finding) {
    return finding.severity != observe::Severity::note &&
           (fail_on.empty() || std::ranges::count(fail_on, finding.problem) > 0);
  });
  return fails ? kProblemsFound : kOk;
}

extern const Command kCheckCommand;
const Command kCheckCommand{"check", "watch a network's first steps: what is wrong, why, and what to change", declare};

}  // namespace fanin::cli
