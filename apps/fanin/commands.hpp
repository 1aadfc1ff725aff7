// The subcommands of the fanin program. A new one is a file that defines a Command and a line in
// commands.cpp.
#pragma once

#include <functional>
#include <span>
#include <string_view>

namespace CLI {
class App;
}

namespace fanin::cli {

struct Command {
  std::string_view name;
  std::string_view summary;  ///< one line of `fanin --help`
  /// Declares the options on `app`; what it returns runs after parsing and gives the exit status.
  std::function<int()> (*declare)(CLI::App& app) = nullptr;
};

/// In the order of the help text.
std::span<const Command* const> commands() noexcept;

}  // namespace fanin::cli
