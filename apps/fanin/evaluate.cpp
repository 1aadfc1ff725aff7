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
    reader.group("Checkpoint");
    reader.text("CHECKPOINT", "FILE", "last.safetensors or best.safetensors of a training", file);
    reader.text("--part", "PART", "train, validation or test (default test)", part);
    declare_data_options(reader, data, data_options);
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
  if (file.empty()) throw Error(ErrorCode::bad_value, "CHECKPOINT", "name a file, such as runs/lenet/best.safetensors");
  // Where nothing is said of the data, they are those of the training.
  const experiment::TrainSettings trained = experiment::settings_of_checkpoint(file);
  const bool as_trained = options.data.empty();
  const StopSignals signals(SignalHooks{});
  const experiment::DataSet data = experiment::load_data_set(as_trained ? trained.data : options.data,
                                                             as_trained ? trained.data_options : options.data_options);
  const experiment::Evaluation evaluation = experiment::evaluate_checkpoint(file, data, options.part, signals.token());
  if (signals.token().stop_requested()) return kInterrupted;
  options.answer.give([&](const report::Terminal& terminal) { return report::evaluation_report(evaluation, terminal); },
                      [&] { return experiment::to_json(evaluation); });
  return kOk;
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<Options>(app);
  app.footer(
      "Without --data the data are those of the training.\n"
      "\n"
      "Examples:\n"
      "  fanin evaluate runs/lenet/best.safetensors\n"
      "  fanin evaluate runs/lenet/last.safetensors --data mnist --part train --json\n"
      "\n" +
      std::string(kExitStatusHelp));
  return [options] { return evaluate(*options); };
}

}  // namespace

extern const Command kEvaluateCommand;
const Command kEvaluateCommand{"evaluate", "loss and accuracy of a checkpoint", declare};

}  // namespace fanin::cli
