// Commands that are made of commands: `fanin theory edge`, `fanin runs list`.
#pragma once

#include <functional>
#include <initializer_list>

#include "apps/fanin/commands.hpp"

namespace fanin::cli {

/// Declares `parts` below `app`. What it returns runs the one that was named, or shows the help.
std::function<int()> declare_parts(CLI::App& app, std::initializer_list<const Command*> parts);

}  // namespace fanin::cli
