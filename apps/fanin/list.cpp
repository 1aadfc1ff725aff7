// fanin list: the names that can stand in other commands' options, with formulas and papers.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "apps/fanin/answer.hpp"
#include "apps/fanin/catalogues.hpp"
#include "apps/fanin/commands.hpp"
#include "apps/fanin/errors.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/core/version.hpp"

namespace fanin::cli {
namespace {

/// "initializers, schemes, …".
std::string catalogue_names(std::string_view separator) {
  std::string names;
  for (const Catalogue& catalogue : catalogues()) names.append(names.empty() ? "" : separator).append(catalogue.name);
  return names;
}

const Catalogue& find(const std::string& what) {
  if (what.empty()) throw Error(ErrorCode::bad_syntax, "list", "it needs to know what: " + catalogue_names(", "));
  std::vector<std::string> names;
  for (const Catalogue& catalogue : catalogues()) {
    if (catalogue.name == what) return catalogue;
    names.emplace_back(catalogue.name);
  }
  throw Error(ErrorCode::unknown_name, "list", "there is no list of '" + what + "'; " + suggestion(what, names));
}

std::string catalogue_json(const Catalogue& catalogue) {
  nlohmann::ordered_json json;
  json["version"] = kVersion;
  json["list"] = catalogue.name;
  json["entries"] = catalogue.entries();
  return json.dump(2) + "\n";
}

struct Options {
  Answer answer;
  std::string what;
};

int list(Options& options) {
  const Catalogue& catalogue = find(options.answer.argument(options.what));
  options.answer.give([&](const report::Terminal& terminal) { return catalogue.table().render(terminal); },
                      [&] { return catalogue_json(catalogue); });
  return kOk;
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("what", options->what, catalogue_names(", "))->type_name("")->option_text(catalogue_names("|"));
  options->answer.declare(app);
  app.footer(
      "Examples:\n"
      "  fanin list initializers\n"
      "  fanin list schemes                 for whole networks: GPT-2, Fixup, muP, ...\n"
      "  fanin list activations --json | jq -r '.entries[].name'\n"
      "\n" +
      std::string(kExitStatusHelp));
  return [options] { return list(*options); };
}

}  // namespace

extern const Command kListCommand;
const Command kListCommand{"list", "names for the options: initializers, schemes, activations, optimizers, nets, data",
                           declare};

}  // namespace fanin::cli
