#include "fanin/net/toml/guard.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/net/toml/document.hpp"

namespace fanin::net {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{64} << 20;
constexpr int kMaxDepth = 32;
constexpr int kMaxKeyParts = 16;
constexpr int kMaxDottedKeys = 1000;
constexpr int kMaxHeaders = 10'000;

class Scanner final {
 public:
  Scanner(std::string_view text, std::string_view source) : text_(text), source_(source) {}

  void run() {
    bool at_line_start = true;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (at_line_start && c == '[' && text_.substr(at_, 9) != "[[layer]]" && ++headers_ > kMaxHeaders) {
        refuse("it has more than 10000 tables");
      }
      at_line_start = c == '\n' || (at_line_start && (c == ' ' || c == '\t'));
      if (c == '"' || c == '\'') {
        skip_string(c);
      } else if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else {
        read(c);
        ++at_;
      }
    }
  }

 private:
  [[noreturn]] void refuse(const char* problem) const {
    throw Error(ErrorCode::bad_data, at_line(source_, line_), std::string(problem) + ", more than a network needs");
  }

  void read(char c) {
    switch (c) {
      case '\n':
        ++line_;
        dots_ = 0;
        return;
      case '.':
        if (++dots_ >= kMaxKeyParts) refuse("a key has more than 16 parts");
        return;
      case '=':
        if (dots_ > 0 && ++dotted_keys_ > kMaxDottedKeys) refuse("more than 1000 keys have several parts");
        dots_ = 0;
        return;
      case '[':
      case '{':
        if (++depth_ > kMaxDepth) refuse("brackets are nested more than 32 deep");
        dots_ = 0;
        return;
      case ']':
      case '}':
        depth_ = std::max(0, depth_ - 1);
        dots_ = 0;
        return;
      case ',': dots_ = 0; return;
      default: return;
    }
  }

  void skip_string(char quote) {
    const std::string fence(3, quote);
    const bool long_string = text_.substr(at_, 3) == fence;
    at_ += long_string ? 3 : 1;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n') {
        if (!long_string) return;  // never closed: the parser will say so
        ++line_;
      }
      if (c == '\\' && quote == '"') {
        at_ += 2;
        continue;
      }
      if (c == quote && (!long_string || text_.substr(at_, 3) == fence)) {
        at_ += long_string ? 3 : 1;
        return;
      }
      ++at_;
    }
    at_ = text_.size();
  }

  std::string_view text_;
  std::string_view source_;
  std::size_t at_ = 0;
  int line_ = 1;
  int depth_ = 0;
  int dots_ = 0;
  int dotted_keys_ = 0;
  int headers_ = 0;
};

}  // namespace

void check_toml_is_tame(std::string_view text, std::string_view source) {
  if (text.size() > kMaxBytes) {
    throw Error(ErrorCode::bad_data, std::string(source.substr(0, 256)),
                "the description has " + std::to_string(text.size()) + " bytes; it may have 64 MiB");
  }
  Scanner(text, source).run();
}

}  // namespace fanin::net
