// fanin explain: a page of plain words about a problem that a diagnosis names.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "apps/fanin/answer.hpp"
#include "apps/fanin/commands.hpp"
#include "apps/fanin/errors.hpp"
#include "fanin/report/problem_report.hpp"

namespace fanin::cli {
namespace {

struct Options {
  Answer answer;
  std::string problem;
};

int explain(Options& options) {
  const std::string id = options.answer.argument(options.problem);
  if (id.empty()) {
    options.answer.give([](const report::Terminal& terminal) { return report::problem_list(terminal); },
                        report::problem_list_json);
    return kOk;
  }
  const observe::ProblemPage& page = observe::page_of(observe::parse_problem(id));
  options.answer.give([&](const report::Terminal& terminal) { return report::problem_report(page, terminal); },
                      [&] { return report::problem_json(page); });
  return kOk;
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("problem", options->problem, "the id of a problem, as `fanin check` names it; none: all of them")
      ->type_name("")
      ->option_text("PROBLEM");
  options->answer.declare(app);
  app.footer(
      "Examples:\n"
      "  fanin explain\n"
      "  fanin explain vanishing_gradient\n"
      "  fanin explain dead_relu --json\n"
      "\n" +
      std::string(kExitStatusHelp));
  return [options] { return explain(*options); };
}

}  // namespace

extern const Command kExplainCommand;
const Command kExplainCommand{"explain", "what a problem is, what to do, and a demonstration", declare};

}  // namespace fanin::cli
