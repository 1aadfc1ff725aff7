#include "fanin/report/depth_report.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "fanin/report/text.hpp"
#include "tests/support/json.hpp"

namespace fanin::report {
namespace {

using experiment::DepthPrediction;
using experiment::SizeTrend;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using tests::parse_json;

Terminal terminal(int width, bool unicode = true) {
  return {.interactive = false, .color = false, .unicode = unicode, .width = width};
}

/// Twelve layers of 64 units whose squared gradients halve per layer.
DepthPrediction halving() {
  DepthPrediction prediction;
  prediction.settings = {.net = "64-64", .activation = "relu", .init = "glorot_normal"};
  double size = 1;
  for (int i = 1; i <= 12; ++i) {
    prediction.layers.push_back({.name = "layer" + std::to_string(i),
                                 .fan_in = 64,
                                 .units = 64,
                                 .weight_variance = 1,
                                 .activation_second_moment = size,
                                 .gradient_second_moment = size,
                                 .weight_gradient_second_moment = size});
    size /= 2;
  }
  prediction.activations = {SizeTrend::kept, 1, 1, HUGE_VAL};
  prediction.gradients = {SizeTrend::vanishing, 0.0221, 0.7071068, 19.93};
  return prediction;
}

TEST(DepthReport, DrawsBarsAndSaysWhatVanishes) {
  const std::string text = depth_report(halving(), terminal(300));
  EXPECT_THAT(text, AllOf(HasSubstr("layer12"), HasSubstr("█"), HasSubstr("1e-04 to 1e+00"),
                          HasSubstr("Activations keep their size from layer1 to layer11: 1.00 times."),
                          HasSubstr("Gradients vanish on the way back from layer12 to layer1: 0.0221 times, by a")));
  EXPECT_THAT(depth_verdict(halving()), HasSubstr("by a factor 0.707 per layer, a thousandth after 20 layers."));
}

TEST(DepthReport, ASmallChangeIsNotCalledKept) {
  DepthPrediction prediction = halving();
  prediction.activations = {SizeTrend::shrinking, 0.5, 0.9330330, 99.66};
  prediction.gradients = {SizeTrend::growing, 2, 1.0717735, 99.66};
  EXPECT_THAT(depth_verdict(prediction),
              AllOf(HasSubstr("Activations shrink from layer1 to layer11: 0.500 times, by a factor 0.933 per layer, a "
                              "thousandth after 100 layers."),
                    HasSubstr("Gradients grow on the way back from layer12 to layer1: 2.00 times, by a factor 1.07 per "
                              "layer, a thousandfold after 100 layers."),
                    Not(HasSubstr("keep"))));
}

TEST(DepthReport, OutcomesThatAreNoNumbersAreWords) {
  DepthPrediction prediction = halving();
  prediction.gradients = {SizeTrend::exploding, HUGE_VAL, HUGE_VAL, 0};
  EXPECT_THAT(depth_verdict(prediction), HasSubstr("Gradients grow beyond all numbers"));
  prediction.gradients = {SizeTrend::vanishing, 0, 0, 0};
  EXPECT_THAT(depth_verdict(prediction), HasSubstr("Gradients are exactly zero"));
  prediction.layers.resize(1);
  EXPECT_THAT(depth_verdict(prediction), HasSubstr("no hidden layer"));
  prediction.exact = false;
  EXPECT_THAT(depth_report(prediction, terminal(100)), HasSubstr("rough guide"));
}

TEST(DepthReport, FitsNarrowTerminalsAndAsciiOnes) {
  for (int width = 24; width < 130; width += 5) {
    std::istringstream lines(depth_report(halving(), terminal(width, false)));
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(display_width(line), static_cast<std::size_t>(width)) << line;
      EXPECT_THAT(line, Not(HasSubstr("?")));
    }
  }
}

TEST(DepthReport, TheJsonHasTheDocumentedFields) {
  const auto json = parse_json(depth_json(halving()));
  ASSERT_EQ(json.at("layers").size(), 12U);
  EXPECT_EQ(json["layers"][1].at("name"), "layer2");
  EXPECT_EQ(json["layers"][1].at("gradient_second_moment"), 0.5);
  EXPECT_EQ(json.at("gradients").at("trend"), "vanishing");
  EXPECT_TRUE(json.at("activations").at("layers_to_thousandfold").is_null());
  EXPECT_EQ(json.at("verdict"), depth_verdict(halving()));
}

}  // namespace
}  // namespace fanin::report
