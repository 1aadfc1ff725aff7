#include "fanin/experiment/data/csv_file.hpp"

#include <gmock/gmock.h>

#include "fanin/experiment/data/test_files.hpp"

namespace fanin::experiment {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kFlowers =
    "length,width,species,rank\n"
    "5.1,3.5,setosa,0\n"
    "7.0,3.2,versicolor,2\n"
    "6.3,3.3,\"red, wild\",1\n"
    "4.9,3.0,setosa,0\n";

TEST(CsvFile, AColumnOfWordsGivesClassesInAlphabeticalOrder) {
  const TestFolder folder;
  const RawData raw = read_csv_file(folder.write("flowers.csv", kFlowers), "species", Task::automatic);
  EXPECT_EQ(raw.name, "flowers");
  EXPECT_EQ(raw.outputs, 3);
  EXPECT_THAT(raw.train.labels, ElementsAre(1, 2, 0, 1));
  EXPECT_EQ(raw.train.features, 3);
  EXPECT_THAT(std::get<std::vector<float>>(raw.train.values),
              ElementsAre(5.1F, 3.5F, 0, 7.0F, 3.2F, 2, 6.3F, 3.3F, 1, 4.9F, 3.0F, 0));
  EXPECT_EQ(raw.test.count, 0);
}

TEST(CsvFile, WholeNumbersAreLabelsUnlessRegressionIsAskedFor) {
  const TestFolder folder;
  const auto path = folder.write("t.csv", "a,b\n1.5,0\n2.5,1\n3.5,2\n");
  EXPECT_EQ(read_csv_file(path, "b", Task::automatic).outputs, 3);
  EXPECT_EQ(read_csv_file(path, "1", Task::automatic).outputs, 3);
  EXPECT_EQ(read_csv_file(path, "-1", Task::automatic).outputs, 3);
  const RawData raw = read_csv_file(path, "b", Task::regression);
  EXPECT_EQ(raw.loss, net::Loss::mean_squared_error);
  EXPECT_EQ(raw.outputs, 1);
  EXPECT_THAT(raw.train.targets, ElementsAre(0, 1, 2));
  EXPECT_EQ(read_csv_file(path, "a", Task::automatic).loss, net::Loss::mean_squared_error);
}

TEST(CsvFile, TheTargetMustBeNamed) {
  const TestFolder folder;
  const auto path = folder.write("flowers.csv", kFlowers);
  const Error missing = error_of([&] { read_csv_file(path, "", Task::automatic); });
  EXPECT_EQ(missing.where(), "--target");
  EXPECT_THAT(missing.message(), HasSubstr("length, width, species, rank"));
  const Error unknown = error_of([&] { read_csv_file(path, "specis", Task::automatic); });
  EXPECT_EQ(unknown.code(), ErrorCode::unknown_name);
  EXPECT_THAT(unknown.message(), HasSubstr("species"));
}

TEST(CsvFile, BadCellsAreRefusedWithTheirLine) {
  const TestFolder folder;
  const auto error = [&](const std::string& text, const std::string& target, Task task) {
    return error_of([&] { read_csv_file(folder.write("t.csv", text), target, task); });
  };
  EXPECT_THAT(error("a,b\n1,0\nx,1\n", "b", Task::automatic).where(), HasSubstr("line 3"));
  EXPECT_THAT(error("a,b\n1,0\nnan,1\n", "b", Task::automatic).where(), HasSubstr("line 3"));
  EXPECT_THAT(error("a,b\n1,0\n1e300,1\n", "b", Task::automatic).where(), HasSubstr("line 3"));
  EXPECT_THAT(error("a,b\n1,0\n2,-1\n", "b", Task::automatic).where(), HasSubstr("line 3"));
  EXPECT_EQ(error("a,b\n1,0\n2,-1\n", "b", Task::automatic).code(), ErrorCode::bad_value);
  EXPECT_THAT(error("a,b\n1,0\n2,0.5\n", "b", Task::classification).where(), HasSubstr("line 3"));
  EXPECT_THAT(error("a,b\n1,x\n2,y\n", "b", Task::regression).where(), HasSubstr("line 2"));
  EXPECT_THAT(error("a,b\n1,x\n2,\n", "b", Task::automatic).where(), HasSubstr("line 3"));
  EXPECT_EQ(error("b\n1\n0\n", "b", Task::automatic).code(), ErrorCode::bad_data);
  EXPECT_EQ(error("a,b\n1,1\n2,1\n", "b", Task::automatic).code(), ErrorCode::bad_value);
  EXPECT_EQ(error("", "b", Task::automatic).code(), ErrorCode::bad_data);
}

}  // namespace
}  // namespace fanin::experiment
