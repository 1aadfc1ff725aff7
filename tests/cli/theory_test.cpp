// fanin theory: published numbers, phases in plain words, predictions layer by layer.
#include <gmock/gmock.h>

#include "program.hpp"
#include "tests/support/json.hpp"
#include "wrong_use.hpp"

namespace fanin::cli_test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using tests::parse_json;

json theory(Arguments arguments) {
  arguments.insert(arguments.begin(), "theory");
  arguments.emplace_back("--json");
  const Finished finished = run(arguments);
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_EQ(finished.err, "");
  return parse_json(finished.out);
}

json edge(const std::string& activation, const std::string& bias_variance, Arguments more = {}) {
  Arguments arguments{"edge", "--activation", activation, "--bias-variance", bias_variance};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return theory(arguments);
}

TEST(TheoryEdge, CriticalWeightVariancesAreThoseOfTheTable) {
  // chi1 = 1, by Gauss-Legendre quadrature; columns sb2, tanh, erf.
  constexpr double kCritical[][3] = {{.01, 1.424205, 1.114280}, {.04, 1.700796, 1.328937}, {.05, 1.760955, 1.375839},
                                     {.09, 1.947655, 1.521948}, {.1, 1.986073, 1.552118},  {.2, 2.285152, 1.788180},
                                     {.3, 2.505127, 1.963071}};
  for (const auto& [bias_variance, tanh, erf] : kCritical) {
    for (const auto& [name, expected] : {std::pair{"tanh", tanh}, std::pair{"erf", erf}}) {
      const json points = edge(name, std::to_string(bias_variance)).at("critical_points");
      ASSERT_EQ(points.size(), 1U) << name;
      EXPECT_NEAR(points[0].at("weight_variance").get<double>(), expected, 5e-7) << name << " " << bias_variance;
      EXPECT_EQ(points[0].at("stability"), "stable");
    }
  }
  const json relu = edge("relu", "0").at("critical_points");
  ASSERT_EQ(relu.size(), 1U);
  EXPECT_NEAR(relu[0].at("weight_variance").get<double>(), 2, 1e-12);
  EXPECT_EQ(relu[0].at("stability"), "marginal");
}

TEST(TheoryEdge, HalfStablePointsAreThoseOfTheLiterature) {
  struct Expected {
    const char* activation;
    double q, weight_variance, bias_variance;
  };
  for (const Expected& expected :
       {Expected{"gelu", 3.56155281, 1.98305826, .17292239}, Expected{"silu", 14.32017362, 1.98800468, .55514317},
        Expected{"mish", 1.67016913, 2.01352407, .09452179},
        Expected{"hardswish", 4.80385595, 1.97328958, .50714585}}) {
    const json points = edge(expected.activation, "0.04").at("half_stable_points");
    ASSERT_EQ(points.size(), 1U) << expected.activation;
    EXPECT_NEAR(points[0].at("q").get<double>(), expected.q, 5e-8) << expected.activation;
    EXPECT_NEAR(points[0].at("weight_variance").get<double>(), expected.weight_variance, 5e-9) << expected.activation;
    EXPECT_NEAR(points[0].at("bias_variance").get<double>(), expected.bias_variance, 5e-9) << expected.activation;
  }
}

TEST(TheoryEdge, AnUnstableCriticalPointIsCalledThat) {
  const json points = edge("silu", "0.04").at("critical_points");
  ASSERT_FALSE(points.empty());
  EXPECT_NEAR(points[0].at("weight_variance").get<double>(), 2.820826, 5e-7);
  EXPECT_EQ(points[0].at("stability"), "unstable");
  EXPECT_GT(points[0].at("variance_slope"), 1);
  EXPECT_THAT(run({"theory", "edge", "--activation", "silu", "--bias-variance", "0.04"}).out, HasSubstr("unstable"));
}

TEST(TheoryEdge, FixedPointsAndDepthScalesAreThoseOfTheTable) {
  // tanh, sb2 = .05; columns sw2, q*, chi1, c*, xi_q, xi_c.
  constexpr double kRows[][6] = {
      {1.0, .193593, .759032, 1, 1.748, 3.6270},         {1.4, .364884, .911033, 1, 1.740, 10.732},
      {1.7, .533076, .986741, 1, 1.558, 74.92},          {2.0, .721762, 1.047666, .744082, 1.388, 25.213},
      {2.5, 1.063958, 1.133516, .446804, 1.180, 11.796}, {3.0, 1.428008, 1.208934, .299318, 1.041, 9.0515},
      {4.0, 2.195494, 1.342402, .165065, .873, 6.9803}};
  for (const auto& row : kRows) {
    const json at = edge("tanh", "0.05", {"--weight-variance", std::to_string(row[0])}).at("at");
    EXPECT_NEAR(at.at("q").get<double>(), row[1], 5e-7) << row[0];
    EXPECT_NEAR(at.at("chi1").get<double>(), row[2], 5e-7) << row[0];
    EXPECT_NEAR(at.at("c").get<double>(), row[3], 5e-7) << row[0];
    EXPECT_NEAR(at.at("xi_q").get<double>(), row[4], 5e-4) << row[0];
    EXPECT_NEAR(at.at("xi_c").get<double>(), row[5], row[5] > 50 ? 5e-3 : 5e-4) << row[0];
    EXPECT_EQ(at.at("phase"), row[2] < 1 ? "ordered" : "chaotic");
    EXPECT_NEAR(at.at("trainable_depth").get<double>(), 6 * at.at("xi_c").get<double>(), 1e-9);
  }
}

TEST(TheoryEdge, SaysInWordsWhatHappens) {
  const auto text = [](const char* weight_variance) {
    return run({"theory", "edge", "--activation", "tanh", "--bias-variance", "0.05", "--weight-variance",
                weight_variance},
               {{"COLUMNS", "300"}})
        .out;
  };
  EXPECT_THAT(text("1"), AllOf(HasSubstr("At weight variance 1: ordered"), HasSubstr("gradients vanish")));
  EXPECT_THAT(text("2"), AllOf(HasSubstr("chaotic"), HasSubstr("gradients explode"), HasSubstr("151.3 layers")));
  EXPECT_THAT(run({"theory", "edge", "--activation", "relu", "--weight-variance", "2"}, {{"COLUMNS", "300"}}).out,
              AllOf(HasSubstr("critical"), HasSubstr("No depth scale limits")));
}

TEST(TheoryDepth, HeKeepsSizesAndGlorotHalvesThem) {
  std::string net = "100";
  for (int i = 0; i < 31; ++i) net.append("-100");
  const json he = theory({"depth", "--net", net, "--init", "he_normal"});
  EXPECT_EQ(he.at("gradients").at("trend"), "kept");
  EXPECT_NEAR(he.at("gradients").at("ratio").get<double>(), 1, 1e-9);
  const json glorot = theory({"depth", "--net", net, "--init", "glorot_normal", "--activation", "relu"});
  ASSERT_EQ(glorot.at("layers").size(), 31U);
  // He et al. 2015: the second moment falls by 2^-30 in 30 layers.
  EXPECT_NEAR(glorot["layers"][29].at("activation_second_moment").get<double>() / 0x1p-30, 1, 1e-9);
  EXPECT_NEAR(glorot["layers"][0].at("gradient_second_moment").get<double>() / 0x1p-30, 1, 1e-9);
  EXPECT_EQ(glorot.at("gradients").at("trend"), "vanishing");
  EXPECT_NEAR(glorot.at("gradients").at("factor_per_layer").get<double>(), 0.70710678, 1e-8);
  EXPECT_THAT(glorot.at("verdict"), HasSubstr("by a factor 0.707 per layer, a thousandth after 20 layers"));
  EXPECT_EQ(glorot["layers"][3].at("name"), "layer4");
  EXPECT_EQ(glorot["layers"][3].at("units"), 100);
  EXPECT_NEAR(glorot["layers"][3].at("weight_variance").get<double>(), 1, 1e-12);
}

TEST(TheoryDepth, AHalfIsNotCalledKeptAndSchemesAreUnderstood) {
  const json glorot = theory({"depth", "--net", "64x4-64", "--init", "glorot_normal"});
  EXPECT_EQ(glorot.at("activations").at("trend"), "shrinking");
  EXPECT_THAT(glorot.at("verdict"), AllOf(HasSubstr("Activations shrink"), HasSubstr("0.500"), Not(HasSubstr("keep"))));
  EXPECT_EQ(theory({"depth", "--init", "pytorch_default"}).at("init"), "pytorch_default");
  expect_wrong_use(run({"theory", "depth", "--init", "gpt2"}), {"scheme gpt2", "no residual branch"});
}

TEST(TheoryDepth, DrawsBarsAndAVerdict) {
  const Finished finished =
      run({"theory", "depth", "--net", "784-256-256-256-256-256-256-256-10", "--init", "pytorch_linear"},
          {{"LANG", "C.UTF-8"}, {"COLUMNS", "110"}});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("█"), HasSubstr("Gradients vanish on the way back"), HasSubstr("0.408")));
  EXPECT_THAT(run({"theory", "depth", "--init", "constant(0.1)"}, {{"COLUMNS", "300"}}).out, HasSubstr("rough guide"));
  EXPECT_THAT(run({"theory", "depth"}, {{"LANG", "C"}}).out, AllOf(HasSubstr("##"), Not(HasSubstr("?"))));
}

TEST(Theory, HelpReachesEveryPart) {
  const Finished theory_help = run({"theory"});
  EXPECT_EQ(theory_help.status, 0);
  EXPECT_THAT(theory_help.out,
              AllOf(HasSubstr("Usage: fanin theory <command>"), HasSubstr("edge"), HasSubstr("depth")));
  for (const char* part : {"edge", "depth"}) {
    const Finished finished = run({"theory", part, "--help"});
    EXPECT_EQ(finished.status, 0);
    EXPECT_THAT(finished.out, AllOf(HasSubstr(std::string("Usage: fanin theory ") + part), HasSubstr("Examples:"),
                                    HasSubstr("--json"), HasSubstr("Exit status:")));
    EXPECT_EQ(run({"help", "theory", part}).out, finished.out);
  }
}

TEST(Theory, RefusesUnknownNamesAndNumbersThatAreNone) {
  expect_wrong_use(run({"theory", "egde"}), {"no command 'egde'", "did you mean edge"});
  expect_wrong_use(run({"theory", "edge", "--activaton", "tanh"}), {"of theory edge", "--activation"});
  expect_wrong_use(run({"theory", "--activation", "tanh"}), {"after its command: fanin theory edge --activation"});
  expect_wrong_use(run({"theory", "edge", "depth"}), {"'depth'", "nothing is expected here"});
  expect_wrong_use(run({"theory", "edge", "--activation", "tahn"}), {"did you mean tanh"});
  expect_wrong_use(run({"theory", "edge", "--bias-variance", "nan"}), {"--bias-variance", "'nan'"});
  expect_wrong_use(run({"theory", "edge", "--bias-variance", "-0.1"}), {"bias_variance"});
  expect_wrong_use(run({"theory", "edge", "--weight-variance", "inf"}), {"--weight-variance", "'inf'"});
  expect_wrong_use(run({"theory", "edge", "--weight-variance", "-1"}), {"weight_variance"});
  expect_wrong_use(run({"theory", "depth", "--net", "784-ten"}), {"ten"});
  expect_wrong_use(run({"theory", "depth", "--init", "he_norml"}), {"did you mean he_normal"});
  expect_wrong_use(run({"theory", "depth", "--init", "normal(std=nan)"}), {"nan"});
  expect_wrong_use(run({"theory", "depth", "--bias-variance", "nan"}), {"--bias-variance"});
  expect_wrong_use(run({"theory", "depth", "--input-second-moment", "0"}), {"input_second_moment"});
}

}  // namespace
}  // namespace fanin::cli_test
