#include "fanin/report/text.hpp"

#include <gmock/gmock.h>

namespace fanin::report {
namespace {

using ::testing::ElementsAre;

TEST(Text, WidthCountsColumnsNotBytes) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("88.6 ± 0.3 %"), 12U);
  EXPECT_EQ(display_width("━╸─"), 3U);
  EXPECT_EQ(display_width("日本"), 4U);      // wide
  EXPECT_EQ(display_width("e\u0301"), 1U);   // e and a combining acute
  EXPECT_EQ(display_width("\xff\xc3"), 2U);  // malformed: one column each
  EXPECT_EQ(display_width("\x1b[31mred\x1b[0m"), 3U);
}

TEST(Text, PrintableDisarmsControlCharactersAndMalformedBytes) {
  EXPECT_EQ(printable("a\x1b[2Jb\tc", true), "a?[2Jb?c");
  EXPECT_EQ(printable("\xc0\xaf\xed\xa0\x80", true), "?????");  // overlong '/' and a surrogate
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m",
                      true),
            "?31m");  // the one-character form of ESC [
  EXPECT_EQ(printable("a\u202e"
                      "b",
                      true),
            "a?b");  // turns the writing direction round
  EXPECT_EQ(printable("α ± β\n", true), "α ± β\n");
}

TEST(Text, PrintableSpellsInAsciiWhereTheLocaleKnowsNoMore) {
  EXPECT_EQ(printable("88.6 ± 0.3 %, 28×28 … ∂L/∂W ≥ 2 日", false), "88.6 +- 0.3 %, 28x28 ... dL/dW >= 2 ?");
}

TEST(Text, ClipCutsAtTheColumnAndMarksIt) {
  EXPECT_EQ(clip("glorot", 6, true), "glorot");
  EXPECT_EQ(clip("glorot_uniform", 6, true), "gloro…");
  EXPECT_EQ(clip("glorot_uniform", 6, false), "gloro~");
  EXPECT_EQ(clip("日本語", 4, true), "日…");  // a wide character does not fit by half
  EXPECT_EQ(clip("abc", 0, true), "");
}

TEST(Text, PaddingCountsColumns) {
  EXPECT_EQ(pad_left("±", 3), "  ±");
  EXPECT_EQ(pad_right("±", 3), "±  ");
  EXPECT_EQ(pad_right("long", 3), "long");
}

TEST(Text, WrapBreaksAtSpacesAndLongWordsAfterCommas) {
  EXPECT_THAT(wrap("", 10), ElementsAre(""));
  EXPECT_THAT(wrap("all units of layer 1", 9), ElementsAre("all units", "of layer", "1"));
  EXPECT_THAT(wrap("still reaches 77.2 %, barely", 18), ElementsAre("still reaches", "77.2 %, barely"));
  EXPECT_THAT(wrap("a\n\nb", 9), ElementsAre("a", "", "b"));
  EXPECT_THAT(wrap("distribution=normal", 18), ElementsAre("distribution=", "normal"));
  EXPECT_THAT(wrap("truncated_normal(std=0.01,low=-2)", 20), ElementsAre("truncated_normal(", "std=0.01,low=-2)"));
  EXPECT_THAT(wrap("abcdefgh", 3), ElementsAre("abc", "def", "gh"));
  EXPECT_THAT(wrap("日本語", 1), ElementsAre("日", "本", "語"));  // cannot fit, must not hang
}

TEST(Text, NoWrappedLineIsWiderThanAsked) {
  const std::string text = "layer1's gradient is 0.029 of layer3's, expected about 2.5: vanishing_beyond_any_doubt";
  for (std::size_t width = 1; width < 90; ++width) {
    std::string joined;
    for (const std::string& line : wrap(text, width)) {
      EXPECT_LE(display_width(line), width);
      for (const char c : line) joined += c == ' ' ? "" : std::string(1, c);
    }
    std::string all;
    for (const char c : text) all += c == ' ' ? "" : std::string(1, c);
    EXPECT_EQ(joined, all) << width;  // nothing is lost
  }
}

}  // namespace
}  // namespace fanin::report
