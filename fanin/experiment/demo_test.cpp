#include "fanin/experiment/demo.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "fanin/core/error.hpp"

namespace fanin::experiment {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// At seed 42, run once.
const Demo& demo_of(std::string_view name) {
  static std::map<std::string, Demo, std::less<>> demos;
  auto found = demos.find(name);
  if (found == demos.end()) found = demos.emplace(name, run_demo(name)).first;
  return found->second;
}

void expect_matrix(const Demo& demo, const std::vector<double>& expected) {
  ASSERT_EQ(demo.matrix.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(demo.matrix[i], expected[i], 5e-9) << i;
}

// The weights that the notebooks print; NumPy 1.24 gives the same with
//   np.random.seed(42); x = np.random.rand(1, 3); w = ...
//   for _ in range(10): h = x @ w; g = np.random.rand(1, 3); w -= 0.1 * h.T.dot(g)
TEST(Demo, TheNumpyDemosReplayTheNotebooksWeights) {
  expect_matrix(demo_of("vanishing"), {0.03920641, -0.00065686, 0.00055813, -0.02343697, 0.06295061, 0.03688675,
                                       0.01939752, -0.03821543, 0.05544233});
  expect_matrix(demo_of("exploding"), {3.92064111, -0.06568602, 0.0558127, -2.34369726, 6.29506135, 3.68867495,
                                       1.9397522, -3.82154291, 5.5442327});
  expect_matrix(demo_of("xavier"), {0.24504301, -0.29374122, -0.2895481, -0.43516865, 0.48203275, 0.17840939,
                                    0.06683412, -0.69038429, 0.40046285});
  expect_matrix(demo_of("he"), {-1.11077427, 0.06486551, 0.00779027, 1.0969696, -0.23179696, -0.15457116, 0.22889471,
                                -0.14776024, -1.42075096});
}

TEST(Demo, TheExplodingWeightsAreTheVanishingOnesTimesAHundredForEverySeed) {
  for (const std::uint64_t seed : {0U, 4294967295U}) {
    const Demo small = run_demo("vanishing", seed);
    const Demo large = run_demo("exploding", seed);
    for (std::size_t i = 0; i < 9; ++i) EXPECT_NEAR(large.matrix[i], 100 * small.matrix[i], 1e-12) << seed;
  }
}

TEST(Demo, EveryDemoSaysWhatItComputesAndMeasuresDeepChains) {
  for (const DemoInfo& info : known_demos()) {
    const Demo& demo = demo_of(info.name);
    EXPECT_EQ(demo.name, info.name);
    EXPECT_EQ(demo.seed, 42U);
    EXPECT_TRUE(demo.matrix.size() == 9 || !demo.table.rows.empty()) << info.name;
    EXPECT_GE(demo.remarks.size(), 2U) << info.name;
    EXPECT_LE(demo.remarks.size(), 3U) << info.name;
    EXPECT_GE(demo.chains.size(), 2U) << info.name;
    EXPECT_FALSE(demo.about.empty() || demo.lesson.empty()) << info.name;
    for (const DemoTable::Row& row : demo.table.rows) EXPECT_EQ(row.values.size() + 1, demo.table.columns.size());
  }
}

TEST(Demo, TheRemedysErrorKeepsItsSizeWhereTheFaultsDoesNot) {
  for (const char* name : {"vanishing", "xavier", "he", "sigmoid-chain", "he-3x3"}) {
    const Demo& demo = demo_of(name);
    EXPECT_LT(demo.chains[0].factor_per_layer, 0.8) << name;
    EXPECT_GT(demo.chains[1].factor_per_layer, 0.85) << name;
    EXPECT_LT(demo.chains[1].factor_per_layer, 1.1) << name;
    EXPECT_LT(demo.chains[1].trained_loss, demo.chains[0].trained_loss) << name;
  }
  const Demo& exploding = demo_of("exploding");
  EXPECT_GT(exploding.chains[0].factor_per_layer, 2.5);
  EXPECT_GT(exploding.chains[0].loss, 1e4);
  EXPECT_LT(exploding.chains[1].loss, 10);
}

TEST(Demo, TheoryForetellsTheErrorsFactorPerLayer) {
  // A chain of finite width scatters: the log of a squared norm over 12 layers of 64 units has a standard
  // deviation of about sqrt(5·12/64) (Hanin & Nica 2018), so its 12th root by 0.04.
  for (const char* name : {"vanishing", "exploding", "xavier", "he", "sigmoid-chain", "he-3x3"}) {
    for (const GradientChain& chain : demo_of(name).chains) {
      EXPECT_NEAR(std::log(chain.factor_per_layer / chain.predicted_factor_per_layer), 0, 3 * 0.04)
          << name << " " << chain.settings.init;
    }
  }
}

TEST(Demo, ADeadLayerStopsEveryWeightGradientAndALeakyOneDoesNot) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const Demo demo = run_demo("dying-relu", seed);
    ASSERT_EQ(demo.chains.size(), 3U);
    EXPECT_THAT(demo.chains[0].layers, Contains(Field(&ChainLayer::dead_fraction, 1.0))) << seed;
    EXPECT_THAT(demo.chains[0].layers, Each(Field(&ChainLayer::gradient_norm, 0.0))) << seed;
    EXPECT_THAT(demo.chains[1].layers, Each(Field(&ChainLayer::gradient_norm, testing::Gt(0)))) << seed;
    EXPECT_LT(demo.chains[2].trained_loss, demo.chains[1].trained_loss) << seed;
    EXPECT_LT(demo.chains[1].trained_loss, demo.chains[0].trained_loss) << seed;
    // The single unit: output, gradient, weights moved, output at the end.
    EXPECT_THAT(demo.table.rows[0].values, Each(0.0)) << seed;
    EXPECT_GT(demo.table.rows[2].values[2], 1) << seed;
    EXPECT_GT(demo.table.rows[2].values[3], 0.5) << seed;
  }
}

TEST(Demo, TheSigmoidTableIsTheChainRule) {
  const Demo& demo = demo_of("sigmoid-chain");
  const DemoTable::Row& ten = demo.table.rows[4];
  ASSERT_EQ(ten.label, "10");
  EXPECT_DOUBLE_EQ(ten.values[0], std::exp2(-20));
  EXPECT_LT(ten.values[1], ten.values[0]);
  EXPECT_NEAR(ten.values[2], std::pow(0.04483624, 5), 1e-11) << "E of the squared slope is .04483624";
  EXPECT_EQ(ten.values[3], 1);
}

TEST(Demo, KerasWeightsLieWithinTheirCut) {
  const double largest = 2 * std::sqrt(2.0 / 3) / 0.8796256610342398;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    for (const double value : run_demo("he-3x3", seed).matrix) EXPECT_LE(std::abs(value), largest);
  }
  EXPECT_THAT(demo_of("he-3x3").remarks[1], HasSubstr("1.86"));
}

TEST(Demo, TheSameSeedGivesTheSameBits) {
  const Demo& first = demo_of("he");
  const Demo second = run_demo("he", 42);
  EXPECT_EQ(first.matrix, second.matrix);
  for (std::size_t i = 0; i < first.chains.size(); ++i) {
    EXPECT_EQ(first.chains[i].trained_loss, second.chains[i].trained_loss);
  }
  EXPECT_NE(run_demo("he", 4).matrix, first.matrix);
}

TEST(Demo, RefusesUnknownNamesAndSeedsThatNumpyHasNot) {
  EXPECT_THAT([] { (void)run_demo("vanish"); },
              ThrowsMessage<Error>(AllOf(HasSubstr("no demo 'vanish'"), HasSubstr("did you mean vanishing"))));
  EXPECT_THAT([] { (void)run_demo("he", 1ULL << 32); }, ThrowsMessage<Error>(HasSubstr("2^32 - 1")));
}

}  // namespace
}  // namespace fanin::experiment
