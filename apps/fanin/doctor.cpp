// fanin doctor: whether this machine lets fanin run well, and what to change where it does not.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "apps/fanin/answer.hpp"
#include "apps/fanin/commands.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/options.hpp"
#include "fanin/experiment/machine/findings.hpp"
#include "fanin/report/doctor_report.hpp"

namespace fanin::cli {
namespace {

struct Options {
  explicit Options(CLI::App& app) : reader(app) {}

  OptionReader reader;
  Answer answer;
  std::string output = ".";
};

int doctor(const Options& options) {
  options.reader.read();
  experiment::MachineFacts facts = experiment::look_at_machine({.output_folder = options.output});
  facts.libraries.emplace_back("fmt", report::fmt_version());
  facts.libraries.emplace_back("CLI11", CLI11_VERSION);
  const std::vector<experiment::MachineFinding> findings = experiment::judge_machine(facts);
  options.answer.give(
      [&](const report::Terminal& terminal) { return report::doctor_report(facts, findings, terminal); },
      [&] { return report::doctor_json(facts, findings); });
  return std::ranges::any_of(findings, &experiment::MachineFinding::hurts) ? kProblemsFound : kOk;
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<Options>(app);
  options->reader.text("--out", "DIR", "the folder that results will be written to (default: this one)",
                       options->output);
  options->answer.declare(app);
  app.footer(
      "It looks at processor, threads, memory, the output folder, data and libraries, and changes nothing.\n"
      "\n"
      "Examples:\n"
      "  fanin doctor\n"
      "  fanin doctor --out /mnt/results\n"
      "  fanin doctor --json | jq -r '.findings[] | select(.hurts) | .remedy'\n"
      "\n" +
      std::string(kExitStatusHelp));
  return [options] { return doctor(*options); };
}

}  // namespace

extern const Command kDoctorCommand;
const Command kDoctorCommand{"doctor", "processor, threads, memory, folders, libraries, and known traps", declare};

}  // namespace fanin::cli
