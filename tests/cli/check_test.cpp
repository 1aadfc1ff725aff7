// fanin check: what a network's first steps show, in words, as JSON and by its exit status.
#include <gmock/gmock.h>

#include <vector>

#include "program.hpp"
#include "tests/support/json.hpp"

namespace fanin::cli_test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using tests::parse_json;

const std::string kSpirals = "spirals(points=400, test_points=40)";

Arguments check(const std::string& net, const Arguments& more = {}) {
  Arguments all{"check", net, "--data", kSpirals};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::vector<std::string> problems_in(const json& result) {
  std::vector<std::string> ids;
  for (const json& finding : result.at("findings")) ids.push_back(finding.at("problem"));
  return ids;
}

TEST(Check, FindsNothingInASoundNetwork) {
  const Finished finished = run(check("2-64-64-2", {"--lr", "0.003"}));
  EXPECT_EQ(finished.status, 0) << finished.out << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("2-64-64-2 from he_normal on spirals"), HasSubstr("layer1"),
                                  HasSubstr("activation"), HasSubstr("Verdict: "), Not(HasSubstr("error:"))));
  EXPECT_EQ(finished.err, "");
}

TEST(Check, NamesAStartOfZeros) {
  const Finished finished = run(check("2-64-64-2", {"--init", "zeros", "--json"}));
  EXPECT_EQ(finished.status, 1) << finished.err;
  const json result = parse_json(finished.out);
  EXPECT_EQ(result.at("verdict"), "unhealthy");
  EXPECT_THAT(problems_in(result), ::testing::Contains("symmetric_units"));
  const json& finding = result.at("findings").at(0);
  for (const char* field : {"layer", "severity", "measured", "expected", "cause", "remedy"}) {
    EXPECT_TRUE(finding.contains(field)) << field;
  }
  EXPECT_EQ(result.at("layers").size(), 3U);
}

TEST(Check, FailsOnTheProblemsItIsToldToOnly) {
  const Arguments zeros{"--init", "zeros", "--steps", "20"};
  const auto with = [&](const std::string& ids) {
    Arguments all = check("2-64-64-2", zeros);
    all.insert(all.end(), {"--fail-on", ids});
    return run(all).status;
  };
  EXPECT_EQ(with("symmetric_units"), 1);
  EXPECT_EQ(with("unscaled_input, symmetric_units"), 1);
  EXPECT_EQ(with("unscaled_input"), 0);
}

TEST(Check, SuggestsTheNearestIdOfAProblem) {
  const Finished finished = run(check("2-8-2", {"--fail-on", "vanishing_gradients"}));
  EXPECT_EQ(finished.status, 2);
  EXPECT_THAT(finished.err, AllOf(HasSubstr("error: --fail-on: there is no problem 'vanishing_gradients'; "),
                                  HasSubstr("did you mean vanishing_gradient?")));
}

TEST(Check, TellsOfTheFirstValueThatIsNotFinite) {
  const Finished finished =
      run(check("2-64-64-2", {"--activation", "linear", "--optimizer", "sgd", "--lr", "1e12", "--json"}));
  EXPECT_EQ(finished.status, 1) << finished.err;
  const json result = parse_json(finished.out);
  EXPECT_EQ(result.at("ended"), "diverged");
  EXPECT_FALSE(result.at("non_finite").at("name").get<std::string>().empty());
  EXPECT_THAT(problems_in(result), ::testing::Contains("non_finite"));
}

TEST(Check, LooksAtTheStartAloneWithZeroSteps) {
  const Finished finished = run(check("2-64-64-2", {"--steps", "0"}));
  EXPECT_THAT(finished.out, AllOf(HasSubstr("the start alone"), HasSubstr("Verdict: ")));
}

TEST(Check, WritesJsonToAFileBesideTheReport) {
  const TemporaryFolder folder;
  const std::string file = (folder / "check.json").string();
  const Finished finished = run({"check", "--data", kSpirals, "--steps", "5", "--json", file});
  EXPECT_THAT(finished.out, AllOf(HasSubstr("2-256-128-2"), HasSubstr("Saved: ")));
  EXPECT_EQ(parse_json(read_file(file)).at("steps"), 5);
}

TEST(Check, StartsFromAFileOfWeights) {
  const TemporaryFolder folder;
  const std::string file = (folder / "w.safetensors").string();
  ASSERT_EQ(run({"init", "--net", "2-64-64-2", "--init", "zeros", "-o", file}).status, 0);
  const Finished finished = run(check("2-64-64-2", {"--weights", file, "--steps", "30"}));
  EXPECT_EQ(finished.status, 1) << finished.out << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("the weights of w.safetensors"), HasSubstr("symmetric_units")));
  EXPECT_EQ(run(check("2-63-64-2", {"--weights", file})).status, 2);
  EXPECT_EQ(run(check("2-64-64-2", {"--weights", (folder / "none.safetensors").string()})).status, 3);
}

TEST(Check, GivesTheSameBytesEachTime) {
  const Arguments arguments = check("2-64-64-2", {"--steps", "20", "--json"});
  EXPECT_EQ(run(arguments).out, run(arguments).out);
}

TEST(Check, ReportsWrongUseAndMissingData) {
  EXPECT_EQ(run(check("2-8-2", {"--steps", "many"})).status, 2);
  EXPECT_EQ(run(check("2-8-2", {"--steps", "-1"})).status, 2);
  EXPECT_EQ(run(check("3-8-2")).status, 2);
  EXPECT_EQ(run(check("2-8-2", {"--init", "he_norml"})).status, 2);
  EXPECT_EQ(run({"check", "2-8-2", "--data", "/nowhere/x.csv"}).status, 3);
}

TEST(Check, ExplainsItselfWithExamples) {
  const Finished finished = run({"check", "--help"});
  EXPECT_EQ(finished.status, 0);
  EXPECT_THAT(finished.out,
              AllOf(HasSubstr("Examples:"), HasSubstr("--fail-on"), HasSubstr("--weights"), HasSubstr("Exit status:")));
}

TEST(Check, LeavesValidJsonWhenInterrupted) {
  TerminalSession session(check("2-512-512-512-2", {"--steps", "100000", "--epochs", "1000000", "--json"}), 100);
  ASSERT_TRUE(session.wait_for("taking steps"));
  session.press("\x03");
  EXPECT_EQ(session.finish(), 130);
  const std::string& shown = session.shown();
  const std::size_t begin = shown.find("{\r\n");
  ASSERT_NE(begin, std::string::npos) << shown;
  const json result = parse_json(shown.substr(begin, shown.rfind('}') + 1 - begin));
  EXPECT_EQ(result.at("ended"), "interrupted");
}

}  // namespace
}  // namespace fanin::cli_test
