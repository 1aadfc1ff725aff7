#include "fanin/report/progress.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace fanin::report {
namespace {

using namespace std::chrono_literals;
using experiment::EpochRecord;
using experiment::RunStatus;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// A pipe in place of a terminal, and a comparison of two runs to report on.
class ProgressTest : public ::testing::Test {
 protected:
  ProgressTest() {
    EXPECT_EQ(::pipe(ends_.data()), 0);
    ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    settings_.net = "2-8-2";
    settings_.epochs = 2;
    settings_.workers = 1;
    data_.name = "spirals";
    data_.train.count = 1000;
    runs_[0].init = "zeros";
    runs_[1].init = "he_uniform";
    for (experiment::RunResult& run : runs_) run.seed = 7;
  }
  ~ProgressTest() override {
    for (const int end : ends_) ::close(end);
  }

  std::string written() {
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = ::read(ends_[0], buffer.data(), buffer.size())) > 0;) {
      text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return text;
  }
  static Terminal terminal(bool interactive) {
    return {.interactive = interactive, .color = false, .unicode = true, .width = 80, .height = 24};
  }
  void start(CompareProgress& progress) { progress.started(settings_, data_, 100, runs_, counters_); }
  void finish_run(CompareProgress& progress, std::size_t index) {
    runs_[index].status = RunStatus::finished;
    runs_[index].epochs = {EpochRecord{.epoch = 1, .seconds = 0.5},
                           EpochRecord{.epoch = 2, .train_loss = 0.25, .test_accuracy = 0.875, .seconds = 0.75}};
    counters_[index].state = 2;
    progress.run_finished(runs_[index], index);
  }

  std::array<int, 2> ends_{-1, -1};
  experiment::CompareSettings settings_;
  experiment::DataSet data_;
  std::array<experiment::RunResult, 2> runs_;
  std::array<experiment::RunProgress, 2> counters_;
};

TEST_F(ProgressTest, TheFirstLineComesBeforeTheData) {
  CompareProgress progress(ends_[1], terminal(false));
  progress.loading("spirals");
  EXPECT_EQ(written(), "loading spirals\n");
}

TEST_F(ProgressTest, PlainOutputHasALinePerStartAndEnd) {
  CompareProgress progress(ends_[1], terminal(false));
  start(progress);
  EXPECT_EQ(written(), "2 runs of 2 epochs, 1 at a time: 2-8-2 on 1,000 rows of spirals\n");
  counters_[0].state = 1;
  std::this_thread::sleep_for(250ms);
  EXPECT_THAT(written(), HasSubstr("run 1/2 zeros, seed 7: started\n"));
  finish_run(progress, 0);
  EXPECT_THAT(written(), EndsWith("run 1/2 zeros, seed 7: test accuracy 87.50 %, train loss 0.2500, 1.2 s\n"));
  progress.finish();
  EXPECT_EQ(written(), "");
}

TEST_F(ProgressTest, TheCountersAreNotReadOnceTheRunsHaveEnded) {
  CompareProgress progress(ends_[1], terminal(false));
  start(progress);
  progress.ended();
  written();
  counters_[0].state = 1;
  std::this_thread::sleep_for(250ms);
  EXPECT_EQ(written(), "");
  progress.say("saved", Style::plain);  // what is said afterwards is still shown
  EXPECT_EQ(written(), "saved\n");
}

TEST_F(ProgressTest, ARunTooShortToBeSeenRunningIsAnnouncedAllTheSame) {
  CompareProgress progress(ends_[1], terminal(false));
  start(progress);
  written();
  finish_run(progress, 1);
  const std::string text = written();
  EXPECT_THAT(text, HasSubstr("run 2/2 he_uniform, seed 7: started\n"));
  EXPECT_LT(text.find("started"), text.find("test accuracy"));
}

TEST_F(ProgressTest, RunsThatEndBadlySayHow) {
  CompareProgress progress(ends_[1], terminal(false));
  start(progress);
  runs_[0].status = RunStatus::diverged;
  runs_[0].diverged_at_step = 1234;
  progress.run_finished(runs_[0], 0);
  EXPECT_THAT(written(), EndsWith("zeros, seed 7: diverged at step 1,234\n"));
  runs_[1].status = RunStatus::interrupted;
  progress.run_finished(runs_[1], 1);
  EXPECT_THAT(written(), EndsWith("he_uniform, seed 7: interrupted in its first epoch\n"));
}

TEST_F(ProgressTest, PlainOutputHasNoEscapes) {
  CompareProgress progress(ends_[1], terminal(false));
  progress.loading("\x1b[2Jspirals");
  start(progress);
  finish_run(progress, 0);
  progress.finish();
  EXPECT_THAT(written(), Not(HasSubstr("\x1b")));
}

TEST_F(ProgressTest, OnATerminalBarsAreRedrawnAndTheCursorComesBack) {
  CompareProgress progress(ends_[1], terminal(true));
  start(progress);
  counters_[0].state = 1;
  counters_[0].steps_done = 50;
  std::this_thread::sleep_for(350ms);
  finish_run(progress, 0);
  progress.finish();
  const std::string text = written();
  EXPECT_THAT(text, HasSubstr("\x1b[?25l"));  // hidden while drawing
  EXPECT_THAT(text, HasSubstr("━"));
  EXPECT_THAT(text, HasSubstr("all, 1 of 2 done"));
  EXPECT_THAT(text, HasSubstr("zeros       seed 7  test accuracy 87.50 %"));
  EXPECT_THAT(text, EndsWith("\x1b[J\x1b[?25h"));
  progress.say("after the end", Style::plain);
  EXPECT_EQ(written(), "after the end\x1b[K\r\n");  // no bars any more
}

TEST_F(ProgressTest, SuspendingGivesTheCursorBackAndDrawingHidesItAgain) {
  CompareProgress progress(ends_[1], terminal(true));
  start(progress);
  std::this_thread::sleep_for(50ms);
  progress.suspend();
  EXPECT_THAT(written(), EndsWith("\x1b[?25h"));
  std::this_thread::sleep_for(250ms);
  EXPECT_THAT(written(), StartsWith("\x1b[?25l"));  // drawn below, without moving up
}

TEST_F(ProgressTest, AReaderThatGoesAwayDoesNotStopTheWork) {
  ::signal(SIGPIPE, SIG_IGN);
  CompareProgress progress(ends_[1], terminal(false));
  ::close(ends_[0]);
  start(progress);
  finish_run(progress, 0);
  progress.finish();
  EXPECT_FALSE(write_all(ends_[1], "x"));
  ends_[0] = ::open("/dev/null", O_RDONLY);
}

TEST_F(ProgressTest, ComparisonsThatFailBeforeTheyStartLeaveNothingBehind) {
  {
    CompareProgress progress(ends_[1], terminal(true));
    progress.loading("spirals");
  }
  EXPECT_EQ(written(), "loading spirals\x1b[K\r\n");
}

}  // namespace
}  // namespace fanin::report
