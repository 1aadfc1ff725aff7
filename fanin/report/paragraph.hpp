// Sentences on a terminal: wrapped to its width, in one style.
#pragma once

#include <string>
#include <string_view>

#include "fanin/report/terminal.hpp"

namespace fanin::report {

/// Appends `text`, safe to show, in lines that fit the terminal; newlines in it stay.
void add_paragraph(std::string& out, std::string_view text, Style style, const Terminal& terminal);

}  // namespace fanin::report
