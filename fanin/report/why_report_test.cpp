#include "fanin/report/why_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "fanin/report/why_json.hpp"

namespace fanin::report {
namespace {

using experiment::Counterfactual;
using experiment::Factor;
using experiment::Trial;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// A training whose weights start too small: the initialization helps, the rest does not or was not tried.
Counterfactual example() {
  Counterfactual why;
  why.as_is = {"",   {0.01, 0.002}, {0, 0}, 2.28, observe::Verdict::unhealthy, {observe::Problem::poor_init_scale},
               false};
  Trial cure{"--init he_normal", {0.62, 0.01}, {0.61, 0.01}, 0.88, observe::Verdict::healthy, {}, true};
  Trial worse{"--init glorot_uniform", {0.5, 0.01}, {0.49, 0.01}, 1.1, observe::Verdict::healthy, {}, true};
  Trial idle{"--clip global_norm=1", {0.01, 0.002}, {0, 0.001}, 2.28, observe::Verdict::unhealthy, {}, false};
  why.factors = {{"initialization", {cure, worse}, ""}, {"clipping", {idle}, ""}, {"input scale", {}, "tokens"}};
  why.cause = 0;
  why.conclusion = "The initialization: with --init he_normal alone, all is well.";
  why.steps = 30;
  why.seeds = 2;
  return why;
}

TEST(WhyReportTest, TheBestChangeOfEachFactorStandsInItsRow) {
  const std::string text = why_report(example(), Terminal{.unicode = true, .width = 110});
  EXPECT_THAT(text, AllOf(HasSubstr("as it is"), HasSubstr("--init he_normal"), HasSubstr("61.00 ± 1.00 %"),
                          HasSubstr("poor_init_scale"), HasSubstr("not tried: input scale (tokens)"),
                          HasSubstr("all is well")));
  EXPECT_THAT(text, Not(HasSubstr("glorot_uniform")));
  EXPECT_LT(text.find("he_normal"), text.find("--clip"));
}

TEST(WhyReportTest, NoLineIsWiderThanTheTerminal) {
  for (const int width : {40, 60, 80, 100}) {
    std::istringstream lines(why_report(example(), Terminal{.width = width}));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), static_cast<std::size_t>(width)) << line;
  }
}

TEST(WhyReportTest, JsonHasEveryTrial) {
  const Json json = why_json(example());
  EXPECT_EQ(json.at("cause"), "initialization");
  EXPECT_EQ(json.at("factors")[0].at("trials").size(), 2U);
  EXPECT_EQ(json.at("factors")[0].at("trials")[0].at("effect"), 0.61);
  EXPECT_EQ(json.at("factors")[2].at("not_tried"), "tokens");
  EXPECT_EQ(json.at("as_is").at("problems")[0], "poor_init_scale");
}

TEST(WhyReportTest, WithoutACauseTheConclusionSaysSo) {
  Counterfactual why = example();
  why.cause.reset();
  why.conclusion = "Cannot tell.";
  EXPECT_THAT(why_report(why, Terminal{}), HasSubstr("Cannot tell."));
  EXPECT_TRUE(why_json(why).at("cause").is_null());
}

}  // namespace
}  // namespace fanin::report
