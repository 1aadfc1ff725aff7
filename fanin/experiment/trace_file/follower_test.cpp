#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "fanin/experiment/data/test_files.hpp"
#include "fanin/experiment/trace_file/small_trace_for_test.hpp"
#include "fanin/experiment/trace_file/trace_file.hpp"

namespace fanin::experiment {
namespace {

void append(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::app) << text;
}

TEST(TraceFollowerTest, AnyCutOfTheBytesGivesTheSameTrace) {
  const TestFolder folder;
  const std::filesystem::path path = folder.path() / "run.jsonl";
  const std::string text = trace_text(small_trace());
  TraceFollower follower(path);
  EXPECT_FALSE(follower.update()) << "a file that is not there yet";
  EXPECT_FALSE(follower.started());
  std::int64_t changes = 0;
  for (std::size_t at = 0; at < text.size(); at += 97) {
    append(path, text.substr(at, 97));
    if (follower.update()) ++changes;
  }
  EXPECT_EQ(trace_text(follower.trace()), text);
  EXPECT_EQ(follower.unfinished_bytes(), 0U);
  EXPECT_LE(changes, 4) << "a change is a whole line";
  EXPECT_GE(changes, 2);
  EXPECT_FALSE(follower.update());
}

TEST(TraceFollowerTest, AWriterIsFollowed) {
  const TestFolder folder;
  const std::filesystem::path path = folder.path() / "run.jsonl";
  const observe::Trace trace = small_trace();
  TraceFollower follower(path);
  TraceWriter writer(path, trace);
  EXPECT_TRUE(follower.update());
  EXPECT_TRUE(follower.started());
  writer.write_step(trace.steps[0]);
  EXPECT_TRUE(follower.update());
  EXPECT_EQ(follower.trace().steps.size(), 1U);
  EXPECT_EQ(follower.trace().ended, "");
  writer.write_end(trace);
  EXPECT_TRUE(follower.update());
  EXPECT_EQ(follower.trace().ended, "diverged");
}

TEST(TraceFollowerTest, ARunThatStartsAgainIsReadFromItsStart) {
  const TestFolder folder;
  const std::filesystem::path path = folder.path() / "run.jsonl";
  const observe::Trace trace = small_trace();
  TraceFollower follower(path);
  write_trace(path, trace);
  EXPECT_TRUE(follower.update());
  EXPECT_EQ(follower.trace().steps.size(), 2U);
  const TraceWriter again(path, trace);  // shorter
  EXPECT_TRUE(follower.update());
  EXPECT_EQ(follower.trace().steps.size(), 0U);
  write_trace(path, trace);  // another file under the name
  EXPECT_TRUE(follower.update());
  EXPECT_EQ(follower.trace().steps.size(), 2U);
}

TEST(TraceFollowerTest, WhatIsNoFileIsRefused) {
  const TestFolder folder;
  EXPECT_THROW(TraceFollower(folder.path()).update(), Error);
  EXPECT_THROW(TraceFollower("/dev/null").update(), Error);
}

}  // namespace
}  // namespace fanin::experiment
