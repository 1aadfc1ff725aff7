#include "apps/fanin/commands.hpp"

#include <array>

namespace fanin::cli {

extern const Command kAuditCommand;
extern const Command kCompareCommand;
extern const Command kGainCommand;
extern const Command kInitCommand;
extern const Command kListCommand;
extern const Command kTheoryCommand;

std::span<const Command* const> commands() noexcept {
  static constexpr std::array<const Command*, 6> kCommands{&kCompareCommand, &kInitCommand,   &kAuditCommand,
                                                           &kGainCommand,    &kTheoryCommand, &kListCommand};
  return kCommands;
}

}  // namespace fanin::cli
