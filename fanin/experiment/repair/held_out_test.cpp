#include "fanin/experiment/repair/held_out.hpp"

#include <gmock/gmock.h>

#include <set>

#include "fanin/core/error.hpp"

namespace fanin::experiment {
namespace {

using ::testing::ElementsAre;

// Row i has the feature i.
DataSet numbered(std::int64_t rows) {
  DataSet data;
  data.name = "numbered";
  data.sample_shape = Shape{1};
  data.outputs = 2;
  data.train.count = rows;
  data.train.features = 1;
  std::vector<float> values;
  for (std::int64_t i = 0; i < rows; ++i) {
    values.push_back(static_cast<float>(i));
    data.train.labels.push_back(static_cast<std::int32_t>(i % 2));
  }
  data.train.values = values;
  data.test = data.train;
  return data;
}

std::vector<float> rows_of(const Samples& samples) { return std::get<std::vector<float>>(samples.values); }

TEST(HeldOutParts, TrainOnTheRowsThatTheyDoNotJudgeByAndEachJudgesByOthers) {
  const std::vector<DataSet> parts = held_out_parts(numbered(100));
  ASSERT_EQ(parts.size(), 3U);
  std::set<float> judged;
  for (const DataSet& part : parts) {
    EXPECT_EQ(part.train.count, 80);
    EXPECT_EQ(part.test.count, 20);
    std::set<float> all;
    for (const Samples* samples : {&part.train, &part.test}) {
      for (const float value : rows_of(*samples)) all.insert(value);
    }
    EXPECT_EQ(all.size(), 100U);
    for (const float value : rows_of(part.test)) judged.insert(value);
    EXPECT_EQ(part.test.labels[3], static_cast<std::int32_t>(rows_of(part.test)[3]) % 2);
  }
  EXPECT_EQ(judged.size(), 60U);
}

TEST(HeldOutParts, AreFewerWhereOneHasEnoughRows) {
  EXPECT_EQ(held_out_parts(numbered(5000)).size(), 2U);
  const std::vector<DataSet> large = held_out_parts(numbered(80'000));
  ASSERT_EQ(large.size(), 1U);
  EXPECT_EQ(large[0].test.count, 10'000);
}

TEST(HeldOutParts, OfATextAreRowsInSequence) {
  DataSet text = numbered(10);
  text.tokens = true;
  const std::vector<DataSet> parts = held_out_parts(text);
  EXPECT_THAT(rows_of(parts[0].test), ElementsAre(8, 9));
  EXPECT_THAT(rows_of(parts[1].test), ElementsAre(6, 7));
  EXPECT_THAT(rows_of(parts[1].train), ElementsAre(0, 1, 2, 3, 4, 5, 8, 9));
}

TEST(HeldOutParts, RefuseDataThatAreTooFew) {
  try {
    held_out_parts(numbered(4));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::bad_data);
  }
}

}  // namespace
}  // namespace fanin::experiment
