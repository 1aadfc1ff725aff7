// fanin train: trains one network and keeps checkpoints of it.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "apps/fanin/commands.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/event_output.hpp"
#include "apps/fanin/folder_lock.hpp"
#include "apps/fanin/output_files.hpp"
#include "apps/fanin/report_page.hpp"
#include "apps/fanin/run_store.hpp"
#include "apps/fanin/signals.hpp"
#include "apps/fanin/train_options.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/store/stored_results.hpp"
#include "fanin/report/page/page_data.hpp"
#include "fanin/report/progress.hpp"
#include "fanin/report/train_progress.hpp"

namespace fanin::cli {
namespace {

constexpr std::string_view kExamples =
    "An option given twice: the last one counts.\n"
    "\n"
    "Examples:\n"
    "  fanin train lenet5 --data fashion-mnist --epochs 10 --out runs/lenet\n"
    "  fanin train --resume runs/lenet\n"
    "  fanin train resnet20 --limit-train 10000 --optimizer \"momentum(weight_decay=1e-4)\" --lr 0.1 \\\n"
    "    --schedule cosine --epochs 30\n"
    "  fanin train \"mlp(1000, 128)\" --activation tanh --init \"orthogonal(gain=1.02)\" --init-for head=zeros \\\n"
    "    --optimizer momentum --lr 1e-4 --lr-for \"head=100x\"\n"
    "  fanin train net.toml --data \"adding(length=100)\" --clip global_norm=1\n"
    "\n"
    "Ctrl-C ends the training after the current step, a second one at once. With --out it can be\n"
    "resumed, and so can one that was killed: it ends with the bits of one that never was.\n"
    "\n";

SignalHooks hooks_for(std::optional<report::TrainProgress>& progress, const std::string& folder) {
  SignalHooks hooks;
  hooks.stopping = [&progress, folder] {
    if (!progress) return;
    progress->say(std::string("stopping after this step") + (folder.empty() ? "" : " with a checkpoint") +
                      "; Ctrl-C again quits at once",
                  report::Style::caution);
  };
  hooks.quitting = [&progress] {
    if (progress) progress->leave();
  };
  hooks.suspended = hooks.quitting;
  return hooks;
}

/// What can be known to fail before an hour of training.
void check_outputs(const TrainOptions& options, const std::filesystem::path& folder) {
  if (!options.json.empty() && options.json != "-") check_writable(options.json);
  if (!options.settings.watch.trace.empty()) check_writable(options.settings.watch.trace);
  if (folder.empty()) return;
  if (options.resume.empty()) experiment::check_new_training(folder);
  if (std::filesystem::is_directory(folder)) check_writable(folder / "last.safetensors");
}

/// Files that cannot be written are no fault of the data.
template <typename Action>
experiment::TrainResult writing_below(const std::filesystem::path& folder, const Action& action) {
  try {
    return action();
  } catch (const Error& error) {
    const bool ours = !folder.empty() && error.where().starts_with(folder.string());
    if (error.code() == ErrorCode::io_failure && ours) throw OutputError(error.what());
    throw;
  }
}

experiment::TrainResult train(const TrainOptions& options, experiment::TrainSettings& settings,
                              std::optional<FolderLock>& lock, std::optional<RunStore>& store,
                              std::optional<EventOutput>& events) {
  const bool resumes = !options.resume.empty();
  std::optional<report::TrainProgress> progress;
  if (!options.quiet && !options.no_progress) {
    progress.emplace(STDERR_FILENO, report::inspect_terminal(STDERR_FILENO, options.color));
  }
  const StopSignals signals(hooks_for(progress, resumes ? options.resume : options.out));
  if (resumes) {
    settings = experiment::settings_of_training(options.resume);
    settings.threads = options.settings.threads;
    settings.checkpoint_seconds = options.settings.checkpoint_seconds;
    settings.watch = options.settings.watch;
  }
  settings.watch.page = !settings.out.empty() || !options.tensorboard.empty();
  check_outputs(options, settings.out);
  if (progress) progress->loading(settings.data);
  const experiment::DataSet data = experiment::load_data_set(settings.data, settings.data_options);
  if (!settings.out.empty()) {
    if (!resumes) static_cast<void>(experiment::resolve(settings, data));  // nothing is written for settings that fail
    lock.emplace(settings.out);
    if (!resumes) experiment::check_new_training(settings.out);  // one may have begun while the data were read
    store.emplace(settings.out);
  }
  if (!options.tensorboard.empty()) events.emplace(options.tensorboard);
  TrainEvents observer(events ? &*events : nullptr, progress ? &*progress : nullptr);
  experiment::TrainResult result = writing_below(settings.out, [&] {
    return resumes ? experiment::resume_training(settings, data, &observer, signals.token())
                   : experiment::train(settings, data, &observer, signals.token());
  });
  observer.end(result);
  return result;
}

void store_result(RunStore& store, const experiment::TrainResult& result, bool resumed) {
  store.begin(experiment::stored_experiment(result.settings, experiment::ExperimentKind::train), resumed);
  store.commit(experiment::stored_run(result));
  store.finish();
  for (const auto& [kind, name] : {std::pair{"checkpoint", "last.safetensors"},
                                   {"checkpoint", "best.safetensors"},
                                   {"result", "train.json"},
                                   {"result", "epochs.csv"}}) {
    if (std::filesystem::exists(store.file().parent_path() / name)) store.add_artifact({.kind = kind, .path = name});
  }
}

std::string saved_files(const std::filesystem::path& folder, const std::string& json) {
  std::string files;
  const auto add = [&files](const std::string& file) { files += (files.empty() ? "" : ", ") + file; };
  for (const char* name :
       {"last.safetensors", "best.safetensors", "train.json", "epochs.csv", experiment::kStoreFileName}) {
    if (!folder.empty() && std::filesystem::exists(folder / name)) add((folder / name).string());
  }
  if (!json.empty() && json != "-") add(json);
  return files;
}

struct Written {
  std::filesystem::path folder;  ///< empty: none
  std::filesystem::path page;    ///< empty: none
  bool json = false;
};

void print_report(const TrainOptions& options, const Written& written, const experiment::TrainResult& result) {
  const std::filesystem::path& folder = written.folder;
  if (options.quiet) return;
  const int where = options.json == "-" ? STDERR_FILENO : STDOUT_FILENO;
  const report::Terminal terminal = report::inspect_terminal(where, options.color);
  std::string text = report::train_report(result, terminal);
  const std::string saved = saved_files(folder, written.json ? options.json : "");
  if (!saved.empty()) text += "Saved: " + saved + "\n";
  if (!written.page.empty()) text += page_line(written.page);
  if (result.status == experiment::TrainStatus::interrupted && !folder.empty()) {
    text += "Go on: fanin train --resume " + folder.string() + "\n";
  }
  if (where == STDOUT_FILENO) {
    print(text);
  } else {
    report::write_all(where, text);
  }
}

/// Nothing without a folder; a training that had ended before it was resumed keeps the page it has.
std::filesystem::path write_training_page(const std::filesystem::path& folder, const experiment::TrainResult& result) {
  if (folder.empty() || (!result.trace && std::filesystem::exists(page_path(folder)))) return {};
  return write_page(folder, report::train_page_data(result));
}

int train(TrainOptions& options) {
  options.read();
  experiment::TrainSettings settings = options.settings;
  std::optional<FolderLock> lock;
  std::optional<RunStore> store;
  std::optional<EventOutput> events;
  const experiment::TrainResult result = train(options, settings, lock, store, events);
  // A file that cannot be written after all must not take the report with it.
  std::exception_ptr failure;
  std::filesystem::path page;
  try {
    if (store) store_result(*store, result, !options.resume.empty());
    if (!options.json.empty()) print_or_write(options.json, experiment::to_json(result));
    page = write_training_page(settings.out, result);
    if (events) events->finish();
  } catch (const OutputError&) {
    failure = std::current_exception();
  }
  print_report(options, {settings.out, page, !failure}, result);
  if (failure) std::rethrow_exception(failure);
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
