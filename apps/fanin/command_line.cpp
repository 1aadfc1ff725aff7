#include "apps/fanin/command_line.hpp"

#include <fmt/chrono.h>

#include <chrono>
#include <string_view>

namespace fanin::cli {
namespace {

std::string& remembered() {
  static std::string line = "fanin";
  return line;
}

void append_quoted(std::string& line, std::string_view word) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:/@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) {
    line += word;
    return;
  }
  line += '\'';
  for (const char c : word) c == '\'' ? line += "'\\''" : line += c;
  line += '\'';
}

}  // namespace

void remember_command_line(int argc, const char* const* argv) {
  std::string line = "fanin";
  for (int i = 1; i < argc; ++i) append_quoted(line += ' ', argv[i]);
  remembered() = std::move(line);
}

std::string command_line() { return remembered(); }

std::string utc_now() {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
}

}  // namespace fanin::cli
