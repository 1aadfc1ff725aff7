#include "fanin/report/gain_report.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "fanin/report/text.hpp"
#include "tests/support/json.hpp"

namespace fanin::report {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using tests::parse_json;

Terminal terminal(int width, bool unicode = true) {
  return {.interactive = false, .color = false, .unicode = unicode, .width = width};
}

TEST(GainReport, ShowsGainsMomentsAndWherePytorchDiffers) {
  const std::string text = gain_report(theory::gain_summary("tanh"), terminal(100));
  EXPECT_THAT(text, AllOf(HasSubstr("tanh: "), HasSubstr("1.592537"), HasSubstr("1.6666667"),
                          HasSubstr("4.65 % above the forward gain"), HasSubstr("E φ²")));
  EXPECT_THAT(gain_report(theory::gain_summary("relu"), terminal(100)), HasSubstr("agrees with the forward gain"));
  EXPECT_THAT(gain_report(theory::gain_summary("gelu"), terminal(100)), HasSubstr("does not know it and raises"));
  EXPECT_THAT(gain_report(theory::gain_summary("swiglu"), terminal(100)),
              AllOf(HasSubstr("y = a*phi(b)"), HasSubstr("phi = silu"), Not(HasSubstr("E φ²"))));
}

TEST(GainReport, FitsNarrowTerminalsAndAsciiOnes) {
  for (int width = 20; width < 120; width += 7) {
    std::istringstream lines(gain_report(theory::gain_summary("leaky_relu(0.2)"), terminal(width, false)));
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(display_width(line), static_cast<std::size_t>(width)) << line;
      for (const char c : line) EXPECT_GE(c, 0) << line;
      EXPECT_THAT(line, Not(HasSubstr("?")));
    }
  }
}

TEST(GainReport, TheJsonHasTheDocumentedFields) {
  const auto tanh = parse_json(gain_json(theory::gain_summary("tanh", 2.0)));
  EXPECT_EQ(tanh.at("activation"), "tanh");
  EXPECT_EQ(tanh.at("variance"), 2);
  EXPECT_EQ(tanh.at("gated"), false);
  EXPECT_EQ(tanh.at("converged"), true);
  EXPECT_TRUE(tanh.at("gains").at("mean_removed").is_number());
  EXPECT_TRUE(tanh.at("moments").at("slope_second_moment").is_number());
  EXPECT_NEAR(tanh.at("pytorch").at("gain").get<double>(), 5.0 / 3, 1e-15);
  EXPECT_TRUE(parse_json(gain_json(theory::gain_summary("gelu"))).at("pytorch").is_null());
}

}  // namespace
}  // namespace fanin::report
