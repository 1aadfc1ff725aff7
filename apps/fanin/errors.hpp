// How the program ends: exit statuses, and errors in words on standard error.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace fanin::cli {

enum ExitStatus : int {
  kOk = 0,             ///< also when some runs diverged: they are results
  kProblemsFound = 1,  ///< by fanin audit, check or doctor; runs of fanin sweep that failed
  kWrongUse = 2,       ///< unknown or impossible options, names, shapes
  kBadData = 3,        ///< data missing, unreadable or damaged
  kCannotWrite = 4,    ///< an output file or standard output
  kInternal = 70,      ///< a fault of fanin itself, or no memory
  kInterrupted = 130   ///< Ctrl-C or SIGTERM
};

/// The same as text, for the end of a command's help.
inline constexpr std::string_view kExitStatusHelp =
    "Exit status:\n"
    "  0    done, also when some runs diverged\n"
    "  1    fanin audit, check or doctor found problems; a run of fanin sweep failed; fix found no cure\n"
    "  2    wrong use: an unknown or impossible option, name or shape\n"
    "  3    data missing, unreadable or damaged\n"
    "  4    output could not be written\n"
    "  70   internal error\n"
    "  130  interrupted\n";

/// Output that cannot be written; `silent` when whoever read it has gone away.
class OutputError final : public std::runtime_error {
 public:
  explicit OutputError(const std::string& message, bool silent = false)
      : std::runtime_error(message), silent_(silent) {}
  [[nodiscard]] bool silent() const noexcept { return silent_; }

 private:
  bool silent_;
};

/// Describes the exception being handled on standard error and gives its exit status.
/// @param command  the subcommand, for the pointer to its help; may be empty.
int report_exception(std::string_view command) noexcept;

/// Writes to standard output. @throws OutputError.
void print(std::string_view text);

}  // namespace fanin::cli
