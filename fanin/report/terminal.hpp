// What the place where text goes can show: width, color, characters, and whether lines may be
// redrawn there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fanin::report {

enum class ColorChoice { automatic, always, never };
/// "auto", "always", "never". @throws Error unknown_name.
ColorChoice parse_color_choice(std::string_view text);

struct Terminal {
  bool interactive = false;  ///< a terminal that moves its cursor: lines may be redrawn
  bool color = false;
  bool unicode = false;  ///< else only ASCII
  int width = 100;       ///< columns, >= 1
  int height = 24;       ///< rows
};

/// Looks up an environment variable; null when it is not set.
using EnvironmentLookup = const char* (*)(const char* name);

/// Decides from facts: color when asked for, or on a terminal unless NO_COLOR is set or TERM is
/// dumb; characters by the first of LC_ALL, LC_CTYPE and LANG that is set. Away from a terminal
/// the width is COLUMNS, else 100.
/// @param columns, rows  the terminal's size; 0 when unknown.
Terminal describe_terminal(bool is_terminal, int columns, int rows, ColorChoice color, EnvironmentLookup environment);

/// The same from the file descriptor and the process's environment.
Terminal inspect_terminal(int file_descriptor, ColorChoice color);

/// Updates width and height: people resize windows while a program runs.
void refresh_size(int file_descriptor, Terminal& terminal);

enum class Style { plain, strong, faint, good, caution, bad, accent };

/// `text` in `style`, or as it is where the terminal has no color.
std::string styled(std::string_view text, Style style, const Terminal& terminal);

}  // namespace fanin::report
