#include "apps/fanin/commands.hpp"

#include <array>

namespace fanin::cli {

extern const Command kCompareCommand;
extern const Command kInitCommand;
extern const Command kListCommand;

std::span<const Command* const> commands() noexcept {
  static constexpr std::array<const Command*, 3> kCommands{&kCompareCommand, &kInitCommand, &kListCommand};
  return kCommands;
}

}  // namespace fanin::cli
