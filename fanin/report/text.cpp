#include "fanin/report/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace fanin::report {
namespace {

struct Decoded {
  char32_t code = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

/// The character at the front of `text` (not empty). Overlong forms and surrogates are invalid.
Decoded decode(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {lead, 1, false};
  char32_t code = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {lead, 1, false};
    code = (code << 6) | (byte(i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  if (code < kSmallest[bytes] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {lead, 1, false};
  return {code, bytes, true};
}

bool in_ranges(char32_t code, std::initializer_list<std::pair<char32_t, char32_t>> ranges) noexcept {
  return std::any_of(ranges.begin(), ranges.end(),
                     [code](const auto& range) { return code >= range.first && code <= range.second; });
}

std::size_t width_of(char32_t code) noexcept {
  if (code < 0x300) return 1;
  if (in_ranges(code, {{0x300, 0x36F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}})) {
    return 0;
  }
  return in_ranges(code, {{0x1100, 0x115F},
                          {0x2E80, 0x303E},
                          {0x3041, 0xA4CF},
                          {0xAC00, 0xD7A3},
                          {0xF900, 0xFAFF},
                          {0xFE30, 0xFE6F},
                          {0xFF00, 0xFF60},
                          {0xFFE0, 0xFFE6},
                          {0x1F300, 0x1FAFF},
                          {0x20000, 0x3FFFD}})
             ? 2
             : 1;
}

bool is_control(char32_t code) noexcept {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || in_ranges(code, {{0x202A, 0x202E}, {0x2066, 0x2069}});
}

/// Bytes of the "ESC [ … m" at the front of `text` that sets a style, or 0.
std::size_t style_escape(std::string_view text) noexcept {
  if (text.substr(0, 2) != "\x1b[") return 0;
  const std::size_t end = text.find_first_not_of("0123456789;", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

std::string_view ascii_spelling(char32_t code) noexcept {
  switch (code) {
    case U'±': return "+-";
    case U'×': return "x";
    case U'·': return "*";
    case U'…': return "...";
    case U'–':
    case U'—':
    case U'−':
    case U'─': return "-";
    case U'≥': return ">=";
    case U'≤': return "<=";
    case U'≠': return "!=";
    case U'¼': return "1/4";
    case U'²': return "^2";
    case U'³': return "^3";
    case U'ᵀ': return "^T";
    case U'⌈': return "ceil(";
    case U'⌊': return "floor(";
    case U'⌉':
    case U'⌋': return ")";
    case U'∂': return "d";
    case U'√': return "sqrt";
    case U'→': return "->";
    case U'ä':
    case U'á':
    case U'à': return "a";
    case U'é':
    case U'è': return "e";
    case U'ö': return "o";
    case U'ü': return "u";
    case U'φ': return "phi";
    case U'σ': return "sigma";
    case U'μ': return "mu";
    case U'‖': return "||";
    case U'÷': return "/";
    case U'α': return "alpha";
    case U'β': return "beta";
    case U'ω': return "omega";
    case U'π': return "pi";
    case U'’': return "'";
    default: return "?";
  }
}

/// Where to break a word that is too long: after the last ',', '(' or '=' that fits, else at `width`.
std::size_t break_position(std::string_view word, std::size_t width) noexcept {
  std::size_t columns = 0;
  std::size_t position = 0;
  std::size_t nice = 0;
  while (position < word.size()) {
    const Decoded character = decode(word.substr(position));
    const std::size_t next = columns + width_of(character.code);
    if (next > width && position != 0) break;
    columns = next;
    position += character.bytes;
    if (std::string_view(",(=").find(word[position - 1]) != std::string_view::npos) nice = position;
  }
  return nice != 0 && position < word.size() ? nice : position;
}

class LineWrapper final {
 public:
  explicit LineWrapper(std::size_t width) : width_(std::max<std::size_t>(width, 1)) {}

  void add_word(std::string_view word) {
    const std::size_t needed = display_width(word);
    if (!line_.empty() && display_width(line_) + 1 + needed <= width_) {
      line_.append(" ").append(word);
      return;
    }
    if (!line_.empty()) end_line();
    while (display_width(word) > width_) {
      const std::size_t cut = break_position(word, width_);
      if (cut == word.size()) break;  // a single character wider than the line
      line_ = word.substr(0, cut);
      end_line();
      word.remove_prefix(cut);
    }
    line_ = word;
  }
  void end_line() { lines_.push_back(std::exchange(line_, {})); }
  std::vector<std::string> finish() {
    if (!line_.empty() || lines_.empty()) end_line();
    return std::move(lines_);
  }

 private:
  std::size_t width_;
  std::string line_;
  std::vector<std::string> lines_;
};

}  // namespace

std::size_t display_width(std::string_view text) noexcept {
  std::size_t columns = 0;
  while (!text.empty()) {
    if (const std::size_t escape = style_escape(text); escape != 0) {
      text.remove_prefix(escape);
      continue;
    }
    const Decoded character = decode(text);
    columns += character.valid ? width_of(character.code) : 1;
    text.remove_prefix(character.bytes);
  }
  return columns;
}

std::string printable(std::string_view text, bool unicode) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Decoded character = decode(text);
    const bool newline = character.code == U'\n';
    if (!character.valid || (is_control(character.code) && !newline)) {
      result += '?';
    } else if (unicode || character.code < 0x80) {
      result += text.substr(0, character.bytes);
    } else {
      result += ascii_spelling(character.code);
    }
    text.remove_prefix(character.bytes);
  }
  return result;
}

std::string clip(std::string_view text, std::size_t width, bool unicode) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::string result;
  std::size_t columns = 0;
  while (!text.empty()) {
    const Decoded character = decode(text);
    columns += character.valid ? width_of(character.code) : 1;
    if (columns > width - 1) break;
    result += text.substr(0, character.bytes);
    text.remove_prefix(character.bytes);
  }
  return result + (unicode ? "…" : "~");
}

std::string pad_left(std::string_view text, std::size_t width) {
  const std::size_t used = display_width(text);
  return std::string(width > used ? width - used : 0, ' ').append(text);
}

std::string pad_right(std::string_view text, std::size_t width) {
  const std::size_t used = display_width(text);
  return std::string(text).append(width > used ? width - used : 0, ' ');
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  LineWrapper lines(width);
  for (;;) {
    std::size_t stop = text.find_first_of(" \n");
    // A number and its "%" stay together.
    if (stop != std::string_view::npos && text.substr(stop, 2) == " %") stop = text.find_first_of(" \n", stop + 1);
    const std::string_view word = text.substr(0, stop);
    if (!word.empty()) lines.add_word(word);
    if (stop == std::string_view::npos) return lines.finish();
    if (text[stop] == '\n') lines.end_line();
    text.remove_prefix(stop + 1);
  }
}

}  // namespace fanin::report
