#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <set>

#include "fanin/experiment/data/raw_data.hpp"
#include "fanin/experiment/data/scaling.hpp"
#include "fanin/experiment/data/test_files.hpp"

namespace fanin::experiment {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Row i has the inputs i and 10 i, and the label i mod 3.
Samples counted_rows(std::int64_t rows) {
  Samples samples;
  samples.count = rows;
  samples.features = 2;
  auto& values = samples.values.emplace<std::vector<float>>();
  for (std::int64_t i = 0; i < rows; ++i) {
    values.push_back(static_cast<float>(i));
    values.push_back(static_cast<float>(10 * i));
    samples.labels.push_back(static_cast<std::int32_t>(i % 3));
  }
  return samples;
}

RawData raw_data(const std::string& name, std::int64_t train_rows, std::int64_t test_rows) {
  RawData raw;
  raw.name = name;
  raw.sample_shape = Shape{2};
  raw.outputs = 3;
  raw.train = counted_rows(train_rows);
  if (test_rows > 0) raw.test = counted_rows(test_rows);
  raw.unit_scaling = UnitScaling::per_feature;
  return raw;
}

std::vector<float> first_inputs(const Samples& samples) {
  std::vector<float> result;
  const auto& values = std::get<std::vector<float>>(samples.values);
  for (std::size_t i = 0; i < values.size(); i += 2) result.push_back(values[i]);
  return result;
}

std::vector<float> scaled(const Samples& samples, const InputScaling& scaling) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(samples.count); ++i) rows.push_back(i);
  std::vector<float> out(rows.size() * static_cast<std::size_t>(samples.features));
  gather_inputs(samples, scaling, rows, out);
  return out;
}

TEST(Assemble, PartsAreDisjointAndTogetherHoldEveryRow) {
  const DataSet data = assemble(raw_data("a", 100, 0), {.validation_fraction = 0.25, .test_fraction = 0.2});
  EXPECT_EQ(data.test.count, 20);
  EXPECT_EQ(data.validation.count, 20);  // a quarter of the 80 rows left
  EXPECT_EQ(data.train.count, 60);
  std::set<float> rows;
  for (const Samples* part : {&data.train, &data.validation, &data.test}) {
    const std::vector<float> inputs = first_inputs(*part);
    EXPECT_TRUE(std::is_sorted(inputs.begin(), inputs.end()));  // the source's order is kept
    rows.insert(inputs.begin(), inputs.end());
    for (std::size_t i = 0; i < inputs.size(); ++i) EXPECT_EQ(part->labels[i], static_cast<int>(inputs[i]) % 3);
  }
  EXPECT_EQ(rows.size(), 100U);
}

TEST(Assemble, TheCutDependsOnTheNameOnly) {
  const DataOptions options{.validation_fraction = 0.5};
  const DataSet data = assemble(raw_data("a", 100, 10), options);
  EXPECT_EQ(first_inputs(data.validation), first_inputs(assemble(raw_data("a", 100, 10), options).validation));
  EXPECT_NE(first_inputs(data.validation), first_inputs(assemble(raw_data("b", 100, 10), options).validation));
  EXPECT_EQ(data.test.count, 10);  // the source's own
}

TEST(Assemble, OrderedRowsAreCutOffTheEnd) {
  RawData raw = raw_data("a", 20, 0);
  raw.ordered = true;
  const DataSet data = assemble(std::move(raw), {.validation_fraction = 0.25, .test_fraction = 0.2});
  EXPECT_THAT(first_inputs(data.test), ElementsAre(16, 17, 18, 19));
  EXPECT_THAT(first_inputs(data.validation), ElementsAre(12, 13, 14, 15));
  EXPECT_THAT(first_inputs(data.train), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
}

TEST(Assemble, TokensAreNeverScaled) {
  RawData raw = raw_data("a", 20, 5);
  raw.tokens = true;
  raw.vocabulary = 200;
  const DataSet data = assemble(raw, {});
  EXPECT_TRUE(data.tokens);
  EXPECT_EQ(data.vocabulary, 200);
  EXPECT_EQ(scaled(data.train, data.scaling), std::get<std::vector<float>>(data.train.values));
  EXPECT_EQ(assemble(raw, {.raw = true}).scaling.description, "tokens");
  EXPECT_EQ(error_of([&] { assemble(raw, {.standardize = true}); }).where(), "--standardize");
}

TEST(Assemble, LimitsKeepTheFirstRows) {
  const DataSet data = assemble(raw_data("a", 100, 50), {.limit_train = 7, .limit_test = 3});
  EXPECT_THAT(first_inputs(data.train), ElementsAre(0, 1, 2, 3, 4, 5, 6));
  EXPECT_THAT(first_inputs(data.test), ElementsAre(0, 1, 2));
}

TEST(Assemble, APartThatWouldBeEmptyIsRefused) {
  EXPECT_EQ(error_of([] { assemble(raw_data("a", 3, 1), {.validation_fraction = 0.1}); }).where(), "--validation");
  EXPECT_EQ(error_of([] { assemble(raw_data("a", 2, 0), {.test_fraction = 0.1}); }).where(), "--test-fraction");
  EXPECT_EQ(error_of([] { assemble(raw_data("a", 1, 0), {.test_fraction = 0.9}); }).where(), "--test-fraction");
}

TEST(Assemble, OptionsOutsideTheirDomainAreRefusedByName) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto where = [](const DataOptions& options) {
    const Error error = error_of([&] { check_options(options); });
    EXPECT_EQ(error.code(), ErrorCode::bad_value);
    return error.where();
  };
  EXPECT_EQ(where({.standardize = true, .raw = true}), "--raw");
  EXPECT_EQ(where({.validation_fraction = -0.1}), "--validation");
  EXPECT_EQ(where({.validation_fraction = nan}), "--validation");
  EXPECT_EQ(where({.validation_fraction = 0.95}), "--validation");
  EXPECT_EQ(where({.test_fraction = 0}), "--test-fraction");
  EXPECT_EQ(where({.limit_train = -1}), "--limit-train");
  EXPECT_EQ(where({.limit_test = -5}), "--limit-test");
}

TEST(Assemble, StandardizedFeaturesHaveMeanZeroAndVarianceOneOnTheTrainingPart) {
  const DataSet data = assemble(raw_data("a", 101, 300), {.standardize = true});
  EXPECT_THAT(data.scaling.description, HasSubstr("standardized"));
  const std::vector<float> values = scaled(data.train, data.scaling);
  for (std::size_t feature = 0; feature < 2; ++feature) {
    double sum = 0;
    double squares = 0;
    for (std::size_t i = feature; i < values.size(); i += 2) {
      sum += static_cast<double>(values[i]);
      squares += static_cast<double>(values[i]) * static_cast<double>(values[i]);
    }
    EXPECT_NEAR(sum / 101, 0, 1e-6);
    EXPECT_NEAR(squares / 101, 1, 1e-6);
  }
  // The statistics are those of rows 0 … 100, which the test part's 300 rows do not touch.
  EXPECT_EQ(data.scaling.shift, (std::vector<float>{50, 500}));
  EXPECT_FLOAT_EQ(data.scaling.divisor[0], std::sqrt(850.0F));  // (101² - 1) / 12
}

TEST(Assemble, ColumnsReachTheUnitIntervalEachByItsOwnRange) {
  const DataSet data = assemble(raw_data("a", 11, 21), {});
  const std::vector<float> train = scaled(data.train, data.scaling);
  EXPECT_EQ(train[2], 0.1F);
  EXPECT_EQ(train[3], 0.1F);
  EXPECT_EQ(train.back(), 1);
  EXPECT_EQ(scaled(data.test, data.scaling).back(), 2);  // beyond the training part's range
}

TEST(Assemble, RawInputsAreLeftAlone) {
  const DataSet data = assemble(raw_data("a", 11, 5), {.raw = true});
  EXPECT_EQ(scaled(data.train, data.scaling), std::get<std::vector<float>>(data.train.values));
}

TEST(Scaling, AChannelIsStandardizedAsOne) {
  Samples samples;
  samples.count = 2;
  samples.features = 4;  // two channels of two
  samples.values = std::vector<float>{1, 2, 10, 10, 3, 6, 10, 10};
  const InputScaling scaling = channel_standardization(samples, 2);
  EXPECT_THAT(scaling.shift, ElementsAre(3, 3, 10, 10));
  EXPECT_FLOAT_EQ(scaling.divisor[0], std::sqrt(3.5F));  // 1, 2, 3, 6: (4 + 1 + 0 + 9) / 4
  EXPECT_EQ(scaling.divisor[0], scaling.divisor[1]);
  EXPECT_EQ(scaling.divisor[3], 1);
}

TEST(Scaling, AConstantFeatureBecomesZeroNotNan) {
  Samples samples;
  samples.count = 7;
  samples.features = 1;
  samples.values = std::vector<float>(7, 0.1F);
  EXPECT_THAT(scaled(samples, standardization(samples)), Each(0));
  samples.values = std::vector<float>(7, 5.0F);
  EXPECT_THAT(scaled(samples, unit_scaling(samples, UnitScaling::per_feature)), Each(0));
  EXPECT_THAT(scaled(samples, unit_scaling(samples, UnitScaling::whole)), Each(0));
}

TEST(Scaling, InputsThatLieInTheUnitIntervalStayAsTheyAre) {
  Samples samples;
  samples.count = 3;
  samples.features = 1;
  samples.values = std::vector<float>{0.25F, 0.5F, 0.75F};
  EXPECT_THAT(scaled(samples, unit_scaling(samples, UnitScaling::per_feature)), ElementsAre(0.25F, 0.5F, 0.75F));
  samples.values = std::vector<std::uint8_t>{0, 1, 1};  // truth values
  EXPECT_THAT(scaled(samples, unit_scaling(samples, UnitScaling::whole)), ElementsAre(0, 1, 1));
  samples.values = std::vector<std::uint8_t>{0, 51, 255};
  EXPECT_THAT(scaled(samples, unit_scaling(samples, UnitScaling::whole)), ElementsAre(0, 0.2F, 1));
}

TEST(Scaling, ARangeBeyondSinglePrecisionIsRefused) {
  Samples samples;
  samples.count = 2;
  samples.features = 1;
  samples.values = std::vector<float>{-3e38F, 3e38F};
  EXPECT_EQ(error_of([&] { unit_scaling(samples, UnitScaling::whole); }).code(), ErrorCode::bad_value);
  EXPECT_EQ(error_of([&] { unit_scaling(samples, UnitScaling::per_feature); }).code(), ErrorCode::bad_value);
}

}  // namespace
}  // namespace fanin::experiment
