#include "fanin/report/problem_report.hpp"

#include <gmock/gmock.h>

#include <set>
#include <sstream>

#include "fanin/report/text.hpp"
#include "tests/support/json.hpp"

namespace fanin::report {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using tests::parse_json;

Terminal terminal(int width) { return {.interactive = false, .color = false, .unicode = true, .width = width}; }

TEST(ProblemReport, APageHasAllItsParts) {
  const observe::ProblemPage& page = observe::page_of(observe::Problem::dead_relu);
  EXPECT_THAT(problem_report(page, terminal(200)),
              AllOf(HasSubstr("dead_relu: "), HasSubstr("Formula\n"), HasSubstr("What to do\n"),
                    HasSubstr("See it\nfanin check "), HasSubstr("Source\nLu et al. 2019")));
}

TEST(ProblemReport, EveryProblemHasAPageOfItsOwn) {
  std::set<std::string_view> titles;
  for (const observe::Problem problem : observe::all_problems()) {
    const observe::ProblemPage& page = observe::page_of(problem);
    EXPECT_EQ(page.problem, problem);
    EXPECT_EQ(observe::parse_problem(observe::to_string(problem)), problem);
    titles.insert(page.title);
    for (const std::string_view part : {page.title, page.meaning, page.formula, page.remedy, page.source}) {
      EXPECT_FALSE(part.empty()) << observe::to_string(problem);
    }
    EXPECT_TRUE(page.command.starts_with("fanin check ")) << page.command;
    EXPECT_THAT(problem_list(terminal(120)), HasSubstr(std::string(observe::to_string(problem))));
  }
  EXPECT_EQ(titles.size(), observe::all_problems().size());
}

TEST(ProblemReport, LinesFitTheTerminal) {
  for (const observe::Problem problem : observe::all_problems()) {
    std::istringstream lines(problem_report(observe::page_of(problem), terminal(60)));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), 60U) << line;
  }
}

TEST(ProblemReport, JsonSaysTheSame) {
  const json page = parse_json(problem_json(observe::page_of(observe::Problem::wrong_fan_mode)));
  EXPECT_EQ(page["problem"], "wrong_fan_mode");
  EXPECT_EQ(page["initialization"], true);
  const json list = parse_json(problem_list_json());
  EXPECT_EQ(list["problems"].size(), 24U);
}

}  // namespace
}  // namespace fanin::report
