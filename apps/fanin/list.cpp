// fanin list: the names that can stand in other commands' options, with formulas and papers.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "apps/fanin/commands.hpp"
#include "apps/fanin/errors.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/engine/optimizer.hpp"
#include "fanin/experiment/data_set.hpp"
#include "fanin/init/catalogue.hpp"
#include "fanin/init/network_scheme.hpp"
#include "fanin/net/activation.hpp"
#include "fanin/report/table.hpp"

namespace fanin::cli {
namespace {

/// All names of a thing, one under the other: each of them can be written.
report::Cell names_cell(std::string_view name, const std::vector<std::string_view>& aliases) {
  std::string text(name);
  for (const std::string_view alias : aliases) text += "\n" + std::string(alias);
  return {text, report::Style::accent};
}

report::Table initializers() {
  report::Table table(
      {{"name"}, report::flexible("arguments", 14), report::flexible("formula", 18), report::flexible("source", 14)});
  for (const init::InitializerInfo& info : init::known_initializers()) {
    std::vector<std::string_view> aliases;
    if (!info.alias.empty()) aliases.push_back(info.alias);
    table.add_row({names_cell(info.name, aliases),
                   {std::string(info.arguments)},
                   {std::string(info.formula)},
                   {std::string(info.source), report::Style::faint}});
  }
  return table;
}

report::Table activations() {
  report::Table table(
      {{"name"}, report::flexible("parameter", 14), report::flexible("formula", 18), report::flexible("source", 14)});
  for (const net::ActivationFunction* function : net::activation_functions()) {
    const std::string parameter = function->parameter_name.empty()
                                      ? ""
                                      : fmt::format("{}={:g}", function->parameter_name, function->default_parameter);
    table.add_row({names_cell(function->name, {function->aliases.begin(), function->aliases.end()}),
                   {parameter},
                   {std::string(function->formula)},
                   {std::string(function->source), report::Style::faint}});
  }
  return table;
}

report::Table optimizers() {
  report::Table table({{"name"},
                       {"default\nlearning rate", report::Align::right},
                       {"numbers kept\nper weight", report::Align::right},
                       report::flexible("formula", 18),
                       report::flexible("source", 14)});
  for (const std::string_view name : engine::optimizer_names()) {
    const engine::Optimizer optimizer = engine::parse_optimizer(name, 1.0);
    const engine::OptimizerInfo info = engine::optimizer_info(optimizer.kind);
    table.add_row({{std::string(name), report::Style::accent},
                   {fmt::format("{:g}", engine::default_learning_rate(optimizer.kind))},
                   {fmt::format("{}", engine::state_slots(optimizer))},
                   {std::string(info.formula)},
                   {std::string(info.source), report::Style::faint}});
  }
  return table;
}

report::Table schemes() {
  report::Table table({{"name"},
                       report::flexible("arguments", 14),
                       report::flexible("formula", 18),
                       report::flexible("needs", 14),
                       report::flexible("source", 14)});
  for (const init::NetworkSchemeInfo& info : init::known_network_schemes()) {
    std::vector<std::string_view> aliases;
    if (!info.alias.empty()) aliases.push_back(info.alias);
    table.add_row({names_cell(info.name, aliases),
                   {std::string(info.arguments)},
                   {std::string(info.formula)},
                   {std::string(info.needs)},
                   {std::string(info.source), report::Style::faint}});
  }
  return table;
}

report::Table data_sets() {
  report::Table table({{"name"}, report::flexible("what it is", 30)});
  for (const experiment::KnownDataSet& known : experiment::known_data_sets()) {
    table.add_row({{std::string(known.name), report::Style::accent}, {std::string(known.description)}});
  }
  table.add_row({{"FOLDER"}, {"IDX or IDX.gz files: train-* and t10k-* or test-*"}});
  table.add_row({{"FILE.npz"}, {"arrays x_train, y_train, x_test, y_test"}});
  table.add_row({{"FILE.csv"}, {"a table; --target names the column to learn"}});
  return table;
}

struct Catalogue {
  std::string_view name;
  report::Table (*make)();
};
constexpr std::array<Catalogue, 5> kCatalogues{{{"initializers", initializers},
                                                {"schemes", schemes},
                                                {"activations", activations},
                                                {"optimizers", optimizers},
                                                {"data", data_sets}}};

int list(const std::string& what, const std::string& color) {
  std::vector<std::string> names;
  for (const Catalogue& catalogue : kCatalogues) {
    names.emplace_back(catalogue.name);
    if (catalogue.name != what) continue;
    const report::Terminal terminal = report::inspect_terminal(STDOUT_FILENO, report::parse_color_choice(color));
    print(catalogue.make().render(terminal));
    return kOk;
  }
  if (what.empty())
    throw Error(ErrorCode::bad_syntax, "list", "it needs to know what: " + fmt::format("{}", fmt::join(names, ", ")));
  throw Error(ErrorCode::unknown_name, "list", "there is no list of '" + what + "'; " + suggestion(what, names));
}

std::function<int()> declare(CLI::App& app) {
  struct Options {
    std::string what;
    std::string color = "auto";
  };
  auto options = std::make_shared<Options>();
  app.add_option("what", options->what, "initializers, schemes, activations, optimizers or data")
      ->type_name("")
      ->option_text("initializers|schemes|activations|optimizers|data");
  app.add_option("--color", options->color, "auto, always or never")->type_name("WHEN");
  app.footer(
      "Examples:\n"
      "  fanin list initializers\n"
      "  fanin list schemes                 for whole networks: GPT-2, Fixup, muP, ...\n"
      "  fanin list data\n"
      "\n" +
      std::string(kExitStatusHelp));
  return [options] { return list(options->what, options->color); };
}

}  // namespace

extern const Command kListCommand;
const Command kListCommand{"list", "names for the options: initializers, schemes, activations, optimizers, data",
                           declare};

}  // namespace fanin::cli
