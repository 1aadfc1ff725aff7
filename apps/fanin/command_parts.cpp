#include "apps/fanin/command_parts.hpp"

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "apps/fanin/errors.hpp"

namespace fanin::cli {

std::function<int()> declare_parts(CLI::App& app, std::initializer_list<const Command*> parts) {
  std::map<const CLI::App*, std::function<int()>> actions;
  for (const Command* const command : parts) {
    CLI::App* const part = app.add_subcommand(std::string(command->name), std::string(command->summary));
    actions[part] = command->declare(*part);
  }
  app.require_subcommand(0, 1);
  return [&app, actions] {
    const auto chosen = app.get_subcommands();
    if (!chosen.empty()) return actions.at(chosen.front())();
    print(app.help());
    return static_cast<int>(kOk);
  };
}

}  // namespace fanin::cli
