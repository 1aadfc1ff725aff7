#include "fanin/core/version.hpp"

#include <gtest/gtest.h>

namespace fanin {
namespace {

TEST(Version, IsTheProjectsVersion) { EXPECT_EQ(kVersion, FANIN_PROJECT_VERSION); }

}  // namespace
}  // namespace fanin
