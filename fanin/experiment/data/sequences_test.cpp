// The adding and the copy problem: their definitions, and what a predictor without memory must lose.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "fanin/experiment/data/test_files.hpp"
#include "fanin/experiment/data_set.hpp"
#include "fanin/net/graph.hpp"
#include "fanin/net/ops/embedding.hpp"
#include "fanin/net/ops/rnn.hpp"

namespace fanin::experiment {
namespace {

using ::testing::HasSubstr;

std::vector<float> gathered(const Samples& samples, const InputScaling& scaling) {
  std::vector<std::uint32_t> rows(static_cast<std::size_t>(samples.count));
  std::iota(rows.begin(), rows.end(), 0U);
  std::vector<float> out(rows.size() * static_cast<std::size_t>(samples.features));
  gather_inputs(samples, scaling, rows, out);
  return out;
}

TEST(Adding, TheTargetIsTheSumOfTheTwoMarkedValuesOneInEachHalf) {
  for (const std::size_t length : {2U, 7U, 100U}) {
    const DataSet data = load_data_set("adding(length=" + std::to_string(length) + ", rows=500)", {});
    EXPECT_EQ(data.sample_shape, (Shape{static_cast<std::int64_t>(length), 2}));
    const std::vector<float> inputs = gathered(data.train, data.scaling);
    for (std::size_t row = 0; row < 500; ++row) {
      float sum = 0;
      std::vector<std::size_t> marks;
      for (std::size_t t = 0; t < length; ++t) {
        const float value = inputs[2 * (row * length + t)];
        const float mark = inputs[2 * (row * length + t) + 1];
        EXPECT_TRUE(value >= 0 && value < 1 && (mark == 0 || mark == 1));
        if (mark == 1) {
          sum += value;
          marks.push_back(t);
        }
      }
      ASSERT_EQ(marks.size(), 2U);
      EXPECT_LT(marks[0], length / 2);
      EXPECT_GE(marks[1], length / 2);
      EXPECT_EQ(data.train.targets[row], sum);
    }
  }
}

TEST(Adding, AlwaysPredictingOneLosesASixth) {
  const DataSet data = load_data_set("adding(length=10, rows=100000)", {});
  EXPECT_EQ(data.loss, net::Loss::mean_squared_error);
  EXPECT_EQ(data.outputs, 1);
  double mean = 0;
  double loss = 0;
  for (const float target : data.train.targets) {
    mean += static_cast<double>(target) / 1e5;
    loss += std::pow(static_cast<double>(target) - 1, 2) / 1e5;
  }
  // The sum s of two uniform numbers has mean 1, variance 1/6 and fourth moment 1/15 about the mean, so
  // (s - 1)² has variance 1/15 - 1/36.
  EXPECT_NEAR(mean, 1, 4 * std::sqrt(1.0 / 6 / 1e5));
  EXPECT_NEAR(loss, 1.0 / 6, 4 * std::sqrt((1.0 / 15 - 1.0 / 36) / 1e5));
}

TEST(Adding, MarksAreUniformOverTheirHalves) {
  const DataSet data = load_data_set("adding(length=9, rows=40000)", {});
  const auto& values = std::get<std::vector<float>>(data.train.values);
  std::vector<int> counts(9);
  for (std::size_t i = 0; i < values.size() / 2; ++i) counts[i % 9] += values[2 * i + 1] == 1 ? 1 : 0;
  for (std::size_t t = 0; t < 9; ++t) {
    const double p = t < 4 ? 1.0 / 4 : 1.0 / 5;
    EXPECT_NEAR(counts[t], 40000 * p, 4.5 * std::sqrt(40000 * p * (1 - p))) << t;
  }
}

TEST(Copy, ThePayloadIsRepeatedAfterTheGoSignAndAllElseIsBlank) {
  const std::size_t length = 12;
  const std::size_t payload = 5;
  const std::size_t positions = length + 2 * payload;
  const DataSet data = load_data_set("copy(length=12, symbols=3, payload=5, rows=200)", {});
  EXPECT_EQ(data.sample_shape, Shape{static_cast<std::int64_t>(positions)});
  EXPECT_EQ(data.positions, static_cast<std::int64_t>(positions));
  EXPECT_TRUE(data.tokens);
  EXPECT_EQ(data.vocabulary, 5);  // three symbols, the blank 3, the go sign 4
  EXPECT_EQ(data.outputs, 4);     // the go sign is never an answer
  const std::vector<float> tokens = gathered(data.train, data.scaling);
  for (std::size_t row = 0; row < 200; ++row) {
    for (std::size_t t = 0; t < positions; ++t) {
      const auto token = static_cast<int>(tokens[row * positions + t]);
      const std::int32_t label = data.train.labels[row * positions + t];
      if (t < payload) {
        EXPECT_LT(token, 3);
        EXPECT_EQ(data.train.labels[row * positions + t + payload + length], token);
      } else {
        EXPECT_EQ(token, t == payload + length - 1 ? 4 : 3);
      }
      if (t < payload + length) {
        EXPECT_EQ(label, 3);
      }
    }
  }
}

TEST(Copy, WithoutMemoryTheBestLossIsThePublishedBaseline) {
  const std::size_t positions = 120;
  const DataSet data = load_data_set("copy", {});
  ASSERT_EQ(data.positions, 120);  // 100 + 2 · 10
  const double baseline = 10 * std::log(8.0) / 120;
  // That strategy: surely the blank before the answer, each symbol with probability 1/8 in it.
  double loss = 0;
  std::vector<std::map<std::int32_t, double>> counts(positions);
  for (std::size_t i = 0; i < data.train.labels.size(); ++i) {
    const std::int32_t label = data.train.labels[i];
    ++counts[i % positions][label];
    if (i % positions < 110) {
      ASSERT_EQ(label, 8);
    } else {
      ASSERT_LT(label, 8);
      loss += std::log(8.0);
    }
  }
  EXPECT_NEAR(loss / static_cast<double>(data.train.labels.size()), baseline, 1e-12);
  // No strategy that looks at the position alone does better: the entropy of the labels there, whose
  // estimate from n rows falls short by 7 / 2n of each position in the mean (Miller 1955).
  const double rows = 10000;
  double entropy = 0;
  for (const auto& position : counts) {
    for (const auto& [label, count] : position) entropy -= count / rows * std::log(count / rows);
  }
  EXPECT_NEAR(entropy / 120, baseline - 10 * 7 / (2 * rows) / 120, 4 * 10 * std::sqrt(14.0) / (2 * rows) / 120);
}

TEST(Sequences, TheSameTextGivesTheSameDataAndAnotherSeedOtherData) {
  for (const std::string name : {"adding", "copy"}) {
    const DataSet one = load_data_set(name + "(rows=50)", {});
    EXPECT_EQ(one.train.values, load_data_set(name + "(rows=50)", {}).train.values);
    EXPECT_NE(one.train.values, load_data_set(name + "(rows=50, seed=1)", {}).train.values);
    // The name spells out every setting, and is itself a text that gives the same data.
    const DataSet again = load_data_set(one.name, {});
    EXPECT_EQ(again.name, one.name);
    EXPECT_EQ(again.train.values, one.train.values);
    EXPECT_EQ(again.train.labels, one.train.labels);
    EXPECT_EQ(again.train.targets, one.train.targets);
    EXPECT_NE(load_data_set(name + "(rows=50, test_rows=50)", {}).test.values, one.train.values);
  }
}

TEST(Sequences, MoreRowsLeaveTheFirstOnesAsTheyAre) {
  for (const std::string name : {"adding", "copy"}) {
    const DataSet few = load_data_set(name + "(rows=20)", {});
    const DataSet many = load_data_set(name + "(rows=30)", {.limit_train = 20});
    EXPECT_EQ(few.train.values, many.train.values);
    EXPECT_EQ(few.train.labels, many.train.labels);
    EXPECT_EQ(few.train.targets, many.train.targets);
  }
}

TEST(Sequences, ArgumentsOutsideTheirDomainAreRefusedWithTheirName) {
  const auto message = [](const std::string& spec) {
    const Error error = error_of([&] { load_data_set(spec, {}); });
    EXPECT_TRUE(error.code() == ErrorCode::bad_value || error.code() == ErrorCode::unknown_name) << spec;
    EXPECT_THAT(error.where(), HasSubstr("data set")) << spec;
    return error.message();
  };
  EXPECT_THAT(message("adding(length=1)"), HasSubstr("length=1"));
  EXPECT_THAT(message("adding(length=0)"), HasSubstr("length=0"));
  EXPECT_THAT(message("adding(length=100001)"), HasSubstr("length=100001"));
  EXPECT_THAT(message("adding(rows=0)"), HasSubstr("rows=0"));
  EXPECT_THAT(message("adding(test_rows=0)"), HasSubstr("test_rows=0"));
  EXPECT_THAT(message("adding(seed=-1)"), HasSubstr("seed=-1"));
  EXPECT_THAT(message("adding(lenght=5)"), HasSubstr("length"));
  EXPECT_THAT(message("adding(length=100000, rows=10000000)"), HasSubstr("2^28"));
  EXPECT_THAT(message("copy(length=0)"), HasSubstr("length=0"));
  EXPECT_THAT(message("copy(symbols=1)"), HasSubstr("symbols=1"));
  EXPECT_THAT(message("copy(symbols=255)"), HasSubstr("symbols=255"));
  EXPECT_THAT(message("copy(payload=0)"), HasSubstr("payload=0"));
  EXPECT_THAT(message("copy(paylod=3)"), HasSubstr("payload"));
  EXPECT_THAT(message("copy(length=99999, rows=10000000)"), HasSubstr("2^28"));
}

TEST(Sequences, ATaskThatTheDataContradictIsRefused) {
  EXPECT_EQ(error_of([] { load_data_set("adding", {.task = Task::classification}); }).where(), "--task");
  EXPECT_EQ(error_of([] { load_data_set("copy", {.task = Task::regression}); }).where(), "--task");
  EXPECT_GT(load_data_set("adding(rows=5)", {.task = Task::regression}).train.count, 0);
}

TEST(Sequences, NetworksTakeTheSampleShapesAsTheyAre) {
  // Rows of images are the time steps: [28, 28] is [time, in].
  net::Graph images;
  net::NodeId x = images.add_input("image", Shape{28, 28});
  x = images.add("states", net::rnn({.units = 16}), {x});
  EXPECT_EQ(images.node(x).shape, (Shape{28, 16}));
  net::Graph adding;
  x = adding.add_input("x", load_data_set("adding(rows=5)", {}).sample_shape);
  x = adding.add("states", net::rnn({.units = 16, .last_only = true}), {x});
  EXPECT_EQ(adding.node(x).shape, Shape{16});
  const DataSet data = load_data_set("copy(rows=5)", {});
  net::Graph copy;
  x = copy.add_input("tokens", data.sample_shape);
  x = copy.add("embedding", net::embedding(data.vocabulary, 4), {x});
  x = copy.add("states", net::rnn({.units = 16}), {x});
  EXPECT_EQ(copy.node(x).shape, (Shape{data.positions, 16}));
}

}  // namespace
}  // namespace fanin::experiment
