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
    R"({"version":1,"kind":"compare","title":"a <b> & \"c\" %SCRIPT%","remark":"</script><!-- <script> %DATA%"})";

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
  EXPECT_THAT(html, HasSubstr(R"("remark":"\u003c/script>\u003c!-- \u003cscript> %DATA%")"));
  EXPECT_EQ(Json::parse(page_data_in(html, "report.html")), Json::parse(kData));
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
  EXPECT_THAT(refused("<script type=\"application/json\" id=\"fanin-data\">{\"version\":1"), HasSubstr("no data"));
  EXPECT_THAT(refused(std::string(1'000'000, '[')), HasSubstr("no data"));
}

}  // namespace
}  // namespace fanin::report
