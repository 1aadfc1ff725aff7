// fanin runs compare: two initializations, or two values of a setting, over the seeds that both have.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "apps/fanin/answer.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/runs_command.hpp"
#include "fanin/report/runs_report.hpp"

namespace fanin::cli {
namespace {

struct Options {
  explicit Options(CLI::App& app) : selection(app), reader(app) {}

  RunSelection selection;
  OptionReader reader;
  Answer answer;
  std::string first;
  std::string second;
  std::string where;
  std::string by;
};

int compare(Options& options) {
  options.reader.read();
  const SelectedRuns selected = options.selection.load_one_experiment(options.answer.argument(options.where));
  const experiment::RunNumber* const number = options.by.empty() ? nullptr : &experiment::find_run_number(options.by);
  const experiment::PairedRuns pairs = experiment::pair_runs(selected.runs, options.first, options.second, number);
  options.answer.give([&](const report::Terminal& terminal) { return report::pairs_report(pairs, terminal); },
                      [&] { return report::pairs_json(pairs); });
  return kOk;
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<Options>(app);
  app.add_option("first", options->first, "an initialization, or a setting of a sweep: gain=1.5")
      ->required()
      ->type_name("")
      ->option_text("A");
  app.add_option("second", options->second, "what it is compared with")->required()->type_name("")->option_text("B");
  app.add_option("where", options->where, "an output folder or its fanin.sqlite (default: here)")
      ->type_name("")
      ->option_text("[FOLDER]");
  options->reader.text("--by", "NUMBER", "the number to compare (default test_accuracy, or test_loss without labels)",
                       options->by);
  options->answer.declare(app);
  app.footer(
      "Without --experiment it compares within the latest one. Runs are paired when seed and all\n"
      "other settings are equal; runs that diverged or did not end are left out and counted.\n"
      "\n"
      "Examples:\n"
      "  fanin runs compare he_normal glorot_normal runs/first\n"
      "  fanin runs compare gain=1.5 gain=1 runs/gains --by validation_loss\n"
      "\n" +
      std::string(kExitStatusHelp));
  return [options] { return compare(*options); };
}

}  // namespace

const Command kRunsCompareCommand{"compare", "two sorts of runs, paired, with the interval of their difference",
                                  declare};

}  // namespace fanin::cli
