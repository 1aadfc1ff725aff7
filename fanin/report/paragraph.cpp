#include "fanin/report/paragraph.hpp"

#include <algorithm>

#include "fanin/report/text.hpp"

namespace fanin::report {

void add_paragraph(std::string& out, std::string_view text, Style style, const Terminal& terminal) {
  const auto width = static_cast<std::size_t>(std::max(terminal.width, 1));
  for (const std::string& line : wrap(printable(text, terminal.unicode), width)) {
    out += styled(line, style, terminal) + "\n";
  }
}

}  // namespace fanin::report
