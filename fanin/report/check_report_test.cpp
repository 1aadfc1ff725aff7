#include "fanin/report/check_report.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "fanin/report/text.hpp"
#include "tests/support/json.hpp"

namespace fanin::report {
namespace {

using nlohmann::json;
using observe::Problem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using tests::parse_json;

observe::Trace small_trace() {
  observe::Trace trace;
  trace.steps.resize(2);
  trace.steps[0].loss = 2.4;
  trace.steps[1].step = 1;
  trace.steps[1].loss = 1.5;
  trace.ended = "finished";
  trace.jacobian = observe::JacobianFacts{.mean_square = 0.9, .largest = 2, .spread = 0.1};
  return trace;
}

observe::Diagnosis small_diagnosis() {
  observe::Diagnosis d;
  d.verdict = observe::Verdict::unhealthy;
  d.reason = "one cause";
  d.layers = {{.name = "layer1",
               .kind = "dense 256, relu",
               .activation = 0.5,
               .gradient = 1e-4,
               .weight_scale = 0.02,
               .expected_scale = 2,
               .saturated = 0.5,
               .dead = 0,
               .update_ratio = 1e-3,
               .problems = {Problem::poor_init_scale}},
              {.name = "head", .kind = "dense 10", .activation = 0.02, .gradient = 0.2}};
  d.findings = {{.problem = Problem::poor_init_scale,
                 .layer = "layer1",
                 .severity = observe::Severity::error,
                 .quantity = "fan_in·Var W",
                 .measured = {0.02, 0.001},
                 .expected = {2, 0.05},
                 .source = "He et al. 2015",
                 .cause = "the weights are too small",
                 .remedy = "--init he_normal",
                 .falsified_by = "signals keep their size"}};
  d.chance_loss = {2.3026, 0};
  d.loss_at_start = 2.4;
  return d;
}

const Terminal kPlain{.width = 110};

TEST(CheckReport, ShowsLayersFindingsAndVerdict) {
  const std::string text = check_report("my-net on my-data", small_trace(), small_diagnosis(), kPlain);
  EXPECT_THAT(text, AllOf(HasSubstr("my-net on my-data"), HasSubstr("dense 256, relu"), HasSubstr("0.0200 / 2.00"),
                          HasSubstr("1. error: poor_init_scale, layer1"), HasSubstr("the weights are too small")));
  EXPECT_THAT(text, AllOf(HasSubstr("0.0200 +- 0.0010, expected 2.00 +- 0.0500 (He et al. 2015)"),
                          HasSubstr("Remedy: --init he_normal"), HasSubstr("Wrong if: signals keep their size"),
                          HasSubstr("Verdict: unhealthy; one cause"), HasSubstr("2.4000 at the start")));
  EXPECT_THAT(text, HasSubstr("1.5000 at step 2"));
}

TEST(CheckReport, TranslatesTheRemedyForATrainingOfAnotherFramework) {
  observe::Trace trace = small_trace();
  EXPECT_THAT(check_report("t", trace, small_diagnosis(), kPlain), Not(HasSubstr("In PyTorch")));
  trace.origin = "pytorch";
  const std::string there = "torch.nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')";
  EXPECT_THAT(check_report("t", trace, small_diagnosis(), kPlain), HasSubstr("In PyTorch: " + there));
  EXPECT_EQ(parse_json(check_json(trace, small_diagnosis())).at("findings").at(0).at("remedy_elsewhere"), there);
}

TEST(CheckReport, DrawsActivationAndGradientAgainstDepth) {
  EXPECT_THAT(check_report("t", small_trace(), small_diagnosis(), kPlain),
              AllOf(HasSubstr("activation  #_  0.500 at layer1, 0.0200 at head"),
                    HasSubstr("gradient    _#  1.0e-04 at layer1, 0.200 at head")));
  EXPECT_THAT(check_report("t", small_trace(), small_diagnosis(), {.unicode = true}), HasSubstr("gradient    ▁█"));
}

TEST(CheckReport, LeavesTheMiddleOfADeepNetworkOut) {
  observe::Diagnosis d;
  for (int i = 1; i <= 1000; ++i) d.layers.push_back({.name = "block" + std::to_string(i), .activation = 1});
  const std::string text = check_report("t", small_trace(), d, kPlain);
  EXPECT_THAT(text, AllOf(HasSubstr("block8 "), Not(HasSubstr("block9 ")), HasSubstr("(984 layers more)"),
                          Not(HasSubstr("block992 ")), HasSubstr("block993 ")));
}

TEST(CheckReport, FitsNarrowTerminalsAndShowsNoStrangeBytes) {
  observe::Diagnosis d = small_diagnosis();
  d.layers[0].name = "bad\x1b[31mname";
  for (const int width : {40, 60, 80}) {
    const std::string text = check_report("t", small_trace(), d, {.width = width});
    for (const std::string& line : wrap(text, 10'000)) EXPECT_LE(display_width(line), static_cast<std::size_t>(width));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  }
}

TEST(CheckReport, SaysWhenItWasInterrupted) {
  observe::Trace trace = small_trace();
  trace.ended = "interrupted";
  EXPECT_THAT(check_report("t", trace, {}, kPlain), HasSubstr("Interrupted after 2 steps"));
}

TEST(CheckJson, HoldsVerdictFindingsAndLayers) {
  const json result = parse_json(check_json(small_trace(), small_diagnosis()));
  EXPECT_EQ(result.at("verdict"), "unhealthy");
  const json& finding = result.at("findings").at(0);
  EXPECT_EQ(finding.at("problem"), "poor_init_scale");
  EXPECT_EQ(finding.at("layer"), "layer1");
  EXPECT_EQ(finding.at("severity"), "error");
  EXPECT_EQ(finding.at("measured"), 0.02);
  EXPECT_EQ(finding.at("expected"), 2);
  EXPECT_EQ(finding.at("remedy"), "--init he_normal");
  EXPECT_EQ(finding.at("initialization"), true);
  EXPECT_EQ(result.at("layers").at(0).at("problems").at(0), "poor_init_scale");
  EXPECT_TRUE(result.at("layers").at(1).at("weight_scale").is_null());
  EXPECT_EQ(result.at("jacobian").at("largest"), 2);
  EXPECT_TRUE(result.at("non_finite").is_null());
}

TEST(CheckJson, TellsOfTheFirstValueThatIsNotFinite) {
  observe::Trace trace = small_trace();
  trace.steps.back().loss = NAN;
  trace.non_finite = observe::NonFinite{
      .step = 1, .name = "layer1.dense", .tensor = "output", .element = 3, .nan = false, .growth = {1, 1e20}};
  const json result = parse_json(check_json(trace, small_diagnosis()));
  EXPECT_TRUE(result.at("last_loss").is_null());
  EXPECT_EQ(result.at("non_finite").at("name"), "layer1.dense");
  EXPECT_EQ(result.at("non_finite").at("growth").at(1), 1e20);
}

}  // namespace
}  // namespace fanin::report
