#include "fanin/experiment/samples.hpp"

#include <gmock/gmock.h>

#include <numeric>

#include "fanin/core/error.hpp"

namespace fanin::experiment {
namespace {

using ::testing::ElementsAre;

Samples byte_samples(std::int64_t rows, std::int64_t features) {
  Samples samples;
  samples.count = rows;
  samples.features = features;
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(rows * features));
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 37 % 256);
  samples.values = bytes;
  for (std::int64_t i = 0; i < rows; ++i) samples.labels.push_back(static_cast<std::int32_t>(i % 7));
  return samples;
}

TEST(Samples, EveryByteBecomesTheFloatNearestToItsQuotient) {
  Samples samples;
  samples.count = 1;
  samples.features = 256;
  auto& bytes = samples.values.emplace<std::vector<std::uint8_t>>(256);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  std::vector<float> out(256);
  gather_inputs(samples, {{0.0F}, {255.0F}, ""}, std::vector<std::uint32_t>{0}, out);
  for (int byte = 0; byte < 256; ++byte) {
    EXPECT_EQ(out[static_cast<std::size_t>(byte)], static_cast<float>(byte / 255.0)) << byte;
  }
}

TEST(Samples, GatheringKeepsTheOrderAskedForAndRepeats) {
  const Samples samples = byte_samples(40, 3);
  const auto& bytes = std::get<std::vector<std::uint8_t>>(samples.values);
  const std::vector<std::uint32_t> rows = {39, 0, 7, 7, 12, 1, 38, 2, 5, 11, 39};
  std::vector<float> inputs(rows.size() * 3);
  std::vector<std::int32_t> labels(rows.size());
  gather_inputs(samples, {{0.0F}, {1.0F}, ""}, rows, inputs);
  gather_labels(samples, rows, labels);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(labels[i], static_cast<std::int32_t>(rows[i] % 7));
    for (std::size_t j = 0; j < 3; ++j) {
      EXPECT_EQ(inputs[i * 3 + j], static_cast<float>(bytes[rows[i] * 3 + j])) << i << " " << j;
    }
  }
}

TEST(Samples, EachFeatureMayHaveItsOwnScaling) {
  Samples samples;
  samples.count = 2;
  samples.features = 2;
  samples.values = std::vector<float>{10, 100, 30, 500};
  std::vector<float> out(4);
  gather_inputs(samples, {{10, 300}, {20, 100}, ""}, std::vector<std::uint32_t>{1, 0}, out);
  EXPECT_THAT(out, ElementsAre(1, 2, 0, -2));
}

TEST(Samples, TargetsAreGatheredInRowsOfTheirWidth) {
  Samples samples = byte_samples(3, 1);
  samples.targets = {1, 2, 3, 4, 5, 6};
  std::vector<float> out(4);
  gather_targets(samples, std::vector<std::uint32_t>{2, 0}, out);
  EXPECT_THAT(out, ElementsAre(5, 6, 1, 2));
}

TEST(Samples, LabelsOfEveryPositionStayTogether) {
  Samples samples = byte_samples(4, 2);
  samples.positions = 3;
  samples.labels = {0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32};
  std::vector<std::int32_t> out(9);
  gather_labels(samples, std::vector<std::uint32_t>{3, 0, 3}, out);
  EXPECT_THAT(out, ElementsAre(30, 31, 32, 0, 1, 2, 30, 31, 32));
  const Samples part = take_rows(samples, std::vector<std::uint32_t>{2, 1});
  EXPECT_EQ(part.positions, 3);
  EXPECT_THAT(part.labels, ElementsAre(20, 21, 22, 10, 11, 12));
  keep_first_rows(samples, 2);
  EXPECT_THAT(samples.labels, ElementsAre(0, 1, 2, 10, 11, 12));
}

TEST(Samples, TokensUpToTwoToThe24thArriveExactly) {
  Samples samples;
  samples.count = 1;
  samples.features = 3;
  samples.values = std::vector<float>{0, 16'777'215, 12'345'677};
  std::vector<float> out(3);
  gather_inputs(samples, {{0.0F}, {1.0F}, ""}, std::vector<std::uint32_t>{0}, out);
  EXPECT_EQ(static_cast<std::int64_t>(out[1]), 16'777'215);
  EXPECT_EQ(static_cast<std::int64_t>(out[2]), 12'345'677);
}

TEST(Samples, TheZeroFractionIsThatOfTheScaledInputs) {
  for (const InputScaling& scaling : {InputScaling{{0.0F}, {255.0F}, ""}, InputScaling{{37.0F}, {2.0F}, ""},
                                      InputScaling{{0, 37, 74}, {1, 1, 1}, ""}}) {
    const Samples samples = byte_samples(100, 3);
    std::vector<std::uint32_t> rows(100);
    std::iota(rows.begin(), rows.end(), 0U);
    std::vector<float> out(300);
    gather_inputs(samples, scaling, rows, out);
    const auto zeros = static_cast<double>(std::count(out.begin(), out.end(), 0.0F));
    EXPECT_GT(zeros, 0);
    EXPECT_EQ(zero_fraction(samples, scaling), zeros / 300);
  }
  EXPECT_EQ(zero_fraction(Samples{}, InputScaling{}), 0);
}

TEST(Samples, TakenRowsCarryInputsLabelsAndTargets) {
  Samples samples = byte_samples(4, 2);
  samples.targets = {0.5F, 1.5F, 2.5F, 3.5F};
  const Samples part = take_rows(samples, std::vector<std::uint32_t>{3, 1});
  EXPECT_EQ(part.count, 2);
  EXPECT_EQ(part.features, 2);
  EXPECT_THAT(std::get<std::vector<std::uint8_t>>(part.values), ElementsAre(6 * 37 % 256, 7 * 37 % 256, 74, 111));
  EXPECT_THAT(part.labels, ElementsAre(3, 1));
  EXPECT_THAT(part.targets, ElementsAre(3.5F, 1.5F));
  EXPECT_THROW(take_rows(samples, std::vector<std::uint32_t>{4}), Error);
}

TEST(Samples, KeepingTheFirstRowsDropsTheRestEverywhere) {
  Samples samples = byte_samples(4, 2);
  samples.targets = {0.5F, 1.5F, 2.5F, 3.5F};
  keep_first_rows(samples, 0);
  EXPECT_EQ(samples.count, 4);
  keep_first_rows(samples, 9);
  EXPECT_EQ(samples.count, 4);
  keep_first_rows(samples, 3);
  EXPECT_EQ(samples.count, 3);
  EXPECT_EQ(std::get<std::vector<std::uint8_t>>(samples.values).size(), 6U);
  EXPECT_EQ(samples.labels.size(), 3U);
  EXPECT_THAT(samples.targets, ElementsAre(0.5F, 1.5F, 2.5F));
}

}  // namespace
}  // namespace fanin::experiment
