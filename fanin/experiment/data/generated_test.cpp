#include "fanin/experiment/data/generated.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "fanin/experiment/data/test_files.hpp"
#include "fanin/experiment/data_set.hpp"

namespace fanin::experiment {
namespace {

using ::testing::HasSubstr;

const std::vector<float>& floats(const Samples& samples) { return std::get<std::vector<float>>(samples.values); }
const std::vector<std::uint8_t>& bytes(const Samples& samples) {
  return std::get<std::vector<std::uint8_t>>(samples.values);
}

TEST(Spirals, PointsWithoutNoiseLieOnTheArmOfTheirClass) {
  const DataSet data = load_data_set("spirals(classes=3, noise=0, turns=1.25, points=300, test_points=30)", {});
  EXPECT_EQ(data.outputs, 3);
  EXPECT_EQ(data.train.count, 300);
  EXPECT_EQ(data.test.count, 30);
  const std::vector<float>& values = floats(data.train);
  for (std::size_t i = 0; i < 300; ++i) {
    EXPECT_EQ(data.train.labels[i], static_cast<int>(i % 3));
    const auto x = static_cast<double>(values[2 * i]);
    const auto y = static_cast<double>(values[2 * i + 1]);
    const double radius = std::hypot(x, y);
    const double angle = 2 * std::numbers::pi * (1.25 * radius + static_cast<double>(i % 3) / 3);
    EXPECT_LT(radius, 1);
    EXPECT_NEAR(x, radius * std::cos(angle), 1e-5);
    EXPECT_NEAR(y, radius * std::sin(angle), 1e-5);
  }
}

TEST(Spirals, TheNoiseHasTheStandardDeviationAskedFor) {
  const DataSet clean = load_data_set("spirals(noise=0, points=20000)", {});
  const DataSet noisy = load_data_set("spirals(noise=0.1, points=20000)", {});
  double squares = 0;
  for (std::size_t i = 0; i < 40000; ++i) {
    const double d = static_cast<double>(floats(noisy.train)[i]) - static_cast<double>(floats(clean.train)[i]);
    squares += d * d;
  }
  // The variance of 40,000 normal values has the relative standard error sqrt(2 / 40000) = 0.7 %.
  EXPECT_NEAR(squares / 40000, 0.01, 0.01 * 4 * std::sqrt(2.0 / 40000));
}

TEST(Parity, TheLabelIsTheParityOfTheSameFewBitsInBothParts) {
  const DataSet data = load_data_set("parity(bits=8, relevant=3, points=2000, test_points=500)", {});
  EXPECT_EQ(data.outputs, 2);
  // Exactly one triple of places explains every label.
  int explanations = 0;
  for (std::size_t a = 0; a < 8; ++a) {
    for (std::size_t b = a + 1; b < 8; ++b) {
      for (std::size_t c = b + 1; c < 8; ++c) {
        bool explains = true;
        for (const Samples* part : {&data.train, &data.test}) {
          for (std::size_t i = 0; i < part->labels.size() && explains; ++i) {
            const std::uint8_t* row = bytes(*part).data() + 8 * i;
            explains = (row[a] + row[b] + row[c]) % 2 == part->labels[i];
          }
        }
        explanations += explains ? 1 : 0;
      }
    }
  }
  EXPECT_EQ(explanations, 1);
}

TEST(Parity, BitsAreFairAndStayZeroAndOne) {
  const DataSet data = load_data_set("parity(bits=10, points=10000)", {});
  double ones = 0;
  for (const std::uint8_t bit : bytes(data.train)) {
    EXPECT_LE(bit, 1);
    ones += bit;
  }
  EXPECT_NEAR(ones / 100000, 0.5, 4 * 0.5 / std::sqrt(100000.0));
  std::vector<float> out(10);
  gather_inputs(data.train, data.scaling, std::vector<std::uint32_t>{0}, out);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(out[i], static_cast<float>(bytes(data.train)[i]));
}

TEST(Parity, NoiseFlipsThatShareOfTheTrainingLabelsOnly) {
  const DataSet clean = load_data_set("parity(points=10000)", {});
  const DataSet noisy = load_data_set("parity(points=10000, noise=0.2)", {});
  int flipped = 0;
  for (std::size_t i = 0; i < 10000; ++i) flipped += clean.train.labels[i] != noisy.train.labels[i] ? 1 : 0;
  EXPECT_NEAR(flipped / 10000.0, 0.2, 4 * std::sqrt(0.2 * 0.8 / 10000));
  EXPECT_EQ(clean.test.labels, noisy.test.labels);
}

TEST(Teacher, TargetsHaveTheVarianceOfARandomTanhNetwork) {
  const DataSet data = load_data_set("teacher(inputs=50, hidden=200, outputs=100, points=500)", {});
  EXPECT_EQ(data.loss, net::Loss::mean_squared_error);
  EXPECT_EQ(data.train.targets.size(), 50000U);
  double squares = 0;
  for (const float target : data.train.targets) squares += static_cast<double>(target) * static_cast<double>(target);
  // E tanh(z)^2 = 0.39429 for a standard normal z (numpy.trapz over [-12, 12], 100,001 points). One
  // output's second moment scatters by sqrt(2 / 200) for its 200 weights and by about
  // sqrt(2 / 50) * 0.36 / 0.39 for the correlations of 200 units over 50 inputs: together 0.21, over
  // 100 outputs 0.021.
  EXPECT_NEAR(squares / 50000, 0.39429, 4 * 0.021 * 0.39429);
}

TEST(Teacher, NoiseFallsOnTheTrainingTargetsOnly) {
  const DataSet clean = load_data_set("teacher(points=5000)", {});
  const DataSet noisy = load_data_set("teacher(points=5000, noise=0.5)", {});
  double squares = 0;
  for (std::size_t i = 0; i < 5000; ++i) {
    const double d = static_cast<double>(noisy.train.targets[i]) - static_cast<double>(clean.train.targets[i]);
    squares += d * d;
  }
  EXPECT_NEAR(squares / 5000, 0.25, 0.25 * 4 * std::sqrt(2.0 / 5000));
  EXPECT_EQ(clean.test.targets, noisy.test.targets);
}

TEST(Teacher, ClassificationLabelsTheLargestOutput) {
  const DataSet values = load_data_set("teacher(outputs=5, points=200)", {});
  const DataSet labels = load_data_set("teacher(outputs=5, points=200, task=classification)", {});
  EXPECT_EQ(labels.loss, net::Loss::softmax_cross_entropy);
  EXPECT_TRUE(labels.train.targets.empty());
  for (std::size_t row = 0; row < 200; ++row) {
    const auto begin = values.train.targets.begin() + static_cast<std::ptrdiff_t>(5 * row);
    EXPECT_EQ(labels.train.labels[row], std::max_element(begin, begin + 5) - begin);
  }
  EXPECT_EQ(load_data_set("teacher(points=20)", {.task = Task::classification}).outputs, 4);
}

TEST(Generated, TheSameTextGivesTheSameDataAndAnotherSeedOtherData) {
  for (const std::string name : {"spirals", "teacher", "parity"}) {
    const DataSet one = load_data_set(name + "(points=50)", {});
    EXPECT_EQ(one.train.values, load_data_set(name + "(points=50)", {}).train.values);
    EXPECT_NE(one.train.values, load_data_set(name + "(points=50, seed=1)", {}).train.values);
    // The name spells out every setting, and is itself a text that gives the same data.
    EXPECT_EQ(one.train.values, load_data_set(one.name, {}).train.values);
    EXPECT_EQ(one.name, load_data_set(one.name, {}).name);
    EXPECT_NE(one.train.values, one.test.values);
  }
}

TEST(Generated, MorePointsLeaveTheFirstOnesAsTheyAre) {
  const DataSet few = load_data_set("spirals(points=50)", {});
  const DataSet many = load_data_set("spirals(points=60)", {});
  EXPECT_TRUE(std::equal(floats(few.train).begin(), floats(few.train).end(), floats(many.train).begin()));
}

TEST(Generated, ArgumentsOutsideTheirDomainAreRefusedWithTheirName) {
  const auto message = [](const std::string& spec) {
    const Error error = error_of([&] { load_data_set(spec, {}); });
    EXPECT_TRUE(error.code() == ErrorCode::bad_value || error.code() == ErrorCode::unknown_name) << spec;
    return error.message();
  };
  EXPECT_THAT(message("spirals(classes=1)"), HasSubstr("classes=1"));
  EXPECT_THAT(message("spirals(points=-5)"), HasSubstr("points=-5"));
  EXPECT_THAT(message("spirals(points=1000000000000)"), HasSubstr("points=1000000000000"));
  EXPECT_THAT(message("spirals(noise=-1)"), HasSubstr("noise=-1"));
  EXPECT_THAT(message("spirals(seed=-1)"), HasSubstr("seed=-1"));
  EXPECT_THAT(message("spirals(pionts=5)"), HasSubstr("points"));
  EXPECT_THAT(message("parity(bits=4, relevant=5)"), HasSubstr("relevant=5"));
  EXPECT_THAT(message("parity(bits=100000, points=10000000)"), HasSubstr("2^28"));
  EXPECT_THAT(message("teacher(outputs=0)"), HasSubstr("outputs=0"));
  EXPECT_THAT(message("teacher(outputs=1, task=classification)"), HasSubstr("outputs=1"));
  EXPECT_THAT(message("teacher(task=rgression)"), HasSubstr("rgression"));
  EXPECT_THAT(message("teacher(activation=rleu)"), HasSubstr("relu"));
}

TEST(Generated, ShortTextReadsBackAsTheSameNumber) {
  EXPECT_EQ(short_text(0.1), "0.1");
  EXPECT_EQ(short_text(1), "1");
  EXPECT_EQ(short_text(1e-9), "1e-09");
}

}  // namespace
}  // namespace fanin::experiment
