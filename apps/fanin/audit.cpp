// fanin audit: judges a file of weights alone.
#include "fanin/experiment/weights/audit.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/fanin/answer.hpp"
#include "apps/fanin/commands.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/signals.hpp"
#include "apps/fanin/write_progress.hpp"
#include "fanin/core/error.hpp"
#include "fanin/report/numbers.hpp"
#include "fanin/report/paragraph.hpp"
#include "fanin/report/table.hpp"

namespace fanin::cli {
namespace {

constexpr std::size_t kShownRules = 2;

std::string compatible_text(const experiment::AuditedTensor& tensor) {
  if (!tensor.judged) return "no float type, not judged";
  if (tensor.statistics.count == 0) return "";
  if (tensor.compatible.empty()) return "none known";
  std::string text;
  for (std::size_t i = 0; i < std::min(tensor.compatible.size(), kShownRules); ++i) {
    const init::Compatible& match = tensor.compatible[i];
    text += i == 0 ? "" : "; ";
    text += match.rule;
    // A constant agrees exactly: there is no spread to compare.
    if (tensor.statistics.min != tensor.statistics.max) {
      text += fmt::format(" (z {:+.1f}, kurtosis {:+.1f})", match.variance_z, match.kurtosis_z);
    }
  }
  if (tensor.compatible.size() > kShownRules) {
    text += fmt::format("; {} more", tensor.compatible.size() - kShownRules);
  }
  return text;
}

std::string report_text(const experiment::WeightAudit& audit, const report::Terminal& terminal) {
  report::Table table({report::flexible("tensor", 16),
                       {"shape"},
                       {"type"},
                       {"role"},
                       {"mean", report::Align::right},
                       {"std", report::Align::right},
                       report::flexible("could be", 20)});
  for (const experiment::AuditedTensor& tensor : audit.tensors) {
    const bool values = tensor.judged && tensor.statistics.finite() > 0;
    table.add_row({{tensor.name, report::Style::accent},
                   {to_string(tensor.shape)},
                   {tensor.dtype},
                   {tensor.role},
                   {values ? report::significant(tensor.statistics.mean) : "-"},
                   {values ? report::significant(std::sqrt(tensor.statistics.variance)) : "-"},
                   {compatible_text(tensor), report::Style::faint}});
  }
  std::string out = table.render(terminal) + "\n";
  if (audit.findings.empty()) {
    report::add_paragraph(out, "Nothing looks wrong.", report::Style::good, terminal);
    return out;
  }
  report::add_paragraph(
      out, fmt::format("{} {}:", audit.findings.size(), audit.findings.size() == 1 ? "problem" : "problems"),
      report::Style::bad, terminal);
  for (const init::AuditFinding& finding : audit.findings) {
    report::add_paragraph(out,
                          fmt::format("{}, {}: {}", finding.tensor, init::to_string(finding.code), finding.message),
                          report::Style::plain, terminal);
  }
  return out;
}

struct Options {
  Answer answer;
  std::string file;
  std::vector<std::string> roles;
};

experiment::WeightAudit judge(const std::string& file, const std::vector<std::string>& roles) {
  experiment::WriteProgress progress;
  std::optional<WriteDisplay> display;
  const report::Terminal terminal = report::inspect_terminal(STDERR_FILENO, report::ColorChoice::automatic);
  SignalHooks hooks;
  hooks.stopping = [] {};
  hooks.quitting = [&display] {
    if (display) display->abandon();
  };
  hooks.suspended = [&display] {
    if (display) display->suspend();
  };
  const StopSignals signals(std::move(hooks));  // before the display's thread, which must not get them
  if (terminal.interactive) display.emplace(STDERR_FILENO, terminal, progress, "judging");
  return experiment::audit_weights(file, roles, &progress, signals.token());
}

int audit(Options& options) {
  const std::string file = options.answer.argument(options.file);
  if (file.empty()) {
    throw Error(ErrorCode::bad_syntax, "audit", "it needs a file: .safetensors, .safetensors.index.json or .npz");
  }
  const experiment::WeightAudit result = judge(file, options.roles);
  if (result.interrupted) return kInterrupted;
  options.answer.give([&](const report::Terminal& terminal) { return report_text(result, terminal); },
                      [&] { return experiment::audit_json(result); });
  return result.findings.empty() ? kOk : kProblemsFound;
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("file", options->file, "file of weights")->type_name("")->option_text("FILE");
  app.add_option("--role", options->roles, "what the tensors of these names (* and ?) are; may be repeated")
      ->type_name("PATTERN=ROLE")
      ->type_size(1)
      ->allow_extra_args(false);
  options->answer.declare(app);
  app.footer(
      "Examples:\n"
      "  fanin audit weights.safetensors\n"
      "  fanin audit model.safetensors.index.json --json\n"
      "\n"
      "z is how many standard errors the variance lies from the rule's, for as many values as there are.\n"
      "\n" +
      std::string(kExitStatusHelp));
  return [options] { return audit(*options); };
}

}  // namespace

extern const Command kAuditCommand;
const Command kAuditCommand{"audit", "judge a file of weights: which initialization it could be, and what looks wrong",
                            declare};

}  // namespace fanin::cli
