#include "fanin/experiment/probe/data_facts.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "fanin/experiment/data_set.hpp"
#include "fanin/experiment/probe/label_signal.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

using ::testing::ElementsAre;

DataSet labelled(std::vector<float> values, std::vector<std::int32_t> labels, std::int64_t features,
                 std::int64_t classes) {
  DataSet data;
  data.outputs = classes;
  data.train.count = static_cast<std::int64_t>(labels.size());
  data.train.features = features;
  data.train.values = std::move(values);
  data.train.labels = std::move(labels);
  return data;
}

std::vector<float> normal(std::size_t count, std::uint64_t seed) {
  std::vector<float> values(count);
  random::fill_normal(random::Stream(seed, "test"), 0, {}, values);
  return values;
}

TEST(DataFacts, DescribeInputsFeatureByFeature) {
  // Columns {1, 3}, {10, 30}, {5, 5}: means 2, 20, 5 and deviations 1, 10, 0.
  const observe::DataFacts facts = data_facts(labelled({1, 10, 5, 3, 30, 5}, {0, 1}, 3, 2));
  EXPECT_EQ(facts.rows, 2);
  EXPECT_NEAR(facts.mean, 9, 1e-12);
  // E x² = (1 + 9 + 100 + 900 + 25 + 25)/6 = 176.67, less 81.
  EXPECT_NEAR(facts.std_dev, std::sqrt(1060.0 / 6 - 81), 1e-9);
  EXPECT_EQ(facts.largest_magnitude, 30);
  EXPECT_NEAR(facts.smallest_feature_std_dev, 1, 1e-12);
  EXPECT_NEAR(facts.largest_feature_std_dev, 10, 1e-12);
  EXPECT_NEAR(facts.largest_feature_mean, 2, 1e-12);
  EXPECT_EQ(facts.constant_features, 1);
  EXPECT_THAT(facts.class_shares, ElementsAre(0.5, 0.5));
}

TEST(DataFacts, SeeInputsAsTheNetworkDoes) {
  DataSet data = labelled({1, 3}, {0, 1}, 1, 2);
  data.scaling.divisor = {2.0F};
  EXPECT_NEAR(data_facts(data).mean, 1, 1e-12);
}

TEST(DataFacts, DescribeTargetsByOutput) {
  DataSet data = labelled({1, 2, 3, 4}, {}, 1, 2);
  data.loss = net::Loss::mean_squared_error;
  data.train.count = 4;
  data.train.targets = {1, 10, 3, 10, 1, 10, 3, 10};
  const observe::DataFacts facts = data_facts(data);
  EXPECT_THAT(facts.target_means, ElementsAre(2, 10));
  EXPECT_THAT(facts.target_std_devs, ElementsAre(1, 0));
  EXPECT_TRUE(facts.class_shares.empty());
}

TEST(DataFacts, FindEqualRowsWithDifferentLabels) {
  std::vector<float> values;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 100; ++i) {
    values.push_back(static_cast<float>(i % 10));   // ten equal rows of each
    labels.push_back(i % 10 < 5 ? 0 : i / 10 % 2);  // half of the groups split evenly
  }
  EXPECT_NEAR(data_facts(labelled(values, labels, 1, 2)).duplicate_conflicts, 0.25, 1e-12);
}

TEST(DataFacts, SayNothingOfConflictsWithoutEqualRows) {
  const DataSet data = labelled(normal(400, 1), std::vector<std::int32_t>(100, 0), 4, 2);
  EXPECT_TRUE(std::isnan(data_facts(data).duplicate_conflicts));
}

TEST(LabelSignal, SeesClassesThatLieApart) {
  std::vector<float> values = normal(2000, 2);
  std::vector<std::int32_t> labels;
  for (std::size_t row = 0; row < 1000; ++row) {
    labels.push_back(static_cast<std::int32_t>(row / 500));
    values[2 * row] += row < 500 ? 0.0F : 3.0F;
  }
  DataSet data = labelled(values, labels, 2, 2);
  const observe::DataFacts facts = data_facts(data);
  // Two normal classes 3 apart: Φ(1.5) = 0.933 are right, 0.5 by chance.
  EXPECT_NEAR(facts.label_signal, 0.433, 4 * facts.label_signal_error);
  EXPECT_LT(facts.label_signal_error, 0.03);
}

TEST(LabelSignal, SeesNearestRowsWhereMeansCoincide) {
  const DataSet data = load_data_set("spirals(points=600, test_points=24)", {});
  const observe::DataFacts facts = data_facts(data);
  EXPECT_GT(facts.label_signal, 0.3);
}

TEST(LabelSignal, SeesNothingInLabelsDrawnAtRandom) {
  std::vector<float> values = normal(8000, 3);
  std::vector<std::int32_t> labels;
  for (const float x : normal(2000, 4)) labels.push_back(x > 0 ? 1 : 0);
  const LabelSignal signal = class_signal(values, labels, 4, 2);
  EXPECT_LT(std::abs(signal.value), 3.5 * signal.error);
}

TEST(LabelSignal, SeesALinearTarget) {
  const std::vector<float> values = normal(8000, 5);
  std::vector<float> targets;
  const std::vector<float> noise = normal(2000, 6);
  for (std::size_t row = 0; row < 2000; ++row) {
    targets.push_back(values[4 * row] - 2 * values[4 * row + 1] + noise[row]);  // 5 of 6 parts of the variance
  }
  const LabelSignal signal = target_signal(values, targets, 4, 1);
  EXPECT_NEAR(signal.value, 5.0 / 6, 4 * signal.error + 0.01);
  EXPECT_LT(std::abs(target_signal(values, noise, 4, 1).value), 0.05);
}

}  // namespace
}  // namespace fanin::experiment
