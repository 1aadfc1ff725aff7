// Data that is missing or damaged: exit status 3, with file, offset and the way to the data.
// Output that cannot be written: exit status 4, before any training.
#include <gmock/gmock.h>

#include <algorithm>

#include "program.hpp"

namespace fanin::cli_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Finished compare(const std::filesystem::path& data) {
  return run({"compare", "--data", data.string(), "--inits", "zeros", "--epochs", "1", "--seeds", "1"});
}

TEST(Data, AFolderOfIdxFilesIsAllItTakes) {
  const TemporaryFolder folder;
  write_idx_folder(folder / "mnist");
  const Finished finished = run({"compare", "--data", (folder / "mnist").string(), "--inits", "zeros,he_uniform",
                                 "--epochs", "8", "--seeds", "2", "--batch-size", "8", "--lr", "0.01"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("64 training and 32 test rows"), HasSubstr("16-256-128-2"),
                                  HasSubstr("he_uniform       100.00 ± 0.00 %"), HasSubstr("50.00 ± 0.00 %")));
}

TEST(Data, AMissingFolderSaysWhatToGive) {
  const Finished finished = compare("/nonexistent/mnist");
  EXPECT_EQ(finished.status, 3);
  EXPECT_THAT(finished.err, AllOf(HasSubstr("/nonexistent/mnist"), HasSubstr("no such file"), HasSubstr("IDX")));
}

TEST(Data, AFolderThatLacksAFileNamesIt) {
  const TemporaryFolder folder;
  write_idx_folder(folder / "mnist");
  std::filesystem::remove(folder / "mnist" / "t10k-labels-idx1-ubyte");
  const Finished finished = compare(folder / "mnist");
  EXPECT_EQ(finished.status, 3);
  EXPECT_THAT(finished.err, HasSubstr("t10k-labels"));
}

TEST(Data, ATruncatedFileIsNamedWithItsOffset) {
  const TemporaryFolder folder;
  write_idx_folder(folder / "mnist");
  const std::filesystem::path images = folder / "mnist" / "train-images-idx3-ubyte";
  std::filesystem::resize_file(images, 500);
  const Finished finished = compare(folder / "mnist");
  EXPECT_EQ(finished.status, 3);
  EXPECT_THAT(finished.err, AllOf(HasSubstr(images.string()), HasSubstr("byte"), HasSubstr("500")));
}

TEST(Data, ADamagedHeaderIsNamedWithItsOffset) {
  const TemporaryFolder folder;
  write_idx_folder(folder / "mnist");
  const std::filesystem::path labels = folder / "mnist" / "train-labels-idx1-ubyte";
  std::string bytes = read_file(labels);
  bytes[2] = 'X';
  write_file(labels, bytes);
  const Finished finished = compare(folder / "mnist");
  EXPECT_EQ(finished.status, 3);
  EXPECT_THAT(finished.err, AllOf(HasSubstr(labels.string()), HasSubstr("byte")));
}

TEST(Data, AnErrorInDataDoesNotSendPeopleToTheHelp) {
  EXPECT_THAT(compare("/nonexistent/mnist").err, Not(HasSubstr("--help")));
}

TEST(Output, UnwritableFilesAreFoundBeforeTraining) {
  const TemporaryFolder folder;
  write_idx_folder(folder / "mnist");
  write_file(folder / "file", "");
  const std::string data = (folder / "mnist").string();
  const std::string missing = (folder / "missing" / "x.json").string();
  const std::string below_file = (folder / "file" / "runs").string();
  for (const Arguments& output : {Arguments{"--json", missing},
                                  {"--json", folder.path().string()},
                                  {"--out", below_file},
                                  {"--out", data + "/train-images-idx3-ubyte"}}) {
    Arguments arguments{"compare", "--data", data, "--inits", "zeros", "--epochs", "1", "--seeds", "1"};
    arguments.insert(arguments.end(), output.begin(), output.end());
    const Finished finished = run(arguments);
    EXPECT_EQ(finished.status, 4) << finished.err;
    EXPECT_THAT(finished.err, AllOf(HasSubstr(output[1]), Not(HasSubstr("epoch"))));
    EXPECT_EQ(finished.out, "");
  }
}

TEST(Output, AMissingFolderIsNamed) {
  const TemporaryFolder folder;
  const Finished finished = run({"init", "--net", "4-2", "-o", (folder / "models/w.safetensors").string()});
  EXPECT_EQ(finished.status, 4);
  EXPECT_THAT(finished.err, HasSubstr("there is no folder " + (folder / "models").string() + "; create it first"));
}

TEST(Output, ADiskThatIsFullAtTheEndDoesNotTakeTheTableAlong) {
  const Finished finished = run({"compare", "--data", "spirals(points=64, test_points=32)", "--inits", "zeros",
                                 "--epochs", "1", "--seeds", "1", "--json", "/dev/full"});
  EXPECT_EQ(finished.status, 4);
  EXPECT_THAT(finished.out, HasSubstr("zeros"));
  EXPECT_THAT(finished.err, AllOf(HasSubstr("/dev/full"), HasSubstr("No space left")));
}

TEST(Output, AFullStandardOutputIsAnError) {
  const Finished finished = run_into("/dev/full", {"list", "data"});
  EXPECT_EQ(finished.status, 4);
  EXPECT_THAT(finished.err, HasSubstr("standard output"));
}

TEST(Output, TheOutFolderIsCreatedAndHoldsNothingElse) {
  const TemporaryFolder folder;
  const std::filesystem::path out = folder / "runs/first";
  const Finished finished = run({"compare", "--data", "spirals(points=64, test_points=32)", "--inits", "zeros,ones",
                                 "--epochs", "2", "--seeds", "2", "--out", out.string(), "--quiet"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, IsEmpty());
  EXPECT_THAT(finished.err, IsEmpty());
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(out)) names.push_back(entry.path().filename().string());
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("result.json", "epochs.csv", "fanin.sqlite",
                                                     ::testing::AnyOf("report.html", "report.json")));
  const std::string csv = read_file(out / "epochs.csv");
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + 2 * 2 * 2);
}

}  // namespace
}  // namespace fanin::cli_test
