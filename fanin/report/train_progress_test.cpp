#include "fanin/report/train_progress.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <limits>
#include <sstream>
#include <thread>

#include "fanin/net/shorthand.hpp"
#include "fanin/report/text.hpp"

namespace fanin::report {
namespace {

using namespace std::chrono_literals;
using experiment::TrainEpoch;
using experiment::TrainMoment;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TrainMoment moment() {
  return {
      .step = 1234, .total_steps = 9380, .epoch = 2, .epochs = 10, .loss = 0.3321, .accuracy = 0.879, .rows = 78976};
}

TrainEpoch epoch() {
  return {.epoch = 2,
          .steps = 1876,
          .train_loss = 0.3321,
          .train_accuracy = 0.879,
          .validation_loss = kNaN,
          .validation_accuracy = kNaN,
          .test_loss = 0.4,
          .test_accuracy = 0.868,
          .clipped_steps = 12,
          .largest_gradient_norm = 3.14159,
          .seconds = 7.31};
}

Terminal terminal(bool interactive, int width = 80) {
  return {.interactive = interactive, .color = false, .unicode = true, .width = width, .height = 24};
}

/// A pipe in place of a terminal, and a training to report on.
class TrainProgressTest : public ::testing::Test {
 protected:
  TrainProgressTest() {
    EXPECT_EQ(::pipe(ends_.data()), 0);
    ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    result_.settings.net = "2-8-2";
    result_.settings.optimizer = "adam";
    result_.settings.learning_rate = 1e-3;
    result_.settings.threads = 1;
    result_.data_name = "spirals";
    result_.train_rows = 60000;
    result_.test_rows = 10000;
    result_.parameters = 42;
    result_.arena_bytes = 1'500'000;
    result_.unshared_bytes = 3'000'000;
  }
  ~TrainProgressTest() override {
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

  std::array<int, 2> ends_{-1, -1};
  experiment::TrainResult result_;
  net::Graph graph_ = net::dense_network({2, 8, 2}, net::parse_activation("relu"));
};

TEST_F(TrainProgressTest, TheFirstLinesSayWhatIsTrainedAndWhatItTakes) {
  TrainProgress progress(ends_[1], terminal(false));
  progress.loading("spirals");
  EXPECT_EQ(written(), "loading spirals\n");
  progress.started(result_, graph_);
  const std::string text = written();
  EXPECT_THAT(text,
              AllOf(HasSubstr("training 2-8-2: 42 parameters"), HasSubstr("take 1.50 MB, 3.00 MB without sharing")));
  EXPECT_THAT(text, AllOf(HasSubstr("60,000 training rows, 10,000 for the test"),
                          HasSubstr("learning rate 0.001, batches of 64, 1 thread\n")));
  EXPECT_THAT(text, Not(HasSubstr("going on")));
}

TEST_F(TrainProgressTest, AResumedTrainingShowsWhatCameBefore) {
  TrainProgress progress(ends_[1], terminal(false));
  result_.steps = 2000;
  result_.epochs = {epoch()};
  progress.started(result_, graph_);
  EXPECT_THAT(written(), AllOf(HasSubstr("going on after step 2,000\n"), HasSubstr("epoch 2 of 10")));
}

TEST_F(TrainProgressTest, AwayFromATerminalStepsAreSilentForAWhileAndThereAreNoEscapes) {
  TrainProgress progress(ends_[1], terminal(false));
  progress.started(result_, graph_);
  written();
  for (int i = 0; i < 100; ++i) progress.stepped(moment());
  progress.evaluating();
  EXPECT_EQ(written(), "");
  progress.epoch_finished(result_, epoch());
  progress.say("\x1b[2Jstopping", Style::caution);
  progress.finish();
  EXPECT_EQ(written(), "epoch 2 of 10  loss 0.3321  train 87.90 %  test 86.80 %  7.3 s\n?[2Jstopping\n");
}

TEST_F(TrainProgressTest, OnATerminalTheBarIsRedrawnAndGoesAway) {
  TrainProgress progress(ends_[1], terminal(true));
  progress.started(result_, graph_);
  written();
  progress.stepped(moment());
  std::string text = written();
  EXPECT_THAT(text, AllOf(StartsWith("\r\x1b[2K━"), HasSubstr("epoch 2 of 10"), Not(HasSubstr("\n"))));
  progress.stepped(moment());
  EXPECT_EQ(written(), "");  // too soon for another frame
  std::this_thread::sleep_for(120ms);
  progress.stepped(moment());
  EXPECT_THAT(written(), StartsWith("\r\x1b[2K"));
  progress.epoch_finished(result_, epoch());
  EXPECT_EQ(written(), "\r\x1b[2Kepoch 2 of 10  loss 0.3321  train 87.90 %  test 86.80 %  7.3 s\n");
  progress.evaluating();
  EXPECT_EQ(written(), "\r\x1b[2Kevaluating");
  progress.finish();
  EXPECT_EQ(written(), "\r\x1b[2K");
  progress.finish();
  EXPECT_EQ(written(), "");
}

TEST_F(TrainProgressTest, LeavingPutsWhatComesNextBelowTheBar) {
  TrainProgress progress(ends_[1], terminal(true));
  progress.leave();
  EXPECT_EQ(written(), "");
  progress.evaluating();
  written();
  progress.leave();
  EXPECT_EQ(written(), "\r\n");
}

TEST_F(TrainProgressTest, LinesThatStayAreWrappedOnATerminal) {
  TrainProgress progress(ends_[1], terminal(true, 40));
  progress.started(result_, graph_);
  std::istringstream lines(written());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_LE(display_width(line), 40U) << line;
  EXPECT_GT(count, 3);
}

TEST(TrainMomentLine, NeverOverflowsATerminal) {
  for (int width = 1; width < 140; ++width) {
    const std::string line = train_moment_line(moment(), {52000, 42}, terminal(true, width));
    EXPECT_LE(display_width(line), static_cast<std::size_t>(std::max(width - 1, 1))) << width;
  }
}

TEST(TrainMomentLine, DropsWhatMattersLeastFirst) {
  const auto at = [](int width) { return train_moment_line(moment(), {52000, 42}, terminal(true, width)); };
  EXPECT_THAT(at(120), AllOf(HasSubstr("━"), HasSubstr("step 1,234 of 9,380"), HasSubstr("52,000 rows/s"),
                             EndsWith("0:42 left")));
  EXPECT_THAT(at(95), AllOf(HasSubstr("━"), HasSubstr("step 1,234"), Not(HasSubstr("rows/s")), EndsWith("0:42 left")));
  EXPECT_THAT(at(75), AllOf(HasSubstr("━"), Not(HasSubstr("step")), EndsWith("0:42 left")));
  EXPECT_EQ(at(50), "epoch 2 of 10  loss 0.3321  87.9 %  0:42 left");
  EXPECT_EQ(at(40), "epoch 2 of 10  loss 0.3321  87.9 %");
  EXPECT_EQ(at(20), "epoch 2 of 10  los…");
}

TEST(TrainMomentLine, RegressionHasNoAccuracy) {
  TrainMoment m = moment();
  m.accuracy = kNaN;
  EXPECT_EQ(train_moment_line(m, {52000, 42}, terminal(false)),
            "epoch 2 of 10  step 1,234 of 9,380  loss 0.3321  52,000 rows/s  0:42 left");
}

TEST(EpochLine, ShowsWhatWasMeasured) {
  experiment::TrainResult result;
  result.settings.epochs = 10;
  TrainEpoch e = epoch();
  EXPECT_EQ(epoch_line(result, e), "epoch 2 of 10  loss 0.3321  train 87.90 %  test 86.80 %  7.3 s");
  e.validation_loss = 0.5;
  e.validation_accuracy = 0.86;
  e.test_loss = e.test_accuracy = kNaN;
  result.settings.clipping = "norm";
  EXPECT_EQ(epoch_line(result, e),
            "epoch 2 of 10  loss 0.3321  train 87.90 %  validation 86.00 %  clipped in 12 steps, largest gradient norm "
            "3.14  7.3 s");
  e.clipped_steps = 1;
  EXPECT_THAT(epoch_line(result, e), HasSubstr("clipped in 1 step,"));
  e.train_accuracy = e.validation_accuracy = kNaN;
  result.settings.clipping = "none";
  EXPECT_EQ(epoch_line(result, e), "epoch 2 of 10  loss 0.3321  validation loss 0.5000  7.3 s");
}

}  // namespace
}  // namespace fanin::report
