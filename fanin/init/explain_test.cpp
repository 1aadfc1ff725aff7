#include "fanin/init/explain.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "fanin/core/error.hpp"

namespace fanin::init {
namespace {

using net::Axis;
using net::ParameterRole;
using net::ParameterSpec;
using ::testing::AllOf;
using ::testing::HasSubstr;

const ParameterSpec kPacked{
    "qkv", ParameterRole::weight, {{{Axis::gate, 3}, {Axis::head, 2}, {Axis::out, 4}}, {{Axis::in, 8}}}};

TEST(Explain, SaysWhereTheLibrariesDifferForAPackedTensor) {
  const std::vector<DialectRow> rows = explain("glorot_normal", kPacked);
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_EQ(rows[0].dialect, Dialect::fanin);
  EXPECT_EQ(rows[0].fans->fan_out, 8);
  EXPECT_DOUBLE_EQ(rows[0].std_dev, std::sqrt(2.0 / 16));
  // PyTorch sees [24, 8]: 2/(8 + 24), half the variance (pytorch/pytorch issue 166378).
  EXPECT_NEAR(rows[1].variance_ratio, 0.5, 1e-12);
  EXPECT_THAT(rows[1].note, AllOf(HasSubstr("counts fans (8, 24), not (8, 8)"), HasSubstr("variance × 0.5")));
  EXPECT_THAT(rows[2].note, HasSubstr("truncated normal instead of normal"));
  EXPECT_THAT(rows[2].law, HasSubstr("cut at ±2 std"));
  EXPECT_EQ(rows[3].note, "truncated normal instead of normal");
}

TEST(Explain, AMissingSchemeIsARowNotAnError) {
  const std::vector<DialectRow> rows = explain("lecun_normal", kPacked);
  EXPECT_FALSE(rows[1].available);
  EXPECT_THAT(rows[1].note, HasSubstr("dialect=pytorch has no such initializer"));
  EXPECT_TRUE(rows[2].available);
  EXPECT_EQ(explain("zeros", kPacked)[2].note, "the same");
}

TEST(Explain, AFaultyRequestIsAnError) {
  EXPECT_THROW((void)explain("he_norml", kPacked), Error);
  const ParameterSpec bias{"b", ParameterRole::bias, {{{Axis::channel, 3}}}};
  EXPECT_THROW((void)explain("he_normal", bias), Error);
}

}  // namespace
}  // namespace fanin::init
