// fanin runs show: everything that is stored about one run.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "apps/fanin/answer.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/runs_command.hpp"
#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/store/export.hpp"
#include "fanin/report/runs_report.hpp"

namespace fanin::cli {
namespace {

struct Options {
  Answer answer;
  std::string run;
  std::string where;
};

int show(Options& options) {
  const std::optional<std::int64_t> id = parse_integer(options.run);
  if (!id) {
    throw Error(ErrorCode::bad_value, "run",
                "'" + options.run + "' is no number of a run; `fanin runs list` shows the numbers");
  }
  const experiment::StoreReader reader(store_at(options.answer.argument(options.where)));
  const std::array runs{reader.run(*id)};
  std::vector<experiment::StoredExperiment> experiments = reader.experiments();
  std::erase_if(experiments, [&](const auto& experiment) { return experiment.id != runs[0].experiment; });
  if (experiments.empty()) experiments.push_back({.id = runs[0].experiment});
  options.answer.give(
      [&](const report::Terminal& terminal) { return report::run_report(experiments[0], runs[0], terminal); },
      [&] { return experiment::runs_to_json(experiments, runs); });
  return kOk;
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("run", options->run, "its number, as `fanin runs list` shows it")
      ->required()
      ->type_name("")
      ->option_text("RUN");
  app.add_option("where", options->where, "an output folder or its fanin.sqlite (default: here)")
      ->type_name("")
      ->option_text("[FOLDER]");
  options->answer.declare(app);
  app.footer(
      "Examples:\n"
      "  fanin runs show 3 runs/first\n"
      "  fanin runs show 3 runs/first --json | jq '.runs[0].epochs'\n"
      "\n" +
      std::string(kExitStatusHelp));
  return [options] { return show(*options); };
}

}  // namespace

const Command kRunsShowCommand{"show", "everything that is stored about one run", declare};

}  // namespace fanin::cli
