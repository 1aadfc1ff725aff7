#include "apps/fanin/errors.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <system_error>

#include "fanin/core/error.hpp"
#include "fanin/report/progress.hpp"
#include "fanin/report/terminal.hpp"
#include "fanin/report/text.hpp"

namespace fanin::cli {
namespace {

int status_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::bad_value:
    case ErrorCode::bad_shape:
    case ErrorCode::unknown_name:
    case ErrorCode::bad_syntax:
    case ErrorCode::unsupported: return kWrongUse;
    case ErrorCode::missing_data:
    case ErrorCode::bad_data:
    case ErrorCode::io_failure: return kBadData;  // outputs that fail arrive as OutputError
  }
  return kInternal;
}

void complain(std::string_view message, std::string_view hint) {
  const report::Terminal terminal = report::inspect_terminal(STDERR_FILENO, report::ColorChoice::automatic);
  std::string text = "fanin: " + report::styled("error:", report::Style::bad, terminal) + " " +
                     report::printable(message, terminal.unicode) + "\n";
  if (!hint.empty()) text += report::printable(hint, terminal.unicode) + "\n";
  report::write_all(STDERR_FILENO, text);
}

}  // namespace

int report_exception(std::string_view command) noexcept {
  const std::string help = command.empty() ? "fanin --help" : fmt::format("fanin {} --help", command);
  try {
    throw;
  } catch (const Error& error) {
    const int status = status_of(error.code());
    complain(error.what(), status == kWrongUse ? fmt::format("See `{}`.", help) : "");
    return status;
  } catch (const OutputError& error) {
    if (!error.silent()) complain(error.what(), "");
    return kCannotWrite;
  } catch (const std::bad_alloc&) {
    complain("not enough memory; a smaller --batch-size, --net or --limit-train needs less", "");
    return kInternal;
  } catch (const std::exception& error) {
    complain(fmt::format("internal error: {}", error.what()), "This is a fault of fanin itself; please report it.");
    return kInternal;
  } catch (...) {
    complain("internal error of an unknown kind", "This is a fault of fanin itself; please report it.");
    return kInternal;
  }
}

void print(std::string_view text) {
  if (report::write_all(STDOUT_FILENO, text)) return;
  const int reason = errno;
  throw OutputError("standard output: " + std::generic_category().message(reason), reason == EPIPE);
}

}  // namespace fanin::cli
