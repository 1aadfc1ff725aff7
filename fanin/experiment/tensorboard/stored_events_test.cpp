// What the files hold is compared with results by tests/tensorboard/check_events.py; here is which files there are.
#include "fanin/experiment/tensorboard/stored_events.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/experiment/store/store_for_test.hpp"

namespace fanin::experiment {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

double noon() { return 1'000'000; }

StoredExperiment sweep_of(const std::string& data = "one") {
  StoredExperiment experiment{.kind = ExperimentKind::sweep, .name = "depth"};
  experiment.settings = R"({"sampling":"grid","base":{"width":"16"},"data_set":{"checksum":")" + data + "\"}}";
  return experiment;
}

StoredRun run_of(const std::string& key, const std::string& settings = R"({"depth":"4","seed":1})") {
  StoredRun run{.key = key, .init = "he_normal", .seed = 1, .settings = settings};
  run.seconds = 3;
  run.epochs = {{.epoch = 1, .steps = 10, .train_loss = 0.5, .seconds = 1},
                {.epoch = 2, .steps = 20, .train_loss = 0.25, .seconds = 2}};
  return run;
}

std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  return files;
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(StoredEvents, KnowWhichRunsTheyHave) {
  const StoreFolder folder("stored_events_has");
  const StoredEvents events(folder.path(), sweep_of(), noon);
  EXPECT_FALSE(events.has(run_of("a")));
  events.write(run_of("a"));
  EXPECT_TRUE(events.has(run_of("a")));
  EXPECT_FALSE(events.has(run_of("b"))) << "its settings read alike";
  EXPECT_FALSE(StoredEvents(folder.path(), sweep_of("two"), noon).has(run_of("a"))) << "of other data";
  events.write(run_of("a"));
  EXPECT_EQ(files_below(folder.path()).size(), 1U) << "the same run again is the same file";
}

TEST(StoredEvents, KeepRunsApartWhoseFoldersWouldHaveTheSameName) {
  const StoreFolder folder("stored_events_names");
  const StoredEvents events(folder.path(), sweep_of(), noon);
  for (const char* key : {"a", "b", "a", "b"}) events.write(run_of(key));
  const std::vector<std::filesystem::path> files = files_below(folder.path());
  ASSERT_EQ(files.size(), 2U);
  EXPECT_NE(files[0].parent_path(), files[1].parent_path());
}

TEST(StoredEvents, OfAFailedRunGiveWayToThoseOfItsSecondTry) {
  const StoreFolder folder("stored_events_failed");
  const StoredEvents events(folder.path(), sweep_of(), noon);
  StoredRun run = run_of("a");
  run.status = StoredStatus::failed;
  events.write(run);
  EXPECT_TRUE(events.has(run));
  run.status = StoredStatus::finished;
  EXPECT_FALSE(events.has(run));
  events.write(run);
  EXPECT_TRUE(events.has(run));
  EXPECT_EQ(files_below(folder.path()).size(), 1U);
}

// A kill while a file is written leaves one that has no name TensorBoard looks for.
TEST(StoredEvents, AreNotTakenForWholeWhenTheyWereCutOff) {
  const StoreFolder folder("stored_events_cut");
  const StoredEvents events(folder.path(), sweep_of(), noon);
  events.write(run_of("a"));
  const std::filesystem::path whole = files_below(folder.path()).at(0);
  const std::string name = whole.filename().string();
  const std::filesystem::path torn = whole.parent_path() / ("unfinished" + name.substr(name.find(".fanin.")));
  std::filesystem::rename(whole, torn);
  std::filesystem::resize_file(torn, 40);
  EXPECT_FALSE(events.has(run_of("a")));
  events.write(run_of("a"));
  EXPECT_TRUE(events.has(run_of("a")));
  EXPECT_EQ(files_below(folder.path()).size(), 1U);
}

TEST(StoredEvents, OfASweepHaveItsSettingsAsHyperparameters) {
  const StoreFolder folder("stored_events_table");
  write_experiment_events(folder.path(), sweep_of(), std::vector<StoredRun>{run_of("a"), run_of("b")}, noon);
  write_experiment_events(folder.path(), sweep_of(), std::vector<StoredRun>{run_of("a"), run_of("b")}, noon);
  const std::vector<std::filesystem::path> files = files_below(folder.path());
  ASSERT_EQ(files.size(), 1U) << "the second one says nothing new";
  const std::string bytes = bytes_of(files[0]);
  EXPECT_THAT(bytes, HasSubstr("depth"));
  EXPECT_THAT(bytes, HasSubstr("width"));
  EXPECT_THAT(bytes, Not(HasSubstr("sampling")));
}

TEST(StoredEvents, SayWhatCannotBeWritten) {
  const StoreFolder folder("stored_events_refused");
  std::ofstream(folder.path() / "file") << "x";
  EXPECT_THROW(StoredEvents(folder.path() / "file", sweep_of(), noon).write(run_of("a")), Error);
}

}  // namespace
}  // namespace fanin::experiment
