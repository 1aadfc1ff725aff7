#include "fanin/report/page/page.hpp"

#include <gmock/gmock.h>

#include <string>

#include "fanin/core/error.hpp"
#include "fanin/report/json_values.hpp"

namespace fanin::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kData =
    R"({"version":1,"kind":"compare","title":"a <b> & \"c\" %SCRIPT%","remark":"</script><!-- <script> %DATA%",)"
    R"("settings":[],"facts":[],"summary":[],"runs":[]})";

template <typename Action>
std::string message_of(const Action& action, ErrorCode code) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code);
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

// In builds with and without Node each of these two says something.
TEST(Page, HoldsItsDataSoThatNothingInThemEndsTheirElement) {
  if (!has_page()) {
    EXPECT_THAT(message_of([] { (void)page_html(kData); }, ErrorCode::unsupported), HasSubstr("nodejs"));
    return;
  }
  const std::string html = page_html(kData);
  EXPECT_THAT(html, HasSubstr("<title>a &lt;b&gt; &amp; &quot;c&quot; %SCRIPT% - fanin</title>"));
  EXPECT_THAT(html, HasSubstr(R"("remark":"\u003c/script>\u003c!-- \u003cscript> %DATA%",)"));
  EXPECT_EQ(parse_json(page_data_in(html, "report.html")), parse_json(kData));
}

TEST(Page, AllowsItsOwnScriptAndStyleAndNothingElse) {
  if (!has_page()) GTEST_SKIP() << "this build has no page";
  const std::string html = page_html(kData);
  EXPECT_THAT(html, HasSubstr("default-src 'none'; script-src 'sha256-"));
  EXPECT_THAT(html, HasSubstr("style-src 'sha256-"));
  EXPECT_THAT(html, Not(HasSubstr("unsafe")));
  EXPECT_THAT(html, Not(HasSubstr("%STYLE%")));
  EXPECT_THAT(html, Not(HasSubstr(" src=")));
  EXPECT_THAT(html, Not(HasSubstr("@import")));
  EXPECT_LT(html.size(), 2'000'000U);
}

TEST(Page, DataAreReadFromTheirOwnFileToo) { EXPECT_EQ(page_data_in(kData, "report.json"), kData); }

TEST(Page, WhatIsNoReportIsRefusedWithTheFilesName) {
  const auto refused = [](const std::string& text) {
    return message_of([&] { (void)page_data_in(text, "some.html"); }, ErrorCode::bad_data);
  };
  EXPECT_THAT(refused(""), HasSubstr("some.html"));
  EXPECT_THAT(refused("<html></html>"), HasSubstr("no data of a report"));
  EXPECT_THAT(refused("[1]"), HasSubstr("no data"));
  EXPECT_THAT(refused(R"({"version":"1","kind":"x"})"), HasSubstr("no data"));
  EXPECT_THAT(refused(R"({"version":2,"kind":"x"})"), HasSubstr("a newer fanin"));
  EXPECT_THAT(refused(R"({"version":1,"kind":"x","settings":[],"facts":[],"summary":{},"runs":[]})"),
              HasSubstr("'summary'"));
  EXPECT_THAT(refused(std::string(1'000'000, '[')), HasSubstr("some.html, byte offset 1000000: "));
  EXPECT_THAT(refused(R"({"version":1e400})"), HasSubstr("byte offset 0"));
}

TEST(Page, EveryTruncationOfAPageIsRefusedWithTheOffsetOfItsEndUntilItsDataAreWhole) {
  const std::string begin = "<!doctype html>\n<title>t</title><script type=\"application/json\" id=\"fanin-data\">";
  const std::string data =
      R"({"version":1,"kind":"x","title":"a < b","settings":[],"facts":[],"summary":[],"runs":[]})";
  const std::string whole = begin + data + "</script>";
  for (std::size_t size = 1; size < whole.size(); ++size) {
    const std::string message =
        message_of([&] { (void)page_data_in(whole.substr(0, size), "a.html"); }, ErrorCode::bad_data);
    EXPECT_THAT(message, HasSubstr("a.html, byte offset " + std::to_string(size) + ": "));
    EXPECT_THAT(message, HasSubstr("cut short")) << size;
  }
  EXPECT_EQ(page_data_in(whole + "<script>what follows may be cut", "a.html"), data);
}

TEST(Page, DamagedDataAreRefusedWithTheOffsetOfTheDamageInTheFile) {
  const std::string begin = "<title>t</title><script type=\"application/json\" id=\"fanin-data\">";
  for (const char damage : {'\0', '\x01', '\xFF', ']'}) {
    std::string page = begin + R"({"version":1,"kind":"x"})" + "</script>";
    const std::size_t at = page.find(":1,", begin.size()) + 1;  // the version's number
    page[at] = damage;
    EXPECT_THAT(message_of([&] { (void)page_data_in(page, "a.html"); }, ErrorCode::bad_data),
                HasSubstr("a.html, byte offset " + std::to_string(at) + ": "));
  }
}

}  // namespace
}  // namespace fanin::report
