#include "apps/fanin/check_options.hpp"

#include <CLI/CLI.hpp>
#include <optional>
#include <sstream>

#include "apps/fanin/train_options.hpp"
#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"

namespace fanin::cli {

std::vector<observe::Problem> parse_problems(const std::string& text) {
  std::vector<observe::Problem> problems;
  std::istringstream ids(text);
  for (std::string id; std::getline(ids, id, ',');) {
    const std::size_t first = id.find_first_not_of(' ');
    if (first == std::string::npos) continue;
    try {
      problems.push_back(observe::parse_problem(id.substr(first, id.find_last_not_of(' ') + 1 - first)));
    } catch (const Error& error) {
      throw Error(error.code(), "--fail-on", error.message());
    }
  }
  if (problems.empty()) throw Error(ErrorCode::bad_value, "--fail-on", "it needs ids from `fanin explain`");
  return problems;
}

CheckOptions::CheckOptions(CLI::App& app) : reader_(app) {
  experiment::TrainSettings& training = settings.training;
  reader_.group("Network");
  declare_network_options(reader_, training);
  reader_.text("--weights", "FILE", "start from the parameters in this .safetensors or .npz file, not from --init",
               weights_);
  reader_.group("Data");
  declare_data_options(reader_, "fashion-mnist", training.data, training.data_options);
  declare_scaling_options(reader_, training.data_options);
  reader_.group("Training");
  declare_training_options(reader_, training);
  declare_batch_options(reader_, training);
  reader_.integer("--epochs", "N", "of the training that the first steps are of: schedules look ahead (default 10)",
                  training.epochs);
  reader_.group("What to watch");
  reader_.convert("--steps", "N",
                  "optimizer steps to watch; 0 looks at the start alone (default 100, fewer for large networks)",
                  [this](const std::string& given) {
                    const std::optional<std::int64_t> steps = parse_integer(given);
                    if (!steps) throw Error(ErrorCode::bad_value, "--steps", "'" + given + "' is not a whole number");
                    settings.steps = *steps;
                  });
  reader_.integer("--full-every", "N", "steps between two full records (default: steps 0, 1, 3, 10, 30 and the last)",
                  settings.full_every);
  reader_.convert("--fail-on", "IDS",
                  "exit with 1 for these problems only, ids from `fanin explain` with commas between (default: all)",
                  [this](const std::string& given) { fail_on = parse_problems(given); });
  reader_.flag("--why", "change one thing at a time, repeat the first steps, and rank what helps", why);
  reader_.text("--save-trace", "FILE", "write what was watched to this file, for --trace", save_trace);
  reader_.group("A training that ran elsewhere");
  reader_.text("--trace", "FILE", "judge this trace (docs/trace.md), as the recorders for PyTorch and Keras write it",
               trace);
  reader_.flag("--follow", "read on while it grows; tell when the verdict changes", follow);
  reader_.group("Output");
  reader_.text("--out", "FOLDER",
               "write check.json, the store fanin.sqlite and the page report.html there; the folder is created", out);
  reader_.flag("--no-progress", "only the report at the end", no_progress);
  answer.declare(app);
}

void CheckOptions::read() {
  reader_.read();
  if (trace.empty()) settings.training.net = answer.argument(settings.training.net);
  settings.weights = weights_;
  const auto refuse = [](const char* option, const char* message) {
    throw Error(ErrorCode::bad_value, option, message);
  };
  if (trace.empty()) {
    if (follow) refuse("--follow", "needs --trace FILE, the trace to follow");
    return;
  }
  if (why) refuse("--why", "repeats steps, which a trace cannot; leave out --trace and give network and data");
  if (!save_trace.empty()) refuse("--save-trace", "there is a trace already; copy the file of --trace");
  if (!settings.training.net.empty()) refuse("--trace", "a trace brings its network; leave out the one given");
  if (!weights_.empty()) refuse("--weights", "a trace has no use for weights; leave out one of the two");
}

}  // namespace fanin::cli
