#include "apps/fanin/commands.hpp"

#include <array>

namespace fanin::cli {

extern const Command kCompareCommand;
extern const Command kGainCommand;
extern const Command kInitCommand;
extern const Command kListCommand;
extern const Command kTheoryCommand;

std::span<const Command* const> commands() noexcept {
  static constexpr std::array<const Command*, 5> kCommands{&kCompareCommand, &kInitCommand, &kGainCommand,
                                                           &kTheoryCommand, &kListCommand};
  return kCommands;
}

}  // namespace fanin::cli
