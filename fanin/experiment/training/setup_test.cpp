#include "fanin/experiment/training/setup.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "fanin/experiment/training/small_for_test.hpp"

namespace fanin::experiment {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string refused(const std::function<void(TrainSettings&)>& change, const DataSet& data = small_data()) {
  TrainSettings settings = small_settings();
  change(settings);
  return refusal([&] { (void)prepare(settings, data); });
}

TEST(Prepare, FillsInEveryDefault) {
  const DataSet data = small_data();
  const TrainSettings nothing;
  const TrainSettings s = resolve(nothing, data);
  EXPECT_EQ(s.net, "2-256-128-2");
  EXPECT_EQ(s.loss, "softmax_cross_entropy");
  EXPECT_EQ(s.learning_rate, 1e-3);
  EXPECT_EQ(s.batch_size, 64);
  EXPECT_EQ(s.chunks, 2);
  EXPECT_GE(s.threads, 1);
  EXPECT_LE(s.threads, 2);
}

TEST(Prepare, TheDefaultBatchShrinksToTheTrainingRows) {
  const DataSet few = load_data_set("spirals(points=20, test_points=4)", {});
  TrainSettings asked;
  EXPECT_EQ(resolve(asked, few).batch_size, 20);
  asked.batch_size = 63;
  EXPECT_EQ(refusal([&] { resolve(asked, few); }), "bad_value: --batch-size: 63 is outside [1, 20]");
}

TEST(Prepare, TextsBecomeCanonical) {
  TrainSettings settings = small_settings();
  settings.init = "kaiming_normal";
  settings.schedule = "cosine( warmup = 5 )";
  settings.loss = "cross_entropy";
  settings.optimizer = "adam(beta1=0.9)";
  const TrainSettings s = resolve(settings, small_data());
  EXPECT_EQ(s.init, "he_normal");
  EXPECT_EQ(s.schedule, "cosine(warmup=5)");
  EXPECT_EQ(s.loss, "softmax_cross_entropy");
  EXPECT_EQ(s.optimizer, "adam");
}

TEST(Prepare, ThreadsNeverExceedChunksAndDoNotSetThem) {
  TrainSettings settings = small_settings();
  settings.chunks = 3;
  settings.threads = 8;
  EXPECT_EQ(resolve(settings, small_data()).threads, 3);
  settings.chunks = 0;
  EXPECT_EQ(resolve(settings, small_data()).chunks, 1);
}

TEST(Prepare, MistakesNameTheirOption) {
  const auto set = [](auto member, auto value) { return [=](TrainSettings& s) { s.*member = value; }; };
  using S = TrainSettings;
  EXPECT_THAT(refused(set(&S::net, "lenet")), AllOf(StartsWith("unknown_name: --net:"), HasSubstr("lenet5")));
  EXPECT_THAT(refused(set(&S::net, "3-8-2")), StartsWith("bad_shape: --net:"));
  EXPECT_THAT(refused(set(&S::activation, "rleu")),
              AllOf(StartsWith("unknown_name: --activation:"), HasSubstr("relu")));
  EXPECT_THAT(refused(set(&S::init, "he")), StartsWith("unknown_name: --init:"));
  EXPECT_THAT(refused(set(&S::loss, "hubre")), AllOf(StartsWith("unknown_name: --loss:"), HasSubstr("huber")));
  EXPECT_THAT(refused(set(&S::loss, "huber")), AllOf(StartsWith("bad_value: --loss:"), HasSubstr("needs targets")));
  EXPECT_THAT(refused(set(&S::label_smoothing, 1.0)), StartsWith("bad_value: --label-smoothing:"));
  EXPECT_THAT(refused(set(&S::label_smoothing, std::nan(""))), StartsWith("bad_value: --label-smoothing:"));
  EXPECT_THAT(refused(set(&S::optimizer, "adma")), AllOf(StartsWith("unknown_name: --optimizer:"), HasSubstr("adam")));
  EXPECT_THAT(refused(set(&S::learning_rate, 0.0)), StartsWith("bad_value: --lr:"));
  EXPECT_THAT(refused(set(&S::schedule, "cosin")), AllOf(StartsWith("unknown_name: --schedule:"), HasSubstr("cosine")));
  EXPECT_THAT(refused(set(&S::clipping, "gobal_norm")),
              AllOf(StartsWith("unknown_name: --clip:"), HasSubstr("did you mean global_norm")));
  EXPECT_THAT(refused(set(&S::clip_limit, -1.0)), StartsWith("bad_value: --clip:"));
  EXPECT_THAT(refused(set(&S::batch_size, 65)), StartsWith("bad_value: --batch-size:"));
  EXPECT_THAT(refused(set(&S::accumulate, 14)), AllOf(StartsWith("bad_value: --accumulate:"), HasSubstr("[1, 13]")));
  EXPECT_THAT(refused(set(&S::epochs, 0)), StartsWith("bad_value: --epochs:"));
  EXPECT_THAT(refused(set(&S::max_steps, -1)), StartsWith("bad_value: --steps:"));
  EXPECT_THAT(refused(set(&S::patience, -1)), StartsWith("bad_value: --patience:"));
  EXPECT_THAT(refused(set(&S::evaluate_every, 0)), StartsWith("bad_value: --evaluate-every:"));
  EXPECT_THAT(refused(set(&S::chunks, 1025)), StartsWith("bad_value: --chunks:"));
  EXPECT_THAT(refused(set(&S::checkpoint_seconds, -1.0)), StartsWith("bad_value: --checkpoint-seconds:"));
  EXPECT_THAT(refused(set(&S::init_for, "layer9=zeros")), StartsWith("unknown_name: --init-for:"));
  EXPECT_THAT(refused(set(&S::learning_rate_for, "layer9=2x")), StartsWith("unknown_name: --lr-for:"));
}

TEST(Prepare, PatienceNeedsAValidationPart) {
  const DataSet data = load_data_set("spirals(points=64, test_points=24)", {});
  EXPECT_THAT(refused([](TrainSettings& s) { s.patience = 2; }, data),
              AllOf(StartsWith("bad_value: --patience:"), HasSubstr("--validation")));
}

TEST(Prepare, LossesOfProbabilitiesNeedProbabilities) {
  const DataSet numbers = load_data_set("teacher(points=32, test_points=8, inputs=2)", {});
  const auto with = [&](const char* loss) {
    return refused(
        [&](TrainSettings& s) {
          s.net = "2-4-1";
          s.loss = loss;
        },
        numbers);
  };
  EXPECT_EQ(with("mse"), "accepted");
  EXPECT_EQ(with("huber"), "accepted");
  EXPECT_THAT(with("bce"), AllOf(StartsWith("bad_value: --loss:"), HasSubstr("from 0 to 1")));
  EXPECT_THAT(with("cross_entropy"), AllOf(StartsWith("bad_value: --loss:"), HasSubstr("needs labels")));
}

TEST(Prepare, SequencesNeedANetworkForThem) {
  const DataSet copy = load_data_set("copy(length=3, rows=20, test_rows=4)", {});
  EXPECT_THAT(refused([](TrainSettings& s) { s.net = ""; }, copy),
              AllOf(StartsWith("bad_value: --net:"), HasSubstr("char_lstm")));
  EXPECT_EQ(refused([](TrainSettings& s) { s.net = "gpt(layers=1, width=8, heads=2)"; }, copy), "accepted");
}

TEST(Prepare, WhatTheMachineCannotHoldIsRefused) {
  EXPECT_THAT(refused([](TrainSettings& s) { s.net = "2-200000-200000-2"; }),
              AllOf(StartsWith("bad_value: --net:"), HasSubstr("memory")));
}

TEST(Steps, CountPartialBatchesAndStopAtTheMost) {
  const DataSet data = small_data();
  TrainSettings settings = small_settings();
  EXPECT_EQ(steps_per_epoch(settings, data), 5);
  EXPECT_EQ(total_steps(settings, data), 15);
  settings.max_steps = 7;
  EXPECT_EQ(total_steps(settings, data), 7);
  settings.max_steps = 100;
  EXPECT_EQ(total_steps(settings, data), 15);
  settings.accumulate = 4;
  EXPECT_EQ(rows_at_once(settings), 4);
}

}  // namespace
}  // namespace fanin::experiment
