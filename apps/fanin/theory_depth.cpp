// fanin theory depth: sizes of activations and gradients of a dense network, predicted layer by layer.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "apps/fanin/answer.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/options.hpp"
#include "apps/fanin/theory_command.hpp"
#include "fanin/report/depth_report.hpp"

namespace fanin::cli {
namespace {

struct Options {
  explicit Options(CLI::App& app) : reader(app) {}

  OptionReader reader;
  Answer answer;
  experiment::DepthSettings settings;
};

int depth(const Options& options) {
  options.reader.read();
  const experiment::DepthPrediction prediction = experiment::predict_depth(options.settings);
  options.answer.give([&](const report::Terminal& terminal) { return report::depth_report(prediction, terminal); },
                      [&] { return report::depth_json(prediction); });
  return kOk;
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<Options>(app);
  OptionReader& reader = options->reader;
  experiment::DepthSettings& settings = options->settings;
  settings.net = "784-256x8-10";
  reader.text("--net", "WIDTHS", "inputs, hidden widths and outputs (default 784-256x8-10)", settings.net);
  reader.text("--activation", "NAME", "of the hidden layers, see `fanin list activations` (default relu)",
              settings.activation);
  reader.text("--init", "NAME", "see `fanin list initializers` and `fanin list schemes` (default he_normal)",
              settings.init);
  reader.number("--bias-variance", "V", "variance of the biases (default: what --init gives, mostly 0)",
                settings.bias_variance);
  reader.number("--input-second-moment", "M", "E x² of an input, its mean being 0 (default 1)",
                settings.input_second_moment);
  options->answer.declare(app);
  app.footer(
      "Examples:\n"
      "  fanin theory depth --net 784-256-128-10 --activation relu --init he_normal\n"
      "  fanin theory depth --net 784-128x30-10 --activation tanh --init \"normal(std=0.01)\"\n"
      "  fanin theory depth --init pytorch_default\n"
      "  fanin theory depth --init pytorch_linear --json | jq .gradients\n"
      "\n" +
      std::string(kExitStatusHelp));
  return [options] { return depth(*options); };
}

}  // namespace

const Command kTheoryDepthCommand{"depth", "sizes of activations and gradients, layer by layer", declare};

}  // namespace fanin::cli
