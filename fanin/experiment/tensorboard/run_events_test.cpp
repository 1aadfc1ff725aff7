// What the files hold is compared with results by tests/tensorboard/check_events.py, which has a reader of its own;
// here are names, folders and what is left out.
#include "fanin/experiment/tensorboard/run_events.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/experiment/store/store_for_test.hpp"

namespace fanin::experiment {
namespace {

double second_two() { return 2.0; }

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  return files;
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(RunEvents, HaveAFolderNameThatSaysWhatTheRunIs) {
  EXPECT_EQ(run_folder_name({.init = "he_normal", .seed = 3}), "he_normal, seed 3");
  EXPECT_EQ(run_folder_name({.init = "he_normal", .settings = R"({"gain":1.5,"net":"a/b"})"}),
            "he_normal, gain=1.5, net=a_b, seed 0");
  EXPECT_EQ(run_folder_name({.init = "../../etc"}), "_._.._etc, seed 0");
  EXPECT_EQ(run_folder_name({.init = std::string("a\nb\0c", 5)}), "a_b_c, seed 0");
  const std::string one = run_folder_name({.init = std::string(500, 'x') + "1"});
  EXPECT_LE(one.size(), 255U);
  EXPECT_NE(one, run_folder_name({.init = std::string(500, 'x') + "2"}));
}

TEST(RunEvents, NeverWriteOverAFileThatIsThere) {
  const StoreFolder folder("events_again");
  for (std::size_t i = 1; i <= 3; ++i) {
    RunEvents events(folder.path() / "run", second_two);
    EXPECT_EQ(files_in(folder.path() / "run").size(), i);
  }
}

TEST(RunEvents, LeaveOutWhatWasNotMeasured) {
  const StoreFolder folder("events_nan");
  {
    RunEvents events(folder.path(), second_two);
    events.epoch({.epoch = 1, .steps = 10, .train_loss = 0.5});
  }
  const std::string bytes = bytes_of(files_in(folder.path()).at(0));
  EXPECT_NE(bytes.find("loss/train"), std::string::npos);
  EXPECT_EQ(bytes.find("accuracy"), std::string::npos);
  EXPECT_EQ(bytes.find("loss/test"), std::string::npos);
}

TEST(RunEvents, HoldTheHistogramsOfATrace) {
  const StoreFolder folder("events_trace");
  observe::Trace trace;
  trace.parameters.emplace_back();
  trace.parameters[0].name = "layer1.weight";
  trace.steps.resize(1);
  trace.steps[0].parameters.resize(1);
  const std::vector<float> values{-1, 0, 0, 3};
  trace.steps[0].parameters[0].value = tensor_statistics(values);
  trace.steps[0].parameters[0].value_histogram = {.low = -1, .high = 3, .counts = {1, 2, 0, 1}};
  {
    RunEvents events(folder.path(), second_two);
    events.trace(trace);
  }
  EXPECT_NE(bytes_of(files_in(folder.path()).at(0)).find("weights/layer1.weight"), std::string::npos);
}

TEST(RunEvents, SayWhatCannotBeWritten) {
  const StoreFolder folder("events_refused");
  std::ofstream(folder.path() / "file") << "x";
  EXPECT_THROW(RunEvents(folder.path() / "file" / "run", second_two), Error);
}

}  // namespace
}  // namespace fanin::experiment
