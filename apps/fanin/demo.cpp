// fanin demo: what weight initialization does, shown on small experiments that end in well under two seconds.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "apps/fanin/answer.hpp"
#include "apps/fanin/commands.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/options.hpp"
#include "fanin/core/error.hpp"
#include "fanin/report/demo_report.hpp"

namespace fanin::cli {
namespace {

struct Options {
  explicit Options(CLI::App& app) : reader(app) {}

  OptionReader reader;
  Answer answer;
  std::string name;
  std::uint64_t seed = 42;
};

/// "vanishing, exploding, …".
std::string demo_names(std::string_view separator) {
  std::string names;
  for (const experiment::DemoInfo& info : experiment::known_demos()) {
    names.append(names.empty() ? "" : separator).append(info.name);
  }
  return names;
}

int demo(Options& options) {
  options.reader.read();
  const std::string name = options.answer.argument(options.name);
  if (name.empty()) {
    throw Error(ErrorCode::bad_syntax, "demo", "it needs the name of a demonstration: " + demo_names(", "));
  }
  const experiment::Demo result = experiment::run_demo(name, options.seed);
  options.answer.give([&](const report::Terminal& terminal) { return report::demo_report(result, terminal); },
                      [&] { return report::demo_json(result); });
  return kOk;
}

std::string list_of_demos() {
  std::string text = "Demonstrations:\n";
  for (const experiment::DemoInfo& info : experiment::known_demos()) {
    text.append("  ").append(info.name).append(std::string(16 - info.name.size(), ' ')).append(info.summary) += "\n";
  }
  return text + "\n";
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<Options>(app);
  app.add_option("name", options->name, "one of the demonstrations below")->type_name("")->option_text(demo_names("|"));
  options->reader.seed("--seed", "of everything random, up to 2^32 - 1 (default 42, as in the notebooks)",
                       options->seed);
  options->answer.declare(app);
  app.footer(list_of_demos() +
             "Examples:\n"
             "  fanin demo vanishing\n"
             "  fanin demo he --seed 7\n"
             "  fanin demo dying-relu --json\n"
             "\n" +
             std::string(kExitStatusHelp));
  return [options] { return demo(*options); };
}

}  // namespace

extern const Command kDemoCommand;
const Command kDemoCommand{"demo", "small experiments that show what initialization does", declare};

}  // namespace fanin::cli
