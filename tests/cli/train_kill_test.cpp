// A training that is killed or stopped at any moment and resumed ends with the bits of one that never was.
#include <gmock/gmock.h>
#include <signal.h>

#include <random>
#include <thread>

#include "tests/support/json.hpp"
#include "train_runs.hpp"

namespace fanin::cli_test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;
using tests::parse_json;

/// 6 epochs of 5 steps with dropout, batch statistics and a schedule, and a checkpoint after every step.
Arguments checkpointed(const std::filesystem::path& folder) {
  return {"train",
          "mlp(2, 24, norm=batch, dropout=0.2)",
          "--data",
          kSpirals,
          "--validation",
          "0.2",
          "--batch-size",
          "13",
          "--epochs",
          "6",
          "--chunks",
          "2",
          "--schedule",
          "cosine(warmup=10)",
          "--clip",
          "global_norm=1",
          "--checkpoint-seconds",
          "0",
          "--out",
          folder.string()};
}

Arguments resumed(const std::filesystem::path& folder) {
  return {"train", "--resume", folder.string(), "--checkpoint-seconds", "0"};
}

bool writes_checkpoint(const std::filesystem::path& folder) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().filename().string().starts_with(".last.safetensors.")) return true;
  }
  return false;
}

/// The history of a training without its times.
json history(const std::filesystem::path& folder) {
  json result = parse_json(read_file(folder / "train.json"));
  result.erase("seconds");
  for (json& epoch : result.at("epochs")) epoch.erase("seconds");
  return result;
}

/// Starts and resumes a training, ending each but the last with `kill`, until one comes to its end. The number of
/// those killed.
int train_through_kills(const std::filesystem::path& folder, const std::function<void(Program&)>& kill) {
  for (int killed = 0; killed < 1000; ++killed) {
    const bool begun = std::filesystem::exists(folder / "last.safetensors");
    Program program(begun ? resumed(folder) : checkpointed(folder));
    kill(program);
    const Finished finished = program.finish();
    if (finished.status == 0) return killed;
    EXPECT_EQ(finished.status, 128 + SIGKILL) << finished.err;
    if (finished.status != 128 + SIGKILL) break;
  }
  return -1;
}

/// One training that nothing disturbs, for all tests.
class Kill : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const Finished finished = run(checkpointed(whole() / "run"));
    ASSERT_EQ(finished.status, 0) << finished.err;
  }
  static const TemporaryFolder& whole() {
    static const TemporaryFolder folder;
    return folder;
  }
  static void expect_like_whole(const std::filesystem::path& folder) {
    for (const char* file : {"last.safetensors", "best.safetensors"}) {
      EXPECT_TRUE(tensor_bytes(folder / file) == tensor_bytes(whole() / "run" / file)) << file;
    }
    EXPECT_EQ(history(folder), history(whole() / "run"));
    EXPECT_THAT(files_in(folder), UnorderedElementsAre("last.safetensors", "best.safetensors", "train.json",
                                                       "epochs.csv", AnyOf("report.html", "report.json"),
                                                       "fanin.sqlite"));  // what the killed left is gone
  }
};

/// Waits until `count` more checkpoints have been written, or the program has ended.
void watch_checkpoints(const Program& program, const std::filesystem::path& folder, int count) {
  const auto written = [&folder] {
    std::error_code error;
    return std::filesystem::last_write_time(folder / "last.safetensors", error);
  };
  for (auto before = written(); count > 0; --count) {
    while (written() == before) {
      if (program.ended()) return;
    }
    before = written();
  }
}

TEST_F(Kill, AtManyMoments) {
  const TemporaryFolder folder;
  std::mt19937 random(7);
  std::uniform_int_distribution<int> checkpoints(0, 3);
  std::uniform_int_distribution<int> microseconds(0, 10'000);
  const int killed = train_through_kills(folder / "run", [&](Program& program) {
    watch_checkpoints(program, folder / "run", checkpoints(random));
    std::this_thread::sleep_for(std::chrono::microseconds(microseconds(random)));
    program.signal(SIGKILL);
  });
  EXPECT_GE(killed, 3);
  expect_like_whole(folder / "run");
}

TEST_F(Kill, WhileACheckpointIsWritten) {
  const TemporaryFolder folder;
  std::mt19937 random(8);
  std::uniform_int_distribution<int> checkpoints(1, 4);  // none would mean no progress
  int in_writing = 0;
  train_through_kills(folder / "run", [&](Program& program) {
    watch_checkpoints(program, folder / "run", checkpoints(random));
    while (!writes_checkpoint(folder / "run") && !program.ended()) {
    }
    program.signal(SIGKILL);
    if (writes_checkpoint(folder / "run")) ++in_writing;
  });
  EXPECT_GE(in_writing, 1);
  expect_like_whole(folder / "run");
}

TEST_F(Kill, CtrlCSavesAndSaysHowToGoOn) {
  for (const int number : {SIGINT, SIGTERM}) {
    const TemporaryFolder folder;
    Program program(checkpointed(folder / "run"));
    ASSERT_TRUE(program.wait_for("epoch 2 of 6"));
    program.signal(number);
    const Finished finished = program.finish();
    EXPECT_EQ(finished.status, 130);
    EXPECT_THAT(finished.err, HasSubstr("stopping after this step with a checkpoint"));
    EXPECT_THAT(finished.out, AllOf(HasSubstr("Interrupted after "), HasSubstr("Saved: " + (folder / "run").string()),
                                    HasSubstr("Go on: fanin train --resume " + (folder / "run").string())));
    EXPECT_EQ(history(folder / "run").at("status"), "interrupted");
    const Finished rest = run(resumed(folder / "run"));
    EXPECT_EQ(rest.status, 0) << rest.err;
    EXPECT_THAT(rest.err, HasSubstr("going on after step"));
    EXPECT_THAT(rest.out, HasSubstr("Finished: 6 epochs, 30 steps"));
    expect_like_whole(folder / "run");
  }
}

/// One step takes seconds.
Arguments sluggish(const Arguments& more) {
  Arguments arguments{"train",        "2-4096-4096-2", "--data", "spirals(points=4096, test_points=64)",
                      "--batch-size", "4096"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(Interrupted, ASecondCtrlCQuitsAtOnce) {
  const TemporaryFolder folder;
  Program program(sluggish({"--out", (folder / "run").string()}));
  ASSERT_TRUE(program.wait_for("on spirals"));
  program.signal(SIGINT);
  ASSERT_TRUE(program.wait_for("stopping"));
  program.signal(SIGINT);
  const Finished finished = program.finish();
  EXPECT_EQ(finished.status, 130);
  EXPECT_EQ(finished.out, "");
  EXPECT_THAT(files_in(folder / "run"), ::testing::IsEmpty());
}

TEST(Interrupted, CtrlZSuspendsAndWhatIsComputedStaysAsItIs) {
  const TemporaryFolder folder;
  const std::string file = (folder / "run" / "last.safetensors").string();
  ASSERT_EQ(
      run({"train", "2-1024-1024-2", "--data", kSpirals, "--steps", "1", "--out", (folder / "run").string()}).status,
      0);
  // In the middle of matrix products: oneDNN's have their stack pointer on the heap, where no handler may run.
  const Arguments evaluation{"evaluate", file, "--data", "spirals(points=64, test_points=20000)", "--json"};
  const Finished undisturbed = run(evaluation);
  ASSERT_EQ(undisturbed.status, 0) << undisturbed.err;
  Program program(evaluation);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  for (int i = 0; i < 20; ++i) {
    program.signal(SIGTSTP);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    program.signal(SIGCONT);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const Finished finished = program.finish();
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_EQ(finished.out, undisturbed.out);
}

TEST(Interrupted, AnEvaluationEndsToo) {
  const TemporaryFolder folder;
  const std::string run_folder = (folder / "run").string();
  ASSERT_EQ(run({"train", "2-2048-2048-2", "--data", kSpirals, "--steps", "1", "--out", run_folder}).status, 0);
  Program program({"evaluate", run_folder + "/last.safetensors", "--data", "spirals(points=64, test_points=400000)"});
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  program.signal(SIGINT);
  const Finished finished = program.finish();
  EXPECT_EQ(finished.status, 130);
  EXPECT_EQ(finished.out, "");
}

}  // namespace
}  // namespace fanin::cli_test
