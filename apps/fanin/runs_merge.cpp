// fanin runs merge: the stores of several machines as one.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "apps/fanin/errors.hpp"
#include "apps/fanin/output_files.hpp"
#include "apps/fanin/runs_command.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/store/merge.hpp"

namespace fanin::cli {
namespace {

struct Options {
  std::string out;
  std::vector<std::string> in;
};

int merge(const Options& options) {
  std::vector<std::filesystem::path> sources;
  for (const std::string& source : options.in) sources.push_back(store_at(source));
  std::filesystem::path target = options.out;
  if (target.extension() != ".sqlite") {
    make_folder(target);
    target /= experiment::kStoreFileName;
  }
  experiment::MergeResult result;
  try {
    result = experiment::merge_stores(target, sources);
  } catch (const Error& error) {
    const bool cannot_write = error.code() == ErrorCode::io_failure && error.where().starts_with(target.string());
    if (cannot_write) throw OutputError(error.what());
    throw;
  }
  print(fmt::format("{}: {} run{} added, {} replaced, {} there already, of {} experiment{}\n", target.string(),
                    result.added, result.added == 1 ? "" : "s", result.replaced, result.equal, result.experiments,
                    result.experiments == 1 ? "" : "s"));
  return kOk;
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("out", options->out, "the folder or .sqlite file that gets all runs; it may have some already")
      ->required()
      ->type_name("")
      ->option_text("OUT");
  app.add_option("in", options->in, "folders or files to read; they stay as they are")
      ->required()
      ->type_name("")
      ->option_text("IN...");
  app.footer(
      "Experiments with the same kind, name and settings become one. A run that several stores have\n"
      "must have the same results in all of them, times apart; otherwise nothing is written.\n"
      "\n"
      "Examples:\n"
      "  fanin runs merge runs/all runs/shard-1 runs/shard-2\n"
      "\n" +
      std::string(kExitStatusHelp));
  return [options] { return merge(*options); };
}

}  // namespace

const Command kRunsMergeCommand{"merge", "put the stores of several machines together", declare};

}  // namespace fanin::cli
