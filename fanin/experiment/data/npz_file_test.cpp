#include "fanin/experiment/data/npz_file.hpp"

#include <gmock/gmock.h>

#include <limits>

#include "fanin/experiment/data/test_files.hpp"
#include "fanin/io/npz.hpp"

namespace fanin::experiment {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <typename T>
void add(io::NpzWriter& writer, std::string_view name, const Shape& shape, const std::vector<T>& values) {
  writer.add(name, io::view_of(std::span<const T>(values), shape));
}

TEST(NpzFile, ReadsKerasNamesWithImagesAsBytes) {
  const TestFolder folder;
  const auto path = folder.path() / "tiny.npz";
  io::NpzWriter writer(path);
  add<std::uint8_t>(writer, "x_train", {3, 2, 1}, {1, 2, 3, 4, 5, 255});
  add<std::uint8_t>(writer, "y_train", {3}, {0, 1, 2});
  add<std::uint8_t>(writer, "x_test", {1, 2, 1}, {9, 8});
  add<std::uint8_t>(writer, "y_test", {1}, {2});
  writer.commit();
  const RawData raw = read_npz_file(path, Task::automatic);
  EXPECT_EQ(raw.name, "tiny");
  EXPECT_EQ(raw.sample_shape, (Shape{2, 1}));
  EXPECT_EQ(raw.outputs, 3);
  EXPECT_EQ(raw.loss, net::Loss::softmax_cross_entropy);
  EXPECT_THAT(std::get<std::vector<std::uint8_t>>(raw.train.values), ElementsAre(1, 2, 3, 4, 5, 255));
  EXPECT_THAT(raw.test.labels, ElementsAre(2));
}

TEST(NpzFile, FloatTargetsMeanRegressionAndMayHaveSeveralOutputs) {
  const TestFolder folder;
  const auto path = folder.path() / "curve.npz";
  io::NpzWriter writer(path);
  add<double>(writer, "X", {2, 1}, {0.5, 1.5});
  add<float>(writer, "y", {2, 2}, {1, 2, 3, 4});
  writer.commit();
  const RawData raw = read_npz_file(path, Task::automatic);
  EXPECT_EQ(raw.loss, net::Loss::mean_squared_error);
  EXPECT_EQ(raw.outputs, 2);
  EXPECT_EQ(raw.test.count, 0);
  EXPECT_THAT(raw.train.targets, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(error_of([&] { read_npz_file(path, Task::classification); }).message(), HasSubstr("one class number"));
}

TEST(NpzFile, TheTaskOverrulesTheTypeOfTheTargets) {
  const TestFolder folder;
  const auto path = folder.path() / "a.npz";
  io::NpzWriter writer(path);
  add<float>(writer, "x", {3}, {0.5F, 1.5F, 2.5F});
  add<std::int64_t>(writer, "y", {3, 1}, {0, 1, 1});
  writer.commit();
  EXPECT_EQ(read_npz_file(path, Task::automatic).outputs, 2);
  const RawData raw = read_npz_file(path, Task::regression);
  EXPECT_EQ(raw.loss, net::Loss::mean_squared_error);
  EXPECT_THAT(raw.train.targets, ElementsAre(0, 1, 1));
  EXPECT_EQ(raw.sample_shape, (Shape{1}));
}

TEST(NpzFile, BadContentsAreRefusedWithFileArrayAndRow) {
  const TestFolder folder;
  const auto path = folder.path() / "bad.npz";
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto write = [&](const std::vector<float>& x, const std::vector<std::int64_t>& y) {
    io::NpzWriter writer(path);
    add<float>(writer, "X", {static_cast<std::int64_t>(x.size()) / 2, 2}, x);
    add<std::int64_t>(writer, "y", {static_cast<std::int64_t>(y.size())}, y);
    writer.commit();
  };
  const auto error = [&] { return error_of([&] { read_npz_file(path, Task::automatic); }); };
  write({1, 2, 3, nan}, {0, 1});
  EXPECT_EQ(error().code(), ErrorCode::bad_data);
  EXPECT_THAT(error().where(), HasSubstr("bad.npz"));
  EXPECT_THAT(error().where(), HasSubstr("row 1, value 1"));
  EXPECT_THAT(error().message(), HasSubstr("NaN"));
  write({1, 2, 3, 4}, {0, 1, 1});
  EXPECT_EQ(error().code(), ErrorCode::bad_data);
  write({1, 2, 3, 4}, {0, -1});
  EXPECT_EQ(error().code(), ErrorCode::bad_value);
  EXPECT_THAT(error().where(), HasSubstr("row 1"));
  write({1, 2, 3, 4}, {0, 1'000'000'000});
  EXPECT_EQ(error().code(), ErrorCode::bad_value);
  EXPECT_THAT(error().message(), HasSubstr("regression"));
  write({}, {});
  EXPECT_EQ(error().code(), ErrorCode::bad_data);
}

TEST(NpzFile, SequencesAndImagesKeepTheirShape) {
  const TestFolder folder;
  for (const Shape& shape : {Shape{2, 3, 2}, Shape{2, 1, 2, 3}}) {
    const auto path = folder.path() / "shaped.npz";
    io::NpzWriter writer(path);
    add<float>(writer, "x", shape, std::vector<float>(12, 0.5F));
    add<std::int64_t>(writer, "y", {2}, {0, 1});
    writer.commit();
    const RawData raw = read_npz_file(path, Task::automatic);
    EXPECT_EQ(raw.sample_shape, sample_shape_of(shape));
    EXPECT_EQ(raw.train.features, 6);
    EXPECT_EQ(raw.train.positions, 1);
  }
}

TEST(NpzFile, ASequenceMayHaveALabelForEachPosition) {
  const TestFolder folder;
  const auto path = folder.path() / "tags.npz";
  const auto write = [&](const Shape& y_shape) {
    io::NpzWriter writer(path);
    add<float>(writer, "x_train", {2, 3, 1}, {1, 2, 3, 4, 5, 6});
    add<std::int64_t>(writer, "y_train", y_shape, {0, 1, 2, 2, 1, 0});
    add<float>(writer, "x_test", {1, 3, 1}, {1, 2, 3});
    add<std::int64_t>(writer, "y_test", {1, 3}, {2, 2, 7});
    writer.commit();
  };
  write({2, 3});
  const Error error = error_of([&] { read_npz_file(path, Task::automatic); });
  EXPECT_EQ(error.code(), ErrorCode::bad_value);
  EXPECT_THAT(error.where(), HasSubstr("row 0"));
  EXPECT_THAT(error.message(), HasSubstr("the label is 7"));
  io::NpzWriter writer(path);
  add<float>(writer, "x", {2, 3, 1}, {1, 2, 3, 4, 5, 6});
  add<std::int64_t>(writer, "y", {2, 3}, {0, 1, 2, 2, 1, 3});
  writer.commit();
  const RawData raw = read_npz_file(path, Task::automatic);
  EXPECT_EQ(raw.train.positions, 3);
  EXPECT_EQ(raw.outputs, 4);
  EXPECT_THAT(raw.train.labels, ElementsAre(0, 1, 2, 2, 1, 3));
  const DataSet data = assemble(raw, {.test_fraction = 0.5});
  EXPECT_EQ(data.positions, 3);
  EXPECT_EQ(data.test.labels.size(), 3U);
}

TEST(NpzFile, LabelsForOtherPositionsThanTheInputsAreRefused) {
  const TestFolder folder;
  const auto path = folder.path() / "tags.npz";
  io::NpzWriter writer(path);
  add<float>(writer, "x", {3, 3, 1}, std::vector<float>(9, 1));
  add<std::int64_t>(writer, "y", {3, 2}, {0, 1, 2, 2, 1, 0});
  writer.commit();
  EXPECT_THAT(error_of([&] { read_npz_file(path, Task::automatic); }).message(), HasSubstr("[rows, 3]"));
}

TEST(NpzFile, AVocabularyMakesTheInputsTokens) {
  const TestFolder folder;
  const auto path = folder.path() / "tokens.npz";
  const auto write = [&](const std::vector<std::int64_t>& x, const std::vector<std::int64_t>& vocabulary) {
    io::NpzWriter writer(path);
    add<std::int64_t>(writer, "x", {2, 2}, x);
    add<std::int64_t>(writer, "y", {2}, {0, 1});
    add<std::int64_t>(writer, "vocabulary", {static_cast<std::int64_t>(vocabulary.size())}, vocabulary);
    writer.commit();
  };
  const auto error = [&] { return error_of([&] { read_npz_file(path, Task::automatic); }); };
  write({0, 16'777'215, 3, 4}, {16'777'216});
  const DataSet data = assemble(read_npz_file(path, Task::automatic), {.test_fraction = 0.5});
  EXPECT_TRUE(data.tokens);
  EXPECT_EQ(data.vocabulary, 16'777'216);
  EXPECT_TRUE(data.token_texts.empty());
  EXPECT_EQ(data.scaling.description, "tokens");
  write({0, 5, 3, 4}, {5});
  EXPECT_THAT(error().message(), HasSubstr("the input 5 is no token of a vocabulary of 5"));
  EXPECT_THAT(error().where(), HasSubstr("row 0"));
  write({0, 1, -3, 4}, {5});
  EXPECT_THAT(error().where(), HasSubstr("row 1"));
  write({0, 1, 1, 0}, {16'777'217});
  EXPECT_EQ(error().code(), ErrorCode::bad_value);
  write({0, 1, 1, 0}, {1});
  EXPECT_EQ(error().code(), ErrorCode::bad_value);
  write({0, 1, 1, 0}, {5, 6});
  EXPECT_THAT(error().message(), HasSubstr("one integer"));
}

TEST(NpzFile, AnArchiveOfOtherArraysSaysWhatIsWantedAndFound) {
  const TestFolder folder;
  const auto path = folder.path() / "other.npz";
  io::NpzWriter writer(path);
  add<float>(writer, "weights", {2}, {1, 2});
  writer.commit();
  const Error error = error_of([&] { read_npz_file(path, Task::automatic); });
  EXPECT_THAT(error.message(), HasSubstr("x_train and y_train"));
  EXPECT_THAT(error.message(), HasSubstr("found: weights"));
}

}  // namespace
}  // namespace fanin::experiment
