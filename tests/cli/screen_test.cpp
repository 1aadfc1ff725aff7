// What appears on a terminal, and what must not appear elsewhere.
#include <gmock/gmock.h>

#include "program.hpp"

namespace fanin::cli_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kHideCursor = "\x1b[?25l";
const std::string kShowCursor = "\x1b[?25h";
const std::string kRed = "\x1b[31m";
const std::string kColorOfBars = "\x1b[36m";

Arguments small() {
  return {"compare", "--data", "spirals(points=512, test_points=64)", "--inits", "zeros,he_normal", "--epochs", "3",
          "--seeds", "2"};
}

TEST(Screen, OnATerminalThereAreBarsAndTheCursorComesBack) {
  TerminalSession session(small(), 100);
  EXPECT_EQ(session.finish(), 0);
  const std::string& shown = session.shown();
  EXPECT_THAT(shown, AllOf(HasSubstr("loading"), HasSubstr(" done"), HasSubstr("\u2500"), HasSubstr(kColorOfBars)));
  EXPECT_NE(shown.find(kHideCursor), std::string::npos);
  EXPECT_GT(shown.rfind(kShowCursor), shown.rfind(kHideCursor));
  ASSERT_NE(shown.find("Difference to"), std::string::npos);
  EXPECT_GT(shown.find("Difference to"), shown.rfind(kShowCursor));
}

TEST(Screen, NoColorIsHonoured) {
  TerminalSession session(small(), 100, {{"NO_COLOR", "1"}});
  EXPECT_EQ(session.finish(), 0);
  EXPECT_THAT(session.shown(), AllOf(HasSubstr(kHideCursor), Not(HasSubstr(kColorOfBars)), Not(HasSubstr("\x1b[1m"))));
}

TEST(Screen, ADumbTerminalGetsPlainLines) {
  TerminalSession session(small(), 100, {{"TERM", "dumb"}});
  EXPECT_EQ(session.finish(), 0);
  EXPECT_THAT(session.shown(), AllOf(HasSubstr("started"), Not(HasSubstr("\x1b"))));
}

TEST(Screen, ElsewhereThereAreNoEscapes) {
  const Finished finished = run(small());
  EXPECT_EQ(finished.status, 0);
  EXPECT_THAT(finished.err, AllOf(HasSubstr("run 1/4 zeros, seed 1: started"), Not(HasSubstr("\x1b"))));
  EXPECT_THAT(finished.out, AllOf(HasSubstr("he_normal"), Not(HasSubstr("\x1b"))));
}

TEST(Screen, ColorCanBeForcedAndForbidden) {
  EXPECT_THAT(run({"list", "data", "--color", "always"}).out, HasSubstr("\x1b["));
  Arguments arguments = small();
  arguments.insert(arguments.end(), {"--color", "never"});
  TerminalSession session(arguments, 100);
  EXPECT_EQ(session.finish(), 0);
  EXPECT_THAT(session.shown(), Not(HasSubstr(kColorOfBars)));
}

TEST(Screen, WithoutProgressOnlyTheTableIsLeft) {
  Arguments arguments = small();
  arguments.emplace_back("--no-progress");
  const Finished finished = run(arguments);
  EXPECT_EQ(finished.err, "");
  EXPECT_THAT(finished.out, HasSubstr("Difference to"));
}

TEST(Screen, ErrorsAreRedOnlyOnATerminal) {
  TerminalSession session({"compare", "--data", "spirals", "--inits", "nobody"}, 100);
  EXPECT_EQ(session.finish(), 2);
  EXPECT_THAT(session.shown(), HasSubstr(kRed + "error:"));
  EXPECT_THAT(run({"compare", "--data", "spirals", "--inits", "nobody"}).err, HasSubstr("fanin: error: "));
}

TEST(Screen, TheTableFitsNarrowTerminals) {
  for (const int columns : {40, 80}) {
    Arguments arguments = small();
    arguments.emplace_back("--no-progress");
    TerminalSession session(arguments, columns, {{"NO_COLOR", "1"}, {"LANG", "C"}});
    EXPECT_EQ(session.finish(), 0);
    std::size_t length = 0;
    for (const char c : session.shown()) {
      length = c == '\n' || c == '\r' ? 0 : length + 1;
      EXPECT_LE(length, static_cast<std::size_t>(columns));
    }
  }
}

}  // namespace
}  // namespace fanin::cli_test
