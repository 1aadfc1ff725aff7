#include "fanin/core/shape.hpp"

#include <gtest/gtest.h>

#include "fanin/core/error.hpp"

namespace fanin {
namespace {

TEST(Shape, CountsElementsAndAScalarHasOne) {
  EXPECT_EQ(Shape{}.count(), 1);
  EXPECT_EQ((Shape{256, 784}).count(), 200704);
  EXPECT_EQ((Shape{3, 0, 2}).count(), 0);
  EXPECT_EQ(to_string(Shape{256, 784}), "[256, 784]");
  EXPECT_EQ(to_string(Shape{}), "[]");
}

TEST(Shape, RefusesNegativeExtentsAndCountsThatOverflow) {
  EXPECT_THROW((Shape{2, -1}), Error);
  EXPECT_THROW((Shape{std::int64_t{1} << 40, std::int64_t{1} << 40}), Error);
  EXPECT_NO_THROW((Shape{std::int64_t{1} << 31, std::int64_t{1} << 31}));
}

}  // namespace
}  // namespace fanin
