#include "apps/fanin/commands.hpp"

#include <array>

namespace fanin::cli {

extern const Command kCompareCommand;
extern const Command kListCommand;

std::span<const Command* const> commands() noexcept {
  static constexpr std::array<const Command*, 2> kCommands{&kCompareCommand, &kListCommand};
  return kCommands;
}

}  // namespace fanin::cli
