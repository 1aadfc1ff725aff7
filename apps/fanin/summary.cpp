// fanin summary: a network layer by layer.
#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "apps/fanin/answer.hpp"
#include "apps/fanin/commands.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/options.hpp"
#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/load_network.hpp"
#include "fanin/report/network_report.hpp"

namespace fanin::cli {
namespace {

constexpr std::int64_t kMost = std::int64_t{1} << 31;  // of anything that is counted here

struct Options {
  explicit Options(CLI::App& app) : reader(app) {}

  OptionReader reader;
  Answer answer;
  std::string net;
  std::string data;
  Shape input;
  std::int64_t outputs = 0;
  std::int64_t vocabulary = 0;
  std::string activation = "relu";
  report::NetworkReportOptions report;
};

/// "1x28x28".
Shape parse_shape(const std::string& given) {
  std::vector<std::int64_t> extents;
  std::size_t begin = 0;
  while (begin <= given.size() && extents.size() < 8) {
    const std::size_t end = std::min(given.find('x', begin), given.size());
    const std::optional<std::int64_t> extent = parse_integer(given.substr(begin, end - begin));
    if (!extent || *extent < 1 || *extent > kMost) break;
    extents.push_back(*extent);
    begin = end + 1;
  }
  if (begin <= given.size()) {
    throw Error(ErrorCode::bad_value, "--input",
                "'" + given + "' is no shape; write sizes of 1 or more joined by x, such as 784 or 1x28x28");
  }
  return Shape(std::move(extents));
}

void check_counts(const Options& options) {
  const auto check = [](const char* name, std::int64_t value, std::int64_t low) {
    if (value >= low && value <= kMost) return;
    throw Error(ErrorCode::bad_value, name, std::to_string(value) + " is not from 1 to 2^31");
  };
  check("--outputs", options.outputs, 0);
  check("--vocabulary", options.vocabulary, 0);
  check("--batch-size", options.report.batch_size, 1);
}

net::NetworkContext context_of(const Options& options) {
  net::NetworkContext context;
  if (!options.data.empty()) context = experiment::context_of(experiment::load_data_set(options.data, {}));
  if (options.input.rank() > 0) context.input = options.input;
  if (options.outputs > 0) context.outputs = options.outputs;
  if (options.vocabulary > 0) context.vocabulary = options.vocabulary;
  context.activation = options.activation;
  return context;
}

int summary(Options& options) {
  options.reader.read();
  check_counts(options);
  options.report.title = options.answer.argument(options.net);
  if (options.report.title.empty()) {
    throw Error(ErrorCode::bad_syntax, "summary",
                "it needs a network: widths such as 784-256-10, a name of `fanin list nets`, or a .toml file");
  }
  const net::Graph graph = experiment::load_network(options.report.title, context_of(options));
  options.answer.give(
      [&](const report::Terminal& terminal) { return report::network_report(graph, options.report, terminal); },
      [&] { return report::network_json(graph, options.report); });
  return kOk;
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<Options>(app);
  app.add_option("net", options->net, "the network")->type_name("")->option_text("NET");
  OptionReader& reader = options->reader;
  reader.text("--data", "WHAT", "data set whose shape, outputs and vocabulary the network gets, see `fanin list data`",
              options->data);
  reader.convert("--input", "SHAPE", "of a sample, such as 1x28x28; overrides that of --data",
                 [raw = options.get()](const std::string& given) { raw->input = parse_shape(given); });
  reader.integer("--outputs", "N", "classes, or values to predict", options->outputs);
  reader.integer("--vocabulary", "N", "tokens that can occur, for networks that read text", options->vocabulary);
  reader.text("--activation", "NAME", "of layers that name none, see `fanin list activations` (default relu)",
              options->activation);
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
