#include "fanin/report/edge_report.hpp"

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

theory::EdgeSummary edge(const char* activation, double bias_variance, std::optional<double> weight_variance = {}) {
  return theory::edge_summary(net::parse_activation(activation), bias_variance, weight_variance);
}

TEST(EdgeReport, NamesTheCriticalWeightVarianceAndItsStability) {
  EXPECT_THAT(edge_report(edge("tanh", 0.05), terminal(300)),
              AllOf(HasSubstr("1.7609546"), HasSubstr("stable: the variance returns"),
                    HasSubstr("tanh has no half-stable point"), Not(HasSubstr("At weight variance"))));
  EXPECT_THAT(edge_report(edge("gelu", 0.04), terminal(300)),
              AllOf(HasSubstr("2.393238"), HasSubstr("unstable: the variance leaves"), HasSubstr("0.17292239")));
  EXPECT_THAT(edge_report(edge("relu", 0.05), terminal(300)), HasSubstr("No weight variance brings relu to the edge"));
}

TEST(EdgeReport, SaysInWordsWhatAWeightVarianceDoes) {
  EXPECT_THAT(edge_report(edge("tanh", 0.05, 2.0), terminal(300)),
              AllOf(HasSubstr("At weight variance 2: chaotic"), HasSubstr("0.74408"), HasSubstr("gradients explode"),
                    HasSubstr("= 151.3 layers")));
  EXPECT_THAT(edge_report(edge("tanh", 0.05, 1.0), terminal(300)),
              AllOf(HasSubstr("ordered"), HasSubstr("gradients vanish"), HasSubstr("0.759 per layer")));
  EXPECT_THAT(edge_report(edge("relu", 0, 2.0), terminal(300)),
              AllOf(HasSubstr("critical"), HasSubstr("No depth scale limits")));
  EXPECT_THAT(edge_report(edge("relu", 0.1, 2.5), terminal(300)), HasSubstr("grows without bound"));
}

TEST(EdgeReport, FitsNarrowTerminalsAndAsciiOnes) {
  for (int width = 30; width < 120; width += 9) {
    std::istringstream lines(edge_report(edge("gelu", 0.04, 3.0), terminal(width, false)));
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(display_width(line), static_cast<std::size_t>(width)) << line;
      EXPECT_THAT(line, Not(HasSubstr("?")));
    }
  }
}

TEST(EdgeReport, TheJsonHasTheDocumentedFields) {
  const auto json = parse_json(edge_json(edge("tanh", 0.05, 2.0)));
  EXPECT_EQ(json.at("activation"), "tanh");
  EXPECT_EQ(json.at("critical_points").at(0).at("stability"), "stable");
  EXPECT_EQ(json.at("half_stable_points").size(), 0U);
  EXPECT_EQ(json.at("at").at("phase"), "chaotic");
  EXPECT_LT(json.at("at").at("xi_grad"), 0);
  EXPECT_TRUE(parse_json(edge_json(edge("tanh", 0.05))).at("at").is_null());
  EXPECT_TRUE(parse_json(edge_json(edge("relu", 0, 2.0))).at("at").at("xi_c").is_null());
}

}  // namespace
}  // namespace fanin::report
