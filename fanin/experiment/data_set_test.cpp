#include "fanin/experiment/data_set.hpp"

#include <gmock/gmock.h>

#include <cstdlib>

#include "fanin/experiment/data/known.hpp"
#include "fanin/experiment/data/test_files.hpp"

namespace fanin::experiment {
namespace {

using ::testing::HasSubstr;

// Sets an environment variable for the length of a test.
class Environment final {
 public:
  Environment(const char* name, const std::string& value) : name_(name) {
    const char* before = std::getenv(name);
    if (before != nullptr) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  ~Environment() {
    if (before_) {
      ::setenv(name_, before_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

TEST(DataSets, AKnownNameIsFoundBelowTheDataFolderFirst) {
  const TestFolder folder;
  std::filesystem::create_directories(folder.path() / "fashion-mnist");
  write_idx_set(folder, "fashion-mnist/");
  const Environment environment("FANIN_DATA_DIR", folder.path().string());
  const DataSet data = load_data_set("fashion-mnist", {});
  EXPECT_EQ(data.name, "fashion-mnist");
  EXPECT_EQ(data.source, (folder.path() / "fashion-mnist").string());
  EXPECT_EQ(data.train.count, 5);
  EXPECT_EQ(data.scaling.description, "bytes scaled to [0, 1]");
}

TEST(DataSets, AKnownNameThatIsNowhereSaysHowToGetIt) {
  const TestFolder folder;
  const Environment environment("FANIN_DATA_DIR", folder.path().string());
  const Environment home("HOME", folder.path().string());
  const Error error = error_of([] { load_data_set("kmnist", {}); });
  EXPECT_EQ(error.code(), ErrorCode::missing_data);
  EXPECT_THAT(error.message(), HasSubstr((folder.path() / "kmnist").string()));
  EXPECT_THAT(error.message(), HasSubstr("/usr/share/datasets/kmnist"));
  EXPECT_THAT(error.message(), HasSubstr((folder.path() / ".cache/fanin/kmnist").string()));
  EXPECT_THAT(error.message(), HasSubstr("--data DIR"));
}

TEST(DataSets, TheUsualFoldersComeInTheirOrder) {
  const Environment environment("FANIN_DATA_DIR", "/d");
  const Environment home("HOME", "/h");
  const std::vector<std::filesystem::path> expected = {"/d/mnist", "/usr/share/datasets/mnist", "data/mnist",
                                                       "/h/.cache/fanin/mnist"};
  EXPECT_EQ(usual_folders("mnist"), expected);
}

TEST(DataSets, EmnistChoosesItsSplit) {
  const TestFolder folder;
  std::filesystem::create_directories(folder.path() / "emnist");
  write_idx_set(folder, "emnist/emnist-balanced-");
  write_idx_set(folder, "emnist/emnist-letters-");
  const Environment environment("FANIN_DATA_DIR", folder.path().string());
  EXPECT_EQ(load_data_set("emnist", {}).name, "emnist(split=balanced)");
  EXPECT_EQ(load_data_set("emnist(letters)", {}).name, "emnist(split=letters)");
  const Error error = error_of([] { load_data_set("emnist(split=leters)", {}); });
  EXPECT_EQ(error.code(), ErrorCode::unknown_name);
  EXPECT_THAT(error.message(), HasSubstr("letters"));
}

TEST(DataSets, AFolderIsCalledByItsOwnName) {
  const TestFolder folder;
  std::filesystem::create_directories(folder.path() / "mine");
  write_idx_set(folder, "mine/");
  EXPECT_EQ(load_data_set((folder.path() / "mine").string(), {}).name, "mine");
  EXPECT_EQ(load_data_set((folder.path() / "mine").string() + "/", {}).name, "mine");
  EXPECT_EQ(load_data_set((folder.path() / "mine/..//mine").string(), {}).name, "mine");
}

TEST(DataSets, ATableIsSplitAndScaledByColumn) {
  const TestFolder folder;
  std::string text = "a,b,y\n";
  for (int i = 0; i < 100; ++i)
    text += std::to_string(i) + "," + std::to_string(1000 * i) + "," + std::to_string(i % 2) + "\n";
  const std::string path = folder.write("t.csv", text).string();
  const DataSet data = load_data_set(path, {.validation_fraction = 0.25, .test_fraction = 0.2, .target_column = "y"});
  EXPECT_EQ(data.train.count, 60);
  EXPECT_EQ(data.validation.count, 20);
  EXPECT_EQ(data.test.count, 20);
  EXPECT_EQ(data.sample_shape, Shape{2});
  EXPECT_THAT(data.scaling.description, HasSubstr("each column"));
}

TEST(DataSets, AnOptionWithoutUseIsRefused) {
  const TestFolder folder;
  write_idx_set(folder, "");
  const std::string idx = folder.path().string();
  for (const std::string& source : {idx, std::string("spirals"), std::string("parity")}) {
    EXPECT_EQ(error_of([&] { load_data_set(source, {.target_column = "y"}); }).where(), "--target") << source;
    const Error error = error_of([&] { load_data_set(source, {.test_fraction = 0.2}); });
    EXPECT_EQ(error.where(), "--test-fraction") << source;
    EXPECT_THAT(error.message(), HasSubstr("--limit-test"));
  }
  EXPECT_EQ(error_of([] { load_data_set("text(length=8)", {.target_column = "y"}); }).where(), "--target");
  EXPECT_GT(load_data_set("text(length=8)", {.test_fraction = 0.5}).test.count,
            load_data_set("text(length=8)", {}).test.count);
}

TEST(DataSets, UnknownNamesGetTheNearestOnes) {
  const Error error = error_of([] { load_data_set("fashon-mnist", {}); });
  EXPECT_EQ(error.code(), ErrorCode::unknown_name);
  EXPECT_THAT(error.message(), HasSubstr("fashion-mnist"));
  EXPECT_EQ(error_of([] { load_data_set("sprials(noise=0)", {}); }).code(), ErrorCode::unknown_name);
}

TEST(DataSets, PathsThatAreNoDataSetAreRefused) {
  const TestFolder folder;
  EXPECT_EQ(error_of([&] { load_data_set((folder.path() / "no.csv").string(), {}); }).code(), ErrorCode::missing_data);
  EXPECT_EQ(error_of([&] { load_data_set("no.npz", {}); }).code(), ErrorCode::missing_data);
  EXPECT_EQ(error_of([&] { load_data_set(folder.path().string(), {}); }).code(), ErrorCode::missing_data);
  const std::string text = folder.write("a.txt", "hello").string();
  EXPECT_EQ(error_of([&] { load_data_set(text, {}); }).code(), ErrorCode::unsupported);
  EXPECT_EQ(error_of([] { load_data_set("", {}); }).where(), "--data");
  EXPECT_EQ(error_of([] { load_data_set(std::string(100000, 'a'), {}); }).where(), "--data");
  EXPECT_EQ(error_of([] { load_data_set("spirals(", {}); }).code(), ErrorCode::bad_syntax);
}

TEST(DataSets, AnArgumentMayHoldAPath) {
  const TestFolder folder;
  const std::string file = folder.write("deep/er/a.txt", "abcabcabcabcabc").string();
  EXPECT_EQ(load_data_set("text (file=" + file + ", length=2)", {}).train.features, 2);
}

TEST(DataSets, RegressionOnLabelsIsRefused) {
  EXPECT_EQ(error_of([] { load_data_set("spirals", {.task = Task::regression}); }).where(), "--task");
  EXPECT_EQ(error_of([] { load_data_set("teacher(task=classification)", {.task = Task::regression}); }).where(),
            "--task");
}

TEST(DataSets, EveryListedSetThatNeedsNoFilesLoads) {
  int generated = 0;
  for (const KnownDataSet& known : known_data_sets()) {
    if (is_known_file_set(known.name)) continue;
    EXPECT_GT(load_data_set(known.name, {}).train.count, 0) << known.name;
    ++generated;
  }
  EXPECT_EQ(generated, 6);  // with the text that comes with fanin
}

}  // namespace
}  // namespace fanin::experiment
