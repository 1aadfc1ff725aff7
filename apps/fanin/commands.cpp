#include "apps/fanin/commands.hpp"

#include <array>

namespace fanin::cli {

extern const Command kAuditCommand;
extern const Command kCheckCommand;
extern const Command kCompareCommand;
extern const Command kCompletionCommand;
extern const Command kDemoCommand;
extern const Command kDoctorCommand;
extern const Command kEvaluateCommand;
extern const Command kExplainCommand;
extern const Command kFixCommand;
extern const Command kGainCommand;
extern const Command kInitCommand;
extern const Command kListCommand;
extern const Command kReportCommand;
extern const Command kRunsCommand;
extern const Command kSummaryCommand;
extern const Command kSweepCommand;
extern const Command kTheoryCommand;
extern const Command kTrainCommand;

std::span<const Command* const> commands() noexcept {
  static constexpr std::array kCommands{
      &kCompareCommand, &kSweepCommand,  &kTrainCommand, &kEvaluateCommand, &kCheckCommand,  &kFixCommand,
      &kExplainCommand, &kReportCommand, &kInitCommand,  &kAuditCommand,    &kGainCommand,   &kTheoryCommand,
      &kSummaryCommand, &kDemoCommand,   &kRunsCommand,  &kListCommand,     &kDoctorCommand, &kCompletionCommand};
  return kCommands;
}

}  // namespace fanin::cli
