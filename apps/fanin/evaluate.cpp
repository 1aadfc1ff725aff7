// fanin evaluate: what a checkpoint's network makes of a data set.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "apps/fanin/answer.hpp"
#include "apps/fanin/commands.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/signals.hpp"
#include "apps/fanin/train_options.hpp"
#include "fanin/core/error.hpp"
#include "fanin/report/train_progress.hpp"

namespace fanin::cli {
namespace {

struct Options {
  explicit Options(CLI::App& app) : reader(app) {
    reader.group("What");
    reader.text("CHECKPOINT", "FILE", "last.safetensors or best.safetensors of a training", file);
    reader.text("--part", "PART", "train, validation or test (default test)", part);
    reader.group("Data (without --data, the other defaults are the training's too)");
    declare_data_options(reader, "those of the training", data, data_options);
    answer.declare(app);
  }

  OptionReader reader;
  Answer answer;
  std::string file;
  std::string part = "test";
  std::string data;
  experiment::DataOptions data_options;
};

int evaluate(Options& options) {
  options.reader.read();
  const std::string file = options.answer.argument(options.file);
  if (file.empty()) {
    throw Error(ErrorCode::bad_syntax, "evaluate", "it needs a checkpoint, such as runs/lenet/best.safetensors");
  }
  const StopSignals signals(SignalHooks{});
  const experiment::TrainSettings trained = experiment::settings_of_checkpoint(file);
  if (options.data.empty()) {
    options.data = trained.data;
    options.data_options = trained.data_options;
    options.reader.read();  // what is given holds all the same
  }
  const experiment::DataSet data = experiment::load_data_set(options.data, options.data_options);
  const experiment::Evaluation evaluation = experiment::evaluate_checkpoint(file, data, options.part, signals.token());
  if (signals.token().stop_requested()) return kInterrupted;
  options.answer.give([&](const report::Terminal& terminal) { return report::evaluation_report(evaluation, terminal); },
                      [&] { return experiment::to_json(evaluation); });
  return kOk;
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<Options>(app);
  app.footer(
      "Inputs are scaled as in the training, whatever the data.\n"
      "\n"
      "Examples:\n"
      "  fanin evaluate runs/lenet/best.safetensors\n"
      "  fanin evaluate runs/lenet/best.safetensors --part train --limit-train 10000\n"
      "  fanin evaluate runs/lenet/last.safetensors --data mnist --json\n"
      "\n" +
      std::string(kExitStatusHelp));
  return [options] { return evaluate(*options); };
}

}  // namespace

extern const Command kEvaluateCommand;
const Command kEvaluateCommand{"evaluate", "loss and accuracy of a checkpoint on any part of the data", declare};

}  // namespace fanin::cli
