#include "fanin/report/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"

namespace fanin::report {
namespace {

constexpr int kWidthElsewhere = 100;  // of a file or a pipe
constexpr int kWidestUse = 500;       // nobody reads longer lines, and COLUMNS may hold anything

/// The variable's text; empty when unset.
std::string_view variable(EnvironmentLookup environment, const char* name) {
  const char* text = environment(name);
  return text == nullptr ? std::string_view() : std::string_view(text);
}

bool locale_is_utf8(EnvironmentLookup environment) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::string text(variable(environment, name));
    if (text.empty()) continue;
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text.find("utf-8") != std::string::npos || text.find("utf8") != std::string::npos;
  }
  return false;
}

struct Size {
  int columns = 0;
  int rows = 0;
};

Size size_of(int file_descriptor) {
  winsize size{};
  if (ioctl(file_descriptor, TIOCGWINSZ, &size) != 0) return {};
  return {size.ws_col, size.ws_row};
}

}  // namespace

ColorChoice parse_color_choice(std::string_view text) {
  if (text == "auto") return ColorChoice::automatic;
  if (text == "always") return ColorChoice::always;
  if (text == "never") return ColorChoice::never;
  const std::array<std::string, 3> known{"auto", "always", "never"};
  throw Error(ErrorCode::unknown_name, "color '" + std::string(text) + "'", suggestion(text, known));
}

Terminal describe_terminal(bool is_terminal, int columns, int rows, ColorChoice color, EnvironmentLookup environment) {
  const bool dumb = variable(environment, "TERM").empty() || variable(environment, "TERM") == "dumb";
  const bool refused = !variable(environment, "NO_COLOR").empty();
  Terminal terminal;
  terminal.interactive = is_terminal && !dumb;
  terminal.color =
      color == ColorChoice::always || (color == ColorChoice::automatic && terminal.interactive && !refused);
  terminal.unicode = locale_is_utf8(environment);
  std::int64_t width = columns;
  if (width <= 0) width = parse_integer(variable(environment, "COLUMNS")).value_or(0);
  if (width <= 0) width = is_terminal ? 80 : kWidthElsewhere;
  terminal.width = static_cast<int>(std::clamp<std::int64_t>(width, 1, kWidestUse));
  if (rows > 0) terminal.height = rows;
  return terminal;
}

Terminal inspect_terminal(int file_descriptor, ColorChoice color) {
  const bool is_terminal = isatty(file_descriptor) == 1;
  const Size size = is_terminal ? size_of(file_descriptor) : Size{};
  return describe_terminal(is_terminal, size.columns, size.rows, color,
                           [](const char* name) -> const char* { return std::getenv(name); });
}

void refresh_size(int file_descriptor, Terminal& terminal) {
  const Size size = size_of(file_descriptor);
  if (size.columns > 0) terminal.width = std::min(size.columns, kWidestUse);
  if (size.rows > 0) terminal.height = size.rows;
}

std::string styled(std::string_view text, Style style, const Terminal& terminal) {
  if (!terminal.color || style == Style::plain || text.empty()) return std::string(text);
  constexpr std::array<std::string_view, 7> kCodes{"0", "1", "2", "32", "33", "31", "36"};
  std::string result = "\x1b[";
  result.append(kCodes[static_cast<std::size_t>(style)]).append("m").append(text).append("\x1b[0m");
  return result;
}

}  // namespace fanin::report
