// fanin train: trains one network and keeps checkpoints of it.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "apps/fanin/commands.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/output_files.hpp"
#include "apps/fanin/signals.hpp"
#include "apps/fanin/train_options.hpp"
#include "fanin/report/progress.hpp"
#include "fanin/report/train_progress.hpp"

namespace fanin::cli {
namespace {

constexpr std::string_view kExamples =
    "Examples:\n"
    "  fanin train lenet5 --data fashion-mnist --epochs 10 --out runs/lenet\n"
    "  fanin train --resume runs/lenet\n"
    "  fanin train resnet20 --limit-train 10000 --optimizer \"momentum(weight_decay=1e-4)\" --lr 0.1 \\\n"
    "    --schedule cosine --epochs 30\n"
    "  fanin train \"mlp(1000, 128)\" --activation tanh --init \"orthogonal(gain=1.02)\" --init-for head=zeros \\\n"
    "    --optimizer momentum --lr 1e-4 --lr-for \"head=100x\"\n"
    "  fanin train net.toml --data \"adding(length=100)\" --clip global_norm=1\n"
    "\n"
    "Ctrl-C ends the training after the current step; with --out it can be resumed, and so can one that\n"
    "was killed: it ends with the same bits as one that never was.\n"
    "\n";

int train(TrainOptions& options) {
  options.read();
  const bool resumes = !options.resume.empty();
  const report::Terminal terminal = report::inspect_terminal(STDERR_FILENO, options.color);
  std::optional<report::TrainProgress> progress;
  if (!options.quiet) progress.emplace(STDERR_FILENO, terminal);
  SignalHooks hooks;
  hooks.stopping = [] { report::write_all(STDERR_FILENO, "\nstopping after this step; Ctrl-C again quits at once\n"); };
  const StopSignals signals(std::move(hooks));

  experiment::TrainSettings settings = options.settings;
  if (resumes) {
    settings = experiment::settings_of_training(options.resume);
    settings.threads = options.settings.threads;
    settings.checkpoint_seconds = options.settings.checkpoint_seconds;
  }
  if (!options.json.empty() && options.json != "-") check_writable(options.json);
  if (!settings.out.empty()) make_folder(settings.out);
  if (progress) progress->loading(settings.data);
  const experiment::DataSet data = experiment::load_data_set(settings.data, settings.data_options);
  experiment::TrainObserver* const observer = progress ? &*progress : nullptr;
  const experiment::TrainResult result = resumes
                                             ? experiment::resume_training(settings, data, observer, signals.token())
                                             : experiment::train(settings, data, observer, signals.token());

  const std::string json = experiment::to_json(result);
  if (!options.json.empty() && options.json != "-") write_file(options.json, json);
  if (options.json == "-") print(json);
  if (!options.quiet) {
    const int where = options.json == "-" ? STDERR_FILENO : STDOUT_FILENO;
    std::string text = report::train_report(result, report::inspect_terminal(where, options.color));
    if (!settings.out.empty()) {
      const std::string folder = settings.out.string();
      text += "Saved: " + folder + "/last.safetensors, best.safetensors, train.json, epochs.csv\n";
      if (result.status == experiment::TrainStatus::interrupted) text += "Go on: fanin train --resume " + folder + "\n";
    }
    if (where == STDOUT_FILENO) {
      print(text);
    } else {
      report::write_all(where, text);
    }
  }
  return result.status == experiment::TrainStatus::interrupted ? kInterrupted : kOk;
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<TrainOptions>(app);
  app.footer(std::string(kExamples) + std::string(kExitStatusHelp));
  return [options] { return train(*options); };
}

}  // namespace

extern const Command kTrainCommand;
const Command kTrainCommand{"train", "train one network, with checkpoints that resume to the bit", declare};

}  // namespace fanin::cli
