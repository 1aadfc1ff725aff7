#include "fanin/experiment/store/merge.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/experiment/store/store_for_test.hpp"

namespace fanin::experiment {
namespace {

/// A store in `folder` with these runs of one experiment.
std::filesystem::path store_of(const std::filesystem::path& file, const std::vector<StoredRun>& runs) {
  StoreWriter writer(file);
  const std::int64_t experiment = writer.continue_experiment(some_experiment());
  for (const StoredRun& run : runs) writer.commit_run(experiment, run);
  return file;
}

TEST(StoreMerge, PutsShardsTogetherWithEverythingTheyHold) {
  const StoreFolder folder("merge_shards");
  const std::vector<std::filesystem::path> shards{store_of(folder.path() / "1", {full_run("a"), full_run("b")}),
                                                  store_of(folder.path() / "2", {full_run("c"), full_run("b")})};
  const MergeResult result = merge_stores(folder.store(), shards);
  EXPECT_EQ(result.experiments, 1);
  EXPECT_EQ(result.added, 3);
  EXPECT_EQ(result.equal, 1);
  const StoreReader reader(folder.store());
  ASSERT_EQ(reader.experiments().size(), 1U);
  EXPECT_EQ(reader.experiments()[0].command_line, some_experiment().command_line);
  const auto runs = reader.runs({});
  ASSERT_EQ(runs.size(), 3U);
  for (const StoredRun& run : runs) expect_equal(reader.run(run.id), full_run(run.key));
  EXPECT_EQ(merge_stores(folder.store(), shards).equal, 4);  // again changes nothing
  EXPECT_EQ(StoreReader(folder.store()).runs({}).size(), 3U);
}

TEST(StoreMerge, CompletesAnInterruptedRunAndKeepsACompleteOne) {
  const StoreFolder folder("merge_interrupted");
  StoredRun half = full_run("a");
  half.status = StoredStatus::interrupted;
  half.epochs.resize(1);
  store_of(folder.store(), {half, full_run("b")});
  StoredRun other = half;
  other.key = "b";
  const std::vector sources{store_of(folder.path() / "1", {full_run("a"), other})};
  const MergeResult result = merge_stores(folder.store(), sources);
  EXPECT_EQ(result.replaced, 1);
  EXPECT_EQ(result.equal, 1);
  for (const StoredRun& run : StoreReader(folder.store()).runs({})) EXPECT_TRUE(is_complete(run.status)) << run.key;
}

TEST(StoreMerge, RefusesStoresThatDisagreeAndWritesNothing) {
  const StoreFolder folder("merge_conflict");
  StoredRun other = full_run("b");
  other.epochs.back().test_loss += 1e-15;
  const std::vector sources{store_of(folder.path() / "1", {full_run("a"), full_run("b")}),
                            store_of(folder.path() / "2", {other})};
  try {
    merge_stores(folder.store(), sources);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::bad_value);
    EXPECT_NE(error.message().find("'b'"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find(sources[0].string()), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find(sources[1].string()), std::string::npos) << error.what();
  }
  EXPECT_FALSE(std::filesystem::exists(folder.store()));
}

TEST(StoreMerge, DoesNotMindTimes) {
  const StoreFolder folder("merge_times");
  StoredRun slower = full_run("a");
  slower.seconds *= 2;
  slower.epochs[0].seconds *= 2;
  slower.ended_at = "2030-01-01T00:00:00Z";
  EXPECT_TRUE(same_result(slower, full_run("a")));
  slower.epochs[0].train_loss *= 2;
  EXPECT_FALSE(same_result(slower, full_run("a")));
  slower = full_run("a");
  slower.status = StoredStatus::finished;
  EXPECT_FALSE(same_result(slower, full_run("a")));
}

TEST(StoreMerge, RefusesItself) {
  const StoreFolder folder("merge_itself");
  const std::vector sources{store_of(folder.store(), {full_run("a")})};
  EXPECT_THROW(merge_stores(folder.store(), sources), Error);
}

}  // namespace
}  // namespace fanin::experiment
