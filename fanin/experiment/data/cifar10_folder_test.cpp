#include "fanin/experiment/data/cifar10_folder.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <cstdlib>

#include "fanin/experiment/data/test_files.hpp"
#include "fanin/experiment/data_set.hpp"

namespace fanin::experiment {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A record whose three channels are constant.
std::string record(int label, int red, int green, int blue) {
  std::string bytes(1, static_cast<char>(label));
  for (const int value : {red, green, blue}) bytes.append(1024, static_cast<char>(value));
  return bytes;
}

// Batch i holds one image of class i in the shades 10 i, 20 i and 100; the test batch one of class 9.
void write_batches(const TestFolder& folder, const std::string& below = "") {
  for (int i = 1; i <= 5; ++i) {
    folder.write(below + "data_batch_" + std::to_string(i) + ".bin", record(i, 10 * i, 20 * i, 100));
  }
  folder.write(below + "test_batch.bin", record(9, 255, 0, 100));
}

TEST(Cifar10Folder, TheFiveBatchesAreTheTrainingPartInTheirOrder) {
  const TestFolder folder;
  write_batches(folder);
  EXPECT_TRUE(holds_cifar10_files(folder.path()));
  const RawData raw = read_cifar10_folder(folder.path(), "cifar-10");
  EXPECT_EQ(raw.sample_shape, (Shape{3, 32, 32}));
  EXPECT_EQ(raw.outputs, 10);
  EXPECT_EQ(raw.train.count, 5);
  EXPECT_EQ(raw.train.features, 3072);
  EXPECT_THAT(raw.train.labels, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(raw.test.labels, ElementsAre(9));
  const auto& bytes = std::get<std::vector<std::uint8_t>>(raw.train.values);
  EXPECT_EQ(bytes[2 * 3072], 30);         // batch 3, red
  EXPECT_EQ(bytes[2 * 3072 + 2047], 60);  // its last green pixel
  EXPECT_EQ(bytes[2 * 3072 + 2048], 100);
}

TEST(Cifar10Folder, StandardizingMeasuresEachChannel) {
  const TestFolder folder;
  write_batches(folder);
  const DataSet data = load_data_set(folder.path().string(), {.standardize = true});
  EXPECT_EQ(data.scaling.description, "standardized per channel by the training part");
  ASSERT_EQ(data.scaling.shift.size(), 3072U);
  // Red is 10 … 50: mean 30, variance 200. Green is twice that. Blue is constant.
  EXPECT_EQ(data.scaling.shift[0], 30);
  EXPECT_EQ(data.scaling.shift[1023], 30);
  EXPECT_FLOAT_EQ(data.scaling.divisor[500], std::sqrt(200.0F));
  EXPECT_EQ(data.scaling.shift[1024], 60);
  EXPECT_FLOAT_EQ(data.scaling.divisor[2047], 2 * std::sqrt(200.0F));
  EXPECT_EQ(data.scaling.shift[2048], 100);
  EXPECT_EQ(data.scaling.divisor[3071], 1);
}

TEST(Cifar10Folder, AFolderGivenByItsPathIsRecognized) {
  const TestFolder folder;
  write_batches(folder, "mine/");
  const DataSet data = load_data_set((folder.path() / "mine").string(), {});
  EXPECT_EQ(data.name, "mine");
  EXPECT_EQ(data.scaling.description, "bytes scaled to [0, 1]");
  EXPECT_EQ(data.positions, 1);
  EXPECT_FALSE(data.tokens);
}

TEST(Cifar10Folder, TheKnownNameIsFoundAlsoInTheArchivesOwnFolder) {
  for (const std::string below : {"cifar-10/", "cifar-10/cifar-10-batches-bin/"}) {
    const TestFolder folder;
    write_batches(folder, below);
    ::setenv("FANIN_DATA_DIR", folder.path().c_str(), 1);
    EXPECT_EQ(load_data_set("cifar-10", {}).train.count, 5);
    EXPECT_EQ(load_data_set("cifar-10", {}).name, "cifar-10");
    EXPECT_EQ(load_data_set("cifar-10", {.limit_train = 2}).train.count, 2);
    ::unsetenv("FANIN_DATA_DIR");
  }
}

TEST(Cifar10Folder, TheKnownNameThatIsNowhereSaysWhatToPutWhere) {
  const TestFolder folder;
  ::setenv("FANIN_DATA_DIR", folder.path().c_str(), 1);
  const Error error = error_of([] { load_data_set("cifar-10", {}); });
  ::unsetenv("FANIN_DATA_DIR");
  EXPECT_EQ(error.code(), ErrorCode::missing_data);
  EXPECT_THAT(error.message(), HasSubstr((folder.path() / "cifar-10").string()));
  EXPECT_THAT(error.message(), HasSubstr("data_batch_1.bin"));
  EXPECT_THAT(error.message(), HasSubstr("test_batch.bin"));
  EXPECT_THAT(error.message(), HasSubstr("--data DIR"));
}

TEST(Cifar10Folder, AMissingBatchIsNamed) {
  const TestFolder folder;
  write_batches(folder);
  std::filesystem::remove(folder.path() / "data_batch_4.bin");
  const Error error = error_of([&] { read_cifar10_folder(folder.path(), "x"); });
  EXPECT_EQ(error.code(), ErrorCode::missing_data);
  EXPECT_THAT(error.message(), HasSubstr("lacks data_batch_4.bin"));
  EXPECT_FALSE(holds_cifar10_files(folder.path() / "nowhere"));
}

TEST(Cifar10Folder, ADamagedBatchIsNamedWithItsOffset) {
  const TestFolder folder;
  write_batches(folder);
  folder.write("data_batch_2.bin", record(2, 1, 2, 3) + record(77, 1, 2, 3));
  const Error error = error_of([&] { load_data_set(folder.path().string(), {}); });
  EXPECT_EQ(error.code(), ErrorCode::bad_data);
  EXPECT_THAT(error.where(), HasSubstr("data_batch_2.bin, byte offset 3073"));
}

TEST(Cifar10Folder, ImagesOfOneClassAreRefused) {
  const TestFolder folder;
  write_batches(folder);
  for (int i = 1; i <= 5; ++i) folder.write("data_batch_" + std::to_string(i) + ".bin", record(7, i, i, i));
  EXPECT_EQ(error_of([&] { read_cifar10_folder(folder.path(), "x"); }).code(), ErrorCode::bad_value);
}

}  // namespace
}  // namespace fanin::experiment
