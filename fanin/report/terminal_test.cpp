#include "fanin/report/terminal.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "fanin/core/error.hpp"

namespace fanin::report {
namespace {

std::map<std::string, std::string>& environment() {
  static std::map<std::string, std::string> variables;
  return variables;
}

const char* look_up(const char* name) {
  const auto found = environment().find(name);
  return found == environment().end() ? nullptr : found->second.c_str();
}

Terminal describe(std::map<std::string, std::string> variables, bool is_terminal = true,
                  ColorChoice color = ColorChoice::automatic, int columns = 120) {
  environment() = std::move(variables);
  return describe_terminal(is_terminal, columns, 40, color, look_up);
}

TEST(Terminal, ColorIsForTerminalsUnlessRefused) {
  EXPECT_TRUE(describe({{"TERM", "xterm"}}).color);
  EXPECT_FALSE(describe({{"TERM", "xterm"}}, false).color);
  EXPECT_FALSE(describe({{"TERM", "dumb"}}).color);
  EXPECT_FALSE(describe({}).color);
  EXPECT_FALSE(describe({{"TERM", "xterm"}, {"NO_COLOR", "1"}}).color);
  EXPECT_TRUE(describe({{"TERM", "xterm"}, {"NO_COLOR", ""}}).color);  // no-color.org: an empty one does not count
}

TEST(Terminal, WhatTheUserSaysAboutColorComesFirst) {
  EXPECT_TRUE(describe({{"TERM", "dumb"}, {"NO_COLOR", "1"}}, false, ColorChoice::always).color);
  EXPECT_FALSE(describe({{"TERM", "xterm"}}, true, ColorChoice::never).color);
}

TEST(Terminal, LinesAreRedrawnOnlyWhereTheCursorMoves) {
  EXPECT_TRUE(describe({{"TERM", "xterm"}, {"NO_COLOR", "1"}}).interactive);
  EXPECT_FALSE(describe({{"TERM", "dumb"}}).interactive);
  EXPECT_FALSE(describe({{"TERM", "xterm"}}, false, ColorChoice::always).interactive);
}

TEST(Terminal, TheFirstLocaleVariableThatIsSetDecidesTheCharacters) {
  EXPECT_TRUE(describe({{"LANG", "en_US.UTF-8"}}).unicode);
  EXPECT_TRUE(describe({{"LC_CTYPE", "C.utf8"}, {"LANG", "C"}}).unicode);
  EXPECT_FALSE(describe({{"LC_ALL", "C"}, {"LANG", "en_US.UTF-8"}}).unicode);
  EXPECT_TRUE(describe({{"LC_ALL", ""}, {"LANG", "en_US.UTF-8"}}).unicode);
  EXPECT_FALSE(describe({}).unicode);
}

TEST(Terminal, WidthComesFromTheTerminalElseFromTheEnvironment) {
  EXPECT_EQ(describe({{"COLUMNS", "60"}}).width, 120);
  EXPECT_EQ(describe({{"COLUMNS", "60"}}, false, ColorChoice::automatic, 0).width, 60);
  EXPECT_EQ(describe({{"COLUMNS", "many"}}, false, ColorChoice::automatic, 0).width, 100);
  EXPECT_EQ(describe({{"COLUMNS", "-5"}}, true, ColorChoice::automatic, 0).width, 80);
  EXPECT_EQ(describe({{"COLUMNS", "99999999999"}}, false, ColorChoice::automatic, 0).width, 500);
}

TEST(Terminal, StylesAreEscapesOnlyWithColor) {
  EXPECT_EQ(styled("x", Style::bad, describe({{"TERM", "xterm"}})), "\x1b[31mx\x1b[0m");
  EXPECT_EQ(styled("x", Style::plain, describe({{"TERM", "xterm"}})), "x");
  EXPECT_EQ(styled("x", Style::bad, describe({})), "x");
}

TEST(Terminal, AnUnknownColorChoiceSuggestsTheRightOne) {
  EXPECT_EQ(parse_color_choice("never"), ColorChoice::never);
  try {
    parse_color_choice("allways");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unknown_name);
    EXPECT_NE(error.message().find("always"), std::string::npos);
  }
}

}  // namespace
}  // namespace fanin::report
