// fanin theory: what wide networks do at initialization, computed instead of measured.
#include <CLI/CLI.hpp>
#include <array>
#include <map>
#include <string>

#include "apps/fanin/commands.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/theory_command.hpp"

namespace fanin::cli {
namespace {

std::function<int()> declare(CLI::App& app) {
  std::map<const CLI::App*, std::function<int()>> actions;
  for (const Command* command : {&kTheoryEdgeCommand, &kTheoryDepthCommand}) {
    CLI::App* part = app.add_subcommand(std::string(command->name), std::string(command->summary));
    actions[part] = command->declare(*part);
  }
  app.require_subcommand(0, 1);
  app.footer(
      "Examples:\n"
      "  fanin theory edge --activation tanh --bias-variance 0.05\n"
      "  fanin theory depth --net 784-256-256-256-10 --activation relu --init he_normal\n"
      "\n" +
      std::string(kExitStatusHelp));
  return [&app, actions] {
    const auto chosen = app.get_subcommands();
    if (!chosen.empty()) return actions.at(chosen.front())();
    print(app.help());
    return static_cast<int>(kOk);
  };
}

}  // namespace

extern const Command kTheoryCommand;
const Command kTheoryCommand{"theory", "predict signals and gradients: the edge of chaos, and layer by layer", declare};

}  // namespace fanin::cli
