#include "fanin/core/build_info.hpp"

#include <gtest/gtest.h>

#include <regex>

namespace fanin {
namespace {

TEST(BuildInfo, NamesTheCompilerThatMadeIt) {
  EXPECT_TRUE(build_info().compiler.find(__VERSION__) != std::string::npos) << build_info().compiler;
}

// The tests themselves are compiled without optimization in every build.
TEST(BuildInfo, IsOptimizedInAReleaseBuild) {
#ifdef NDEBUG
  EXPECT_TRUE(build_info().optimized);
#else
  GTEST_SKIP() << "not a release build";
#endif
}

TEST(BuildInfo, KnowsOfTheSanitizerThatThisTestRunsUnder) {
#ifdef __SANITIZE_ADDRESS__
  EXPECT_NE(build_info().sanitizers.find("address"), std::string::npos);
#else
  EXPECT_EQ(build_info().sanitizers.find("address"), std::string::npos);
#endif
}

TEST(BuildInfo, VersionsAreThreeNumbers) {
  const std::regex numbers("[0-9]+\\.[0-9]+\\.[0-9]+");
  EXPECT_TRUE(std::regex_match(highway_version(), numbers)) << highway_version();
  EXPECT_TRUE(std::regex_match(eigen_version(), numbers)) << eigen_version();
}

}  // namespace
}  // namespace fanin
