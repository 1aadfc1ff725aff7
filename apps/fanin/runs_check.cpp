// fanin runs check: whether a store is sound.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "apps/fanin/errors.hpp"
#include "apps/fanin/runs_command.hpp"
#include "fanin/core/error.hpp"
#include "fanin/report/text.hpp"

namespace fanin::cli {
namespace {

int check(const std::string& where) {
  const std::filesystem::path file = store_at(where);
  std::error_code missing;
  if (!std::filesystem::exists(file, missing)) {
    throw Error(ErrorCode::missing_data, file.string(), "there is no such store");
  }
  const std::vector<std::string> problems = experiment::check_store(file);
  std::string text;
  for (const std::string& problem : problems) text += report::printable(problem, true) + '\n';
  print(problems.empty() ? file.string() + ": sound\n" : text);
  return problems.empty() ? kOk : kBadData;
}

std::function<int()> declare(CLI::App& app) {
  auto where = std::make_shared<std::string>();
  app.add_option("where", *where, "an output folder or its fanin.sqlite (default: here)")
      ->type_name("")
      ->option_text("[FOLDER]");
  app.footer(
      "It reads every page and every value. What is wrong is printed, and the exit status is 3. To save\n"
      "what can be read of a damaged store:\n"
      "  sqlite3 fanin.sqlite .recover | sqlite3 saved.sqlite\n"
      "\n"
      "Examples:\n"
      "  fanin runs check runs/first\n"
      "\n" +
      std::string(kExitStatusHelp));
  return [where] { return check(*where); };
}

}  // namespace

const Command kRunsCheckCommand{"check", "whether a store is sound", declare};

}  // namespace fanin::cli
