// fanin runs list: the runs of a store as a table.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "apps/fanin/answer.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/runs_command.hpp"
#include "fanin/experiment/store/export.hpp"
#include "fanin/report/runs_report.hpp"

namespace fanin::cli {
namespace {

struct Options {
  explicit Options(CLI::App& app) : selection(app) {}

  RunSelection selection;
  Answer answer;
  std::string where;
};

int list(Options& options) {
  const SelectedRuns selected = options.selection.load(options.answer.argument(options.where), false);
  options.answer.give(
      [&](const report::Terminal& terminal) {
        return report::runs_report(selected.experiments, selected.runs, terminal);
      },
      [&] { return experiment::runs_to_json(selected.experiments, selected.runs); });
  return kOk;
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<Options>(app);
  app.add_option("where", options->where, "an output folder or its fanin.sqlite (default: here)")
      ->type_name("")
      ->option_text("[FOLDER]");
  options->answer.declare(app);
  app.footer(
      "Examples:\n"
      "  fanin runs list runs/first\n"
      "  fanin runs list runs/first --sort test_accuracy --status finished\n"
      "  fanin runs list runs/first --json | jq '.runs[] | {init, seed, test_accuracy}'\n"
      "\n" +
      std::string(kExitStatusHelp));
  return [options] { return list(*options); };
}

}  // namespace

const Command kRunsListCommand{"list", "the runs of a store as a table", declare};

}  // namespace fanin::cli
