#include "fanin/report/demo_report.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "fanin/report/text.hpp"
#include "tests/support/json.hpp"

namespace fanin::report {
namespace {

using experiment::Demo;
using experiment::GradientChain;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using tests::parse_json;

Terminal terminal(int width, bool unicode = true) {
  return {.interactive = false, .color = false, .unicode = unicode, .width = width};
}

Demo vanishing() {
  Demo demo;
  demo.name = "vanishing";
  demo.seed = 42;
  demo.about = "Nine weights.";
  demo.matrix = {1.0969696, -2, 3, 0.5, 0.25, 0.125, 1, 1, 1};
  demo.matrix_caption = "W:";
  demo.remarks = {"First.", "Second."};
  demo.lesson = "Lesson.";
  GradientChain chain;
  chain.net = "2-2-2";
  chain.data = "rows";
  chain.settings = {.label = "he_normal", .init = "he_normal", .activation = "relu"};
  chain.layers = {{.name = "layer1", .error_norm = 1e-6, .gradient_norm = 1e-3, .activation_rms = 0.5},
                  {.name = "layer2", .error_norm = 0.05, .gradient_norm = 1, .activation_rms = 0.25}};
  chain.loss = 1.386;
  chain.trained_loss = 0.5;
  chain.factor_per_layer = 0.5;
  chain.predicted_factor_per_layer = 0.51;
  demo.chains = {chain};
  return demo;
}

TEST(DemoReport, ShowsTheMatrixAsNumpyTheRemarksAndBars) {
  EXPECT_THAT(
      demo_report(vanishing(), terminal(300)),
      AllOf(HasSubstr("W:\n[[ 1.0969696 -2.         3.       ]\n"), HasSubstr("First. Second."),
            HasSubstr("relu with he_normal"), HasSubstr("█"), HasSubstr("1e-07 to 1e-01"),
            HasSubstr("by a factor 0.500 per layer on the way back (theory: 0.510)."),
            HasSubstr("Loss 1.3860, after 100 steps of Adam 0.5000."), HasSubstr("Lesson."), Not(HasSubstr("dead"))));
}

TEST(DemoReport, DeadUnitsGetAColumnAndZeroFactorsNoSentence) {
  Demo demo = vanishing();
  demo.chains[0].layers[0].dead_fraction = 1;
  demo.chains[0].factor_per_layer = 0;
  demo.chains[0].settings.hidden_bias = -1;
  EXPECT_THAT(demo_report(demo, terminal(300)),
              AllOf(HasSubstr("dead"), HasSubstr("100 %"), HasSubstr("hidden biases -1"),
                    Not(HasSubstr("per layer on the way back"))));
}

TEST(DemoReport, FitsNarrowTerminalsAndAsciiOnes) {
  Demo demo = vanishing();
  demo.matrix.clear();
  demo.table = {{"units", "slope\nat most"}, {{"1", {0.25}}, {"2", {0.0625}}}};
  for (int width = 24; width < 130; width += 5) {
    std::istringstream lines(demo_report(demo, terminal(width, false)));
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(display_width(line), static_cast<std::size_t>(width)) << line;
      EXPECT_THAT(line, Not(HasSubstr("?")));
    }
  }
}

TEST(DemoReport, TheJsonHasTheDocumentedFields) {
  const auto json = parse_json(demo_json(vanishing()));
  EXPECT_EQ(json.at("demo"), "vanishing");
  EXPECT_EQ(json.at("seed"), 42);
  EXPECT_EQ(json.at("matrix").at(0).at(1), -2);
  EXPECT_EQ(json.at("matrix").size(), 3U);
  EXPECT_THAT(json.at("printed").get<std::string>(), HasSubstr("[[ 1.0969696"));
  EXPECT_TRUE(json.at("table").is_null());
  EXPECT_EQ(json.at("remarks").size(), 2U);
  EXPECT_EQ(json.at("chains").at(0).at("layers").at(1).at("error_norm"), 0.05);
  EXPECT_EQ(json.at("chains").at(0).at("init"), "he_normal");
}

}  // namespace
}  // namespace fanin::report
