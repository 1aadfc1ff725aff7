// fanin theory edge: the edge of chaos of an activation, and what one weight variance does.
#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "apps/fanin/answer.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/options.hpp"
#include "apps/fanin/theory_command.hpp"
#include "fanin/report/edge_report.hpp"

namespace fanin::cli {
namespace {

struct Options {
  explicit Options(CLI::App& app) : reader(app) {}

  OptionReader reader;
  Answer answer;
  std::string activation = "tanh";
  double bias_variance = 0;
  std::optional<double> weight_variance;
};

int edge(const Options& options) {
  options.reader.read();
  const theory::EdgeSummary summary =
      theory::edge_summary(net::parse_activation(options.activation), options.bias_variance, options.weight_variance);
  options.answer.give([&](const report::Terminal& terminal) { return report::edge_report(summary, terminal); },
                      [&] { return report::edge_json(summary); });
  return kOk;
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<Options>(app);
  OptionReader& reader = options->reader;
  reader.text("--activation", "NAME", "see `fanin list activations` (default tanh)", options->activation);
  reader.number("--bias-variance", "V", "variance of the biases (default 0)", options->bias_variance);
  reader.number("--weight-variance", "V",
                "fan_in times the variance of a weight: also show what it does to signals and gradients",
                options->weight_variance);
  options->answer.declare(app);
  app.footer(
      "Examples:\n"
      "  fanin theory edge --activation tanh --bias-variance 0.05\n"
      "  fanin theory edge --activation tanh --bias-variance 0.05 --weight-variance 2\n"
      "  fanin theory edge --activation gelu --bias-variance 0.1729 --json\n"
      "\n" +
      std::string(kExitStatusHelp));
  return [options] { return edge(*options); };
}

}  // namespace

const Command kTheoryEdgeCommand{"edge", "where gradients neither vanish nor explode: the edge of chaos", declare};

}  // namespace fanin::cli
