#include "fanin/io/npy_header.hpp"

#include <charconv>
#include <set>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/io/bytes.hpp"

namespace fanin::io {
namespace {

constexpr std::size_t kMaxRank = 64;  // NumPy 2's own limit

class Parser final {
 public:
  Parser(std::string_view text, std::string_view name, std::uint64_t offset)
      : text_(text), name_(name), offset_(offset) {}

  NpyHeader parse() {
    NpyHeader header;
    std::set<std::string, std::less<>> seen;
    expect('{');
    while (!take('}')) {
      const std::string key = quoted();
      if (!seen.insert(key).second) fail("the key '" + key + "' occurs twice");
      expect(':');
      read_value(key, header);
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    skip_spaces();
    if (position_ != text_.size()) fail("text follows the closing brace");
    for (const char* key : {"descr", "fortran_order", "shape"}) {
      if (!seen.contains(key)) fail("the key '" + std::string(key) + "' is missing");
    }
    return header;
  }

 private:
  void read_value(const std::string& key, NpyHeader& header) {
    if (key == "descr") {
      header.descr = descr();
    } else if (key == "fortran_order") {
      header.fortran_order = boolean();
    } else if (key == "shape") {
      header.shape = tuple();
    } else {
      fail("unknown key '" + key + "'");
    }
  }

  std::string descr() {
    skip_spaces();
    if (position_ < text_.size() && text_[position_] == '[') {
      throw Error(ErrorCode::unsupported, std::string(name_),
                  "is a structured array; save each field as an array of its own");
    }
    return quoted();
  }

  std::string quoted() {
    skip_spaces();
    if (position_ == text_.size() || (text_[position_] != '\'' && text_[position_] != '"')) fail("a quote is expected");
    const char quote = text_[position_++];
    const std::size_t start = position_;
    while (position_ < text_.size() && text_[position_] != quote) {
      const char c = text_[position_];
      if (c == '\\' || c < ' ' || c > '~') fail("an unexpected character stands in a text");
      ++position_;
    }
    if (position_ == text_.size()) fail("the quote is never closed");
    return std::string(text_.substr(start, position_++ - start));
  }

  bool boolean() {
    skip_spaces();
    for (const auto& [word, value] : {std::pair<std::string_view, bool>{"True", true}, {"False", false}}) {
      if (!text_.substr(position_).starts_with(word)) continue;
      position_ += word.size();
      return value;
    }
    fail("True or False is expected");
  }

  std::vector<std::int64_t> tuple() {
    std::vector<std::int64_t> extents;
    expect('(');
    bool comma = true;
    while (!take(')')) {
      if (!comma) fail("a comma or ')' is expected");
      if (extents.size() == kMaxRank) fail("more than 64 dimensions");
      extents.push_back(extent());
      comma = take(',');
    }
    if (extents.size() == 1 && !comma) fail("a tuple of one number ends in a comma");
    return extents;
  }

  std::int64_t extent() {
    skip_spaces();
    std::int64_t value = 0;
    const char* begin = text_.data() + position_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc() || value < 0) fail("an extent of 0 or more is expected");
    position_ += static_cast<std::size_t>(end - begin);
    if (position_ < text_.size() && text_[position_] == 'L') ++position_;  // Python 2 wrote 3L
    return value;
  }

  void skip_spaces() {
    while (position_ < text_.size() && (text_[position_] == ' ' || text_[position_] == '\n')) ++position_;
  }

  bool take(char c) {
    skip_spaces();
    if (position_ == text_.size() || text_[position_] != c) return false;
    ++position_;
    return true;
  }

  void expect(char c) {
    if (take(c)) return;
    std::string quoted(3, '\'');
    quoted[1] = c;
    fail(quoted + " is expected");
  }

  [[noreturn]] void fail(const std::string& reason) const {
    throw damaged(name_, offset_ + position_, "the .npy header is damaged: " + reason);
  }

  std::string_view text_;
  std::string_view name_;
  std::uint64_t offset_;
  std::size_t position_ = 0;
};

}  // namespace

NpyHeader parse_npy_header(std::string_view text, std::string_view name, std::uint64_t offset) {
  return Parser(text, name, offset).parse();
}

}  // namespace fanin::io
