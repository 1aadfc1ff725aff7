// fanin summary: a network layer by layer.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "apps/fanin/answer.hpp"
#include "apps/fanin/commands.hpp"
#include "apps/fanin/context_options.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/options.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/load_network.hpp"
#include "fanin/report/network_report.hpp"

namespace fanin::cli {
namespace {

constexpr std::int64_t kMost = std::int64_t{1} << 31;  // samples of a batch

struct Options {
  explicit Options(CLI::App& app) : reader(app) {}

  OptionReader reader;
  Answer answer;
  std::string net;
  ContextOptions context;
  report::NetworkReportOptions report;
};

void check_rows(std::int64_t rows) {
  if (rows >= 1 && rows <= kMost) return;
  throw Error(ErrorCode::bad_value, "--batch-size", std::to_string(rows) + " is not from 1 to 2^31");
}

int summary(Options& options) {
  options.reader.read();
  check_rows(options.report.batch_size);
  options.report.title = options.answer.argument(options.net);
  if (options.report.title.empty()) {
    throw Error(ErrorCode::bad_syntax, "summary",
                "it needs a network: widths such as 784-256-10, a name of `fanin list nets`, or a .toml file");
  }
  const net::Graph graph = experiment::load_network(options.report.title, options.context.context());
  options.answer.give(
      [&](const report::Terminal& terminal) { return report::network_report(graph, options.report, terminal); },
      [&] { return report::network_json(graph, options.report); });
  return kOk;
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<Options>(app);
  app.add_option("net", options->net, "the network")->type_name("")->option_text("NET");
  OptionReader& reader = options->reader;
  options->context.declare(reader);
  reader.integer("--batch-size", "ROWS", "samples whose activations the memory is told for (default 64)",
                 options->report.batch_size);
  reader.flag("--all", "every layer, also those that repeat", options->report.all);
  options->answer.declare(app);
  app.footer(
      "Examples:\n"
      "  fanin summary 784-256-128-10\n"
      "  fanin summary resnet20 --input 3x32x32 --outputs 10\n"
      "  fanin summary \"gpt(layers=12, width=768, heads=12)\" --input 1024 --vocabulary 50257\n"
      "  fanin summary my_net.toml --data fashion-mnist --json | jq .totals.parameters\n"
      "\n" +
      std::string(kExitStatusHelp));
  return [options] { return summary(*options); };
}

}  // namespace

extern const Command kSummaryCommand;
const Command kSummaryCommand{"summary", "a network layer by layer: shapes, parameters, fans, FLOPs, memory", declare};

}  // namespace fanin::cli
