#include "fanin/experiment/training/name_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fanin/core/error.hpp"

namespace fanin::experiment {
namespace {

TEST(NameRules, PatternsNameLayersOrParameters) {
  EXPECT_EQ(match("head", "head.weight"), Match::layer);
  EXPECT_EQ(match("head.weight", "head.weight"), Match::exact);
  EXPECT_EQ(match("conv*", "conv12.weight"), Match::layer);
  EXPECT_EQ(match("block?.conv1", "block3.conv1.weight"), Match::layer);
  EXPECT_EQ(match("block*", "block3.conv1.weight"), Match::layer);
  EXPECT_EQ(match("*.bias", "block3.conv1.bias"), Match::exact);
  EXPECT_EQ(match("*", "head.weight"), Match::layer);
  EXPECT_EQ(match("hea", "head.weight"), Match::none);
  EXPECT_EQ(match("*a*b*c", "aabbab.c"), Match::exact);
  EXPECT_EQ(match("a*b*d", "a.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbc"), Match::none);
}

TEST(NameRules, ValuesMayHoldCommasAndEqualSigns) {
  const std::vector<NameRule> rules = parse_name_rules("head=zeros, conv* = normal(mean=0, std=0.02)", "--init-for");
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_EQ(rules[1].pattern, "conv*");
  EXPECT_EQ(rules[1].value, "normal(mean=0, std=0.02)");
  EXPECT_THROW(parse_name_rules("head", "--init-for"), Error);
  EXPECT_THROW(parse_name_rules("=zeros", "--init-for"), Error);
}

TEST(NameRules, TheLastRuleThatFitsCountsAndAnIdleOneIsAnError) {
  const std::vector<net::ParameterSpec> parameters{{"layer1.weight", net::ParameterRole::weight, {}},
                                                   {"head.weight", net::ParameterRole::weight, {}}};
  const auto always = [](const net::ParameterSpec&, Match) { return true; };
  const std::vector<NameRule> rules{{"*", "a"}, {"head", "b"}};
  const std::vector<const NameRule*> found = rules_of(parameters, rules, "--lr-for", always);
  EXPECT_EQ(found[0]->value, "a");
  EXPECT_EQ(found[1]->value, "b");
  try {
    rules_of(parameters, {{"haed", "a"}}, "--lr-for", always);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unknown_name);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("did you mean head"));
  }
}

TEST(NameRules, AnErrorNamesEachLayerOnce) {
  const std::vector<net::ParameterSpec> parameters{{"fc.weight", net::ParameterRole::weight, {}},
                                                   {"fc.bias", net::ParameterRole::bias, {}}};
  try {
    rules_of(parameters, {{"zzzzzzzz", "1x"}}, "--lr-for", [](const net::ParameterSpec&, Match) { return true; });
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), ::testing::EndsWith("known: fc, fc.weight, fc.bias"));
  }
}

}  // namespace
}  // namespace fanin::experiment
