// Text on a terminal: how many columns it takes, cutting and wrapping it to fit, and making text
// from elsewhere (file names, remarks) safe to show. All text is UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fanin::report {

/// Columns that `text` takes on a terminal: 0 for combining marks and style escapes, 2 for wide
/// East Asian characters, 1 for everything else. Malformed bytes count 1 each.
std::size_t display_width(std::string_view text) noexcept;

/// `text` with control characters and malformed bytes replaced by '?', so that a file name cannot
/// move the cursor; without `unicode`, also with ± × … and the like spelled in ASCII.
std::string printable(std::string_view text, bool unicode);

/// At most `width` columns of `text`; what was cut is marked by "…", or "~" without `unicode`.
std::string clip(std::string_view text, std::size_t width, bool unicode);

std::string pad_left(std::string_view text, std::size_t width);
std::string pad_right(std::string_view text, std::size_t width);

/// Breaks `text` at spaces into lines of at most `width` (>= 1) columns; longer words are broken
/// too, after ',', '(' or '=' where there is one. "88.6 %" is one word. Newlines stay. At least one line.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

}  // namespace fanin::report
