#include "fanin/experiment/data/idx_folder.hpp"

#include <gmock/gmock.h>

#include "fanin/experiment/data/test_files.hpp"

namespace fanin::experiment {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(IdxFolder, ReadsBothPartsWithLabelsAndShape) {
  const TestFolder folder;
  write_idx_set(folder);
  const RawData raw = read_idx_folder(folder.path(), "tiny", "");
  EXPECT_EQ(raw.name, "tiny");
  EXPECT_EQ(raw.sample_shape, (Shape{1, 2}));
  EXPECT_EQ(raw.outputs, 3);
  EXPECT_EQ(raw.train.count, 5);
  EXPECT_EQ(raw.train.features, 2);
  EXPECT_THAT(std::get<std::vector<std::uint8_t>>(raw.train.values), ElementsAre(0, 255, 51, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT(raw.train.labels, ElementsAre(0, 1, 2, 1, 0));
  EXPECT_THAT(std::get<std::vector<std::uint8_t>>(raw.test.values), ElementsAre(10, 20, 30, 40));
  EXPECT_THAT(raw.test.labels, ElementsAre(2, 1));
}

TEST(IdxFolder, TakesTheNamesThatDistributionsUse) {
  const TestFolder folder;
  folder.write("x-train-images.idx3-ubyte", idx_bytes({2, 1, 1}, {1, 2}));
  folder.write("x-train-labels.idx1-ubyte", idx_bytes({2}, {0, 1}));
  folder.write("x-test-images.idx3-ubyte", idx_bytes({1, 1, 1}, {3}));
  folder.write("x-test-labels.idx1-ubyte", idx_bytes({1}, {0}));
  folder.write("readme.txt", "nothing to see");
  EXPECT_TRUE(holds_idx_files(folder.path()));
  EXPECT_EQ(read_idx_folder(folder.path(), "x", "").test.count, 1);
}

TEST(IdxFolder, SeveralSetsInOneFolderAreToldApart) {
  const TestFolder folder;
  write_idx_set(folder, "emnist-balanced-");
  write_idx_set(folder, "emnist-letters-");
  folder.write("emnist-letters-train-labels-idx1-ubyte", idx_bytes({5}, {0, 1, 2, 3, 0}));
  EXPECT_EQ(read_idx_folder(folder.path(), "e", "letters").outputs, 4);
  EXPECT_EQ(read_idx_folder(folder.path(), "e", "balanced").outputs, 3);
  const Error error = error_of([&] { read_idx_folder(folder.path(), "e", ""); });
  EXPECT_EQ(error.code(), ErrorCode::bad_value);
  EXPECT_THAT(error.message(), HasSubstr("emnist-balanced-train-*, emnist-letters-train-*"));
}

TEST(IdxFolder, WhatIsMissingIsNamed) {
  const TestFolder folder;
  EXPECT_FALSE(holds_idx_files(folder.path()));
  EXPECT_FALSE(holds_idx_files(folder.path() / "nowhere"));
  Error error = error_of([&] { read_idx_folder(folder.path(), "tiny", ""); });
  EXPECT_EQ(error.code(), ErrorCode::missing_data);
  EXPECT_THAT(error.message(), HasSubstr("train-images-idx3-ubyte"));
  write_idx_set(folder);
  std::filesystem::remove(folder.path() / "t10k-labels-idx1-ubyte");
  error = error_of([&] { read_idx_folder(folder.path(), "tiny", ""); });
  EXPECT_EQ(error.code(), ErrorCode::missing_data);
  EXPECT_THAT(error.message(), HasSubstr("lacks the test labels"));
}

TEST(IdxFolder, LabelsOutsideTheClassesAreRefusedWithRowAndByteOffset) {
  const TestFolder folder;
  write_idx_set(folder);
  folder.write("t10k-labels-idx1-ubyte", idx_bytes({2}, {2, 9}));
  const Error error = error_of([&] { read_idx_folder(folder.path(), "tiny", ""); });
  EXPECT_EQ(error.code(), ErrorCode::bad_value);
  EXPECT_THAT(error.where(), HasSubstr("t10k-labels-idx1-ubyte, row 1, byte offset 9"));
  EXPECT_THAT(error.message(), HasSubstr("the label is 9"));
  EXPECT_THAT(error.message(), HasSubstr("classes 0 to 2"));
}

TEST(IdxFolder, PartsThatDoNotMatchAreRefused) {
  const TestFolder folder;
  write_idx_set(folder);
  folder.write("train-labels-idx1-ubyte", idx_bytes({4}, {0, 1, 2, 1}));
  Error error = error_of([&] { read_idx_folder(folder.path(), "tiny", ""); });
  EXPECT_EQ(error.code(), ErrorCode::bad_data);
  EXPECT_THAT(error.message(), HasSubstr("[4] for 5 images"));
  write_idx_set(folder);
  folder.write("t10k-images-idx3-ubyte", idx_bytes({1, 2, 2}, {1, 2, 3, 4}));
  error = error_of([&] { read_idx_folder(folder.path(), "tiny", ""); });
  EXPECT_EQ(error.code(), ErrorCode::bad_data);
  EXPECT_THAT(error.message(), HasSubstr("[2, 2]"));
}

TEST(IdxFolder, EmptyTruncatedAndOneClassDataAreRefused) {
  const TestFolder folder;
  write_idx_set(folder);
  folder.write("train-images-idx3-ubyte", idx_bytes({0, 1, 2}, {}));
  EXPECT_THAT(error_of([&] { read_idx_folder(folder.path(), "tiny", ""); }).message(), HasSubstr("no rows"));
  folder.write("train-images-idx3-ubyte", idx_bytes({5, 1, 2}, {1, 2, 3}));
  const Error error = error_of([&] { read_idx_folder(folder.path(), "tiny", ""); });
  EXPECT_EQ(error.code(), ErrorCode::bad_data);
  EXPECT_THAT(error.where(), HasSubstr("byte offset"));
  write_idx_set(folder);
  folder.write("train-labels-idx1-ubyte", idx_bytes({5}, {0, 0, 0, 0, 0}));
  EXPECT_THAT(error_of([&] { read_idx_folder(folder.path(), "tiny", ""); }).message(),
              HasSubstr("all training labels"));
}

}  // namespace
}  // namespace fanin::experiment
