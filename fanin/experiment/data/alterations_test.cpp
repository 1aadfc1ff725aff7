#include "fanin/experiment/data/alterations.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>

#include "fanin/core/error.hpp"
#include "fanin/experiment/training/small_for_test.hpp"

namespace fanin::experiment {
namespace {

using ::testing::HasSubstr;

constexpr const char* kSpirals = "spirals(classes=4, points=4000, test_points=400)";

std::size_t changed(const std::vector<std::int32_t>& a, const std::vector<std::int32_t>& b) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < a.size(); ++i) count += a[i] != b[i] ? 1U : 0U;
  return count;
}

TEST(Alterations, ShuffledLabelsKeepTheirSharesAndAreWrongForTheFractionAskedFor) {
  const DataSet clean = load_data_set(kSpirals, {});
  const DataSet half = load_data_set(kSpirals, {.shuffle_labels = 0.5});
  for (std::int32_t label = 0; label < 4; ++label) {
    EXPECT_EQ(std::count(half.train.labels.begin(), half.train.labels.end(), label), 1000);
  }
  // Of 2000 rows, each keeps its label with probability about 1/4; the standard error is about 20.
  EXPECT_NEAR(static_cast<double>(changed(clean.train.labels, half.train.labels)), 1500, 100);
  EXPECT_EQ(half.test.labels, clean.test.labels);
  EXPECT_EQ(half.train.values, clean.train.values);
  EXPECT_THAT(half.source, HasSubstr("50 % of the training labels shuffled"));
}

TEST(Alterations, AllLabelsShuffledAreAPermutationThatIsTheSameEveryTime) {
  const DataSet clean = load_data_set(kSpirals, {});
  const DataSet all = load_data_set(kSpirals, {.shuffle_labels = 1});
  EXPECT_NEAR(static_cast<double>(changed(clean.train.labels, all.train.labels)), 3000, 150);
  EXPECT_EQ(all.train.labels, load_data_set(kSpirals, {.shuffle_labels = 1}).train.labels);
}

TEST(Alterations, TargetsOfARowMoveTogether) {
  Samples samples;
  samples.count = 50;
  for (int i = 0; i < 50; ++i) {
    samples.targets.push_back(static_cast<float>(i));
    samples.targets.push_back(static_cast<float>(100 + i));
  }
  const std::vector<float> before = samples.targets;
  shuffle_labels(samples, 1, "a");
  EXPECT_NE(samples.targets, before);
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(samples.targets[2 * i] + 100, samples.targets[2 * i + 1]);
  std::vector<float> sorted = samples.targets;
  std::sort(sorted.begin(), sorted.end());
  std::vector<float> expected = before;
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(sorted, expected);
}

TEST(Alterations, InputsAreMultipliedAfterTheirScaling) {
  const std::vector<std::uint32_t> rows{0, 7, 99};
  const auto inputs = [&](const DataOptions& options) {
    const DataSet data = load_data_set("teacher(inputs=3, points=100, test_points=10)", options);
    std::vector<float> out(9);
    gather_inputs(data.train, data.scaling, rows, out);
    return out;
  };
  const std::vector<float> plain = inputs({.standardize = true});
  const std::vector<float> large = inputs({.standardize = true, .input_factor = 256});  // a power of two: exact
  for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_EQ(large[i], 256 * plain[i]);
  EXPECT_THAT(load_data_set(kSpirals, {.input_factor = 0.1}).scaling.description, HasSubstr("then times 0.1"));
}

TEST(Alterations, NonsenseIsRefusedByTheNameOfTheOption) {
  const auto load = [](const DataOptions& options) {
    return refusal([&] { load_data_set("spirals(points=100, test_points=10)", options); });
  };
  EXPECT_THAT(load({.shuffle_labels = 1.5}), HasSubstr("--shuffle-labels"));
  EXPECT_THAT(load({.input_factor = 0}), HasSubstr("--scale-inputs"));
  EXPECT_THAT(load({.input_factor = 1e60}), HasSubstr("--scale-inputs"));
  EXPECT_THAT(refusal([] { load_data_set("copy(rows=100, test_rows=10)", {.input_factor = 2}); }),
              HasSubstr("token ids"));
}

}  // namespace
}  // namespace fanin::experiment
