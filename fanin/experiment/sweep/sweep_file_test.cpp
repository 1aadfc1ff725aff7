#include "fanin/experiment/sweep/sweep_file.hpp"

#include <gtest/gtest.h>

#include <string>

#include "fanin/core/error.hpp"
#include "fanin/experiment/training/small_for_test.hpp"

namespace fanin::experiment {
namespace {

SweepPlan parsed(const std::string& text) { return parse_sweep(text, "s.toml"); }
std::string named(const char* rest) {
  std::string text = "name = \"a\"\n";
  text.append(rest);
  return text;
}
std::string refused(const std::string& text) {
  return refusal([&] { static_cast<void>(parsed(text)); });
}
void expect_refused(const std::string& text, const std::string& beginning) {
  const std::string said = refused(text);
  EXPECT_TRUE(said.starts_with(beginning)) << said;
}

constexpr const char* kWhole = R"toml(
name = "depth"
select = "learning_rate"
give_up_after = 0.25
[data]
source = "spirals(points=80)"
validation = 0.2
limit_test = 10
[base]
epochs = 3
optimizer = "sgd"
[axes]
learning_rate = {from = 0.001, to = 0.1, count = 3, scale = "log"}
depth = [2, 4]
init = ["he_normal", "zeros", "he_normal"]
residual = [true, false]
seeds = [7, 9]
)toml";

TEST(SweepFile, ReadsAWholePlanWithItsAxesInTheOrderOfTheSettings) {
  const SweepPlan plan = parsed(kWhole);
  EXPECT_EQ(plan.name, "depth");
  EXPECT_EQ(plan.data, "spirals(points=80)");
  EXPECT_EQ(plan.data_options.validation_fraction, 0.2);
  EXPECT_EQ(plan.data_options.limit_test, 10);
  EXPECT_TRUE(plan.select_learning_rate);
  EXPECT_EQ(plan.give_up_after, 0.25);
  EXPECT_EQ(plan.compare, "init");
  EXPECT_EQ(plan.seeds, (std::vector<std::uint64_t>{7, 9}));
  ASSERT_EQ(plan.axes.size(), 4U);
  EXPECT_EQ(plan.axes[0].key, "depth");
  EXPECT_EQ(plan.axes[1].key, "residual");
  EXPECT_EQ(plan.axes[2].key, "init");
  EXPECT_EQ(plan.axes[2].values, (std::vector<std::string>{"he_normal", "zeros"}));
  EXPECT_EQ(plan.axes[3].values, (std::vector<std::string>{"0.001", "0.01", "0.1"}));
}

TEST(SweepFile, NamesLineAndColumnOfWhatItRefuses) {
  expect_refused("name = \"a\"\n[axes]\n  depht = [1]\n",
                 "unknown_name: s.toml:3:3: there is no 'depht' here; did you mean depth");
  expect_refused("name = \"a\"\n[axes]\ninit = [\"he_normal\",\n  \"he_norml\"]\n", "unknown_name: s.toml:4:3: ");
  expect_refused("name = \"a\"\n[axes]\nactivation = [\"tanhh\"]\n", "unknown_name: s.toml:3:15: ");
  expect_refused("name = \"a\"\n[base]\nepochs = 1.5\n", "bad_value: s.toml:3:10: a whole number is needed");
  expect_refused("name = \"a\"\n[base]\nepochs = \n", "bad_syntax: s.toml:3:");
  expect_refused("name = \"a b\"", "bad_value: s.toml:1:8: a name has letters");
  expect_refused("[axes]\ndepth = [1]", "bad_value: s.toml: a sweep needs a name");
  expect_refused("name = \"a\"\nsampling = \"latin\"",
                 "unknown_name: s.toml:2:12: there is no sampling 'latin'; did you mean latin_hypercube");
}

TEST(SweepFile, RefusesWhatMakesNoSense) {
  expect_refused(named("select = \"learning_rate\"\n[axes]\nlearning_rate = [1, 2]"),
                 "bad_value: s.toml:2:10: a learning rate is chosen on validation rows");
  expect_refused(named("select = \"learning_rate\"\n[data]\nvalidation = 0.1\n"),
                 "bad_value: s.toml:2:10: there is nothing to choose from");
  expect_refused(named("compare = \"depth\"\n[axes]\nwidth = [1, 2]"),
                 "unknown_name: s.toml:2:11: there is no axis 'depth'");
  expect_refused(named("[base]\ndepth = 2\n[axes]\ndepth = [1]"),
                 "bad_value: s.toml:5:9: depth stands in [base] already");
  expect_refused(named("[axes]\ngain = {from = 2, to = 1, count = 3}"), "bad_value: s.toml:3:8: from must be below to");
  expect_refused(named("[axes]\ninit = {from = 1, to = 2}"), "bad_value: s.toml:3:8: init is no number");
  expect_refused(named("[axes]\ngain = {from = 1, to = 2}"),
                 "bad_value: s.toml: a grid needs to know how many values gain takes");
  expect_refused(named("[axes]\ngain = []"), "bad_value: s.toml:3:8: an axis is a list");
  expect_refused(named("count = 3"), "bad_value: s.toml:2:9: a grid has all points");
  expect_refused(named("sampling = \"random\""), "bad_value: s.toml: sampling = \"random\" needs count");
  expect_refused(named("[base]\nnet = \"784-10\"\ndepth = 3"), "bad_value: s.toml:2:1: net: '784-10' is no preset");
  expect_refused(named("[base]\ninit = \"zeros\"\nweight_variance = 3"), "bad_value: s.toml:2:1: weight_variance: ");
  expect_refused(named("[base]\nepochs = 0"), "bad_value: s.toml:2:1: --epochs: 0 is outside");
}

TEST(SweepFile, RefusesHostileTexts) {
  std::string nested = "name = \"a\"\nx = ";
  nested.append(100'000, '[');
  EXPECT_NE(refused(nested), "accepted");
  std::string dotted = "a";
  for (int i = 0; i < 10'000; ++i) dotted += ".a";
  dotted.append(" = 1");
  EXPECT_NE(refused(dotted), "accepted");
  EXPECT_NE(refused(std::string((std::size_t{1} << 20) + 1, ' ')), "accepted");
  EXPECT_NE(refused("name = \"\\u0000\""), "accepted");
  expect_refused("name = \"a\"\n[axes]\nseeds = 1000000000000", "bad_value: s.toml:3:9: ");
}

TEST(SweepFile, SaysWhatTwoPlansDisagreeAbout) {
  SweepPlan before = parsed(kWhole);
  SweepPlan now = before;
  EXPECT_EQ(plan_difference(to_json(before), to_json(now)), "");
  now.base[1] = SettingValue{"epochs", "5"};
  now.axes.erase(now.axes.begin());
  EXPECT_EQ(plan_difference(to_json(before), to_json(now)),
            "base.epochs: \"3\" became \"5\"; axes.depth: [\"2\",\"4\"] is gone");
  EXPECT_NE(plan_difference("{\"name\":", to_json(now)), "");
}

}  // namespace
}  // namespace fanin::experiment
