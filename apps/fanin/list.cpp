// fanin list: the names that can stand in other commands' options, with formulas and papers.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <memory>
#include <string>

#include "apps/fanin/commands.hpp"
#include "apps/fanin/errors.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/engine/optimizer.hpp"
#include "fanin/experiment/data_set.hpp"
#include "fanin/init/catalogue.hpp"
#include "fanin/net/activation.hpp"
#include "fanin/report/table.hpp"

namespace fanin::cli {
namespace {

report::Table initializers() {
  report::Table table({{"name"}, {"arguments"}, {"formula"}, {"also called"}, {"source"}});
  for (const init::InitializerInfo& info : init::known_initializers()) {
    table.add_row({{std::string(info.name), report::Style::accent},
                   {std::string(info.arguments)},
                   {std::string(info.formula)},
                   {std::string(info.alias)},
                   {std::string(info.source), report::Style::faint}});
  }
  return table;
}

report::Table activations() {
  report::Table table({{"name"}, {"parameter"}, {"formula"}, {"also called"}, {"source"}});
  for (const net::ActivationFunction* function : net::activation_functions()) {
    const std::string parameter = function->parameter_name.empty()
                                      ? ""
                                      : fmt::format("{}={:g}", function->parameter_name, function->default_parameter);
    table.add_row({{std::string(function->name), report::Style::accent},
                   {parameter},
                   {std::string(function->formula)},
                   {fmt::format("{}", fmt::join(function->aliases, ", "))},
                   {std::string(function->source), report::Style::faint}});
  }
  return table;
}

report::Table optimizers() {
  report::Table table(
      {{"name"}, {"default\nlearning rate", report::Align::right}, {"numbers kept\nper weight", report::Align::right}});
  for (const std::string_view name : engine::optimizer_names()) {
    const engine::Optimizer optimizer = engine::parse_optimizer(name, 1.0);
    table.add_row({{std::string(name), report::Style::accent},
                   {fmt::format("{:g}", engine::default_learning_rate(optimizer.kind))},
                   {fmt::format("{}", engine::state_slots(optimizer))}});
  }
  return table;
}

report::Table data_sets() {
  report::Table table({{"name"}, {"what it is"}});
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
constexpr std::array<Catalogue, 4> kCatalogues{
    {{"initializers", initializers}, {"activations", activations}, {"optimizers", optimizers}, {"data", data_sets}}};

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
  app.add_option("what", options->what, "initializers, activations, optimizers or data")
      ->type_name("")
      ->option_text("initializers|activations|optimizers|data");
  app.add_option("--color", options->color, "auto, always or never")->type_name("WHEN");
  app.footer(
      "Examples:\n"
      "  fanin list initializers\n"
      "  fanin list data\n"
      "\n" +
      std::string(kExitStatusHelp));
  return [options] { return list(options->what, options->color); };
}

}  // namespace

extern const Command kListCommand;
const Command kListCommand{"list", "names for other commands' options: initializers, activations, optimizers, data",
                           declare};

}  // namespace fanin::cli
