// fanin gain: the gains of one activation function or gated unit, and the moments they come from.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "apps/fanin/answer.hpp"
#include "apps/fanin/commands.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/options.hpp"
#include "fanin/core/error.hpp"
#include "fanin/report/gain_report.hpp"

namespace fanin::cli {
namespace {

struct Options {
  explicit Options(CLI::App& app) : reader(app) {}

  OptionReader reader;
  Answer answer;
  std::string unit;
  double variance = 1;
};

int gain(Options& options) {
  options.reader.read();
  const std::string unit = options.answer.argument(options.unit);
  if (unit.empty()) {
    throw Error(ErrorCode::bad_syntax, "gain",
                "it needs an activation such as gelu or \"leaky_relu(0.2)\"; see `fanin list activations`");
  }
  const theory::GainSummary summary = theory::gain_summary(unit, options.variance);
  options.answer.give([&](const report::Terminal& terminal) { return report::gain_report(summary, terminal); },
                      [&] { return report::gain_json(summary); });
  return kOk;
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<Options>(app);
  app.add_option("activation", options->unit, "an activation, or glu, bilinear, reglu, geglu, swiglu")
      ->type_name("")
      ->option_text("ACTIVATION");
  options->reader.number("--variance", "Q", "variance of the pre-activations, > 0 (default 1)", options->variance);
  options->answer.declare(app);
  app.footer(
      "Examples:\n"
      "  fanin gain gelu\n"
      "  fanin gain \"leaky_relu(0.2)\"\n"
      "  fanin gain swiglu --json\n"
      "  fanin gain tanh --variance 0.5\n"
      "\n" +
      std::string(kExitStatusHelp));
  return [options] { return gain(*options); };
}

}  // namespace

extern const Command kGainCommand;
const Command kGainCommand{"gain", "the gains of an activation, and the moments they come from", declare};

}  // namespace fanin::cli
