// A training that was interrupted and resumed ends with the bits of one that never was.
#include <gmock/gmock.h>

#include "fanin/experiment/training/saver.hpp"
#include "fanin/experiment/training/small_for_test.hpp"

namespace fanin::experiment {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Case {
  const char* name;
  std::function<void(TrainSettings&)> change;
};

void PrintTo(const Case& value, std::ostream* out) { *out << value.name; }

class ResumeTest : public ::testing::TestWithParam<Case> {};

/// Two epochs of three steps, the last of 12 rows.
TrainSettings settings_of(const Case& tested) {
  TrainSettings settings = small_settings();
  settings.batch_size = 26;
  settings.epochs = 2;
  tested.change(settings);
  return settings;
}

TEST_P(ResumeTest, GivesTheSameBitsFromEveryStep) {
  const TestFolder folder;
  const DataSet data = small_data();
  TrainSettings settings = settings_of(GetParam());
  settings.out = folder.path() / "whole";
  const TrainResult whole = train(settings, data, nullptr, {});
  ASSERT_EQ(whole.status, TrainStatus::finished);
  for (std::int64_t step = 0; step <= whole.steps; ++step) {
    SCOPED_TRACE("stopped after step " + std::to_string(step));
    settings.out = folder.path() / std::to_string(step);
    EXPECT_EQ(train_in_two(settings, data, step).status, TrainStatus::finished);
    expect_same_training(folder.path() / "whole", settings.out);
  }
}

TEST_P(ResumeTest, GivesTheSameBitsFromAStopAfterEachStep) {
  const TestFolder folder;
  const DataSet data = small_data();
  TrainSettings settings = settings_of(GetParam());
  settings.out = folder.path() / "whole";
  const TrainResult whole = train(settings, data, nullptr, {});
  settings.out = folder.path() / "steps";
  StopAt first(1);
  TrainStatus status = train(settings, data, &first, first.token()).status;
  std::int64_t trainings = 1;
  for (; status == TrainStatus::interrupted; ++trainings) {
    StopAt next(1);
    status = resume_training(settings, data, &next, next.token()).status;
  }
  EXPECT_EQ(trainings, whole.steps + 1);  // the last one evaluates
  expect_same_training(folder.path() / "whole", settings.out);
}

// Each op and setting that keeps something between steps.
const Case kCases[] = {
    {"adam_cosine",
     [](TrainSettings& s) {
       s.schedule = "cosine(warmup=4)";
       s.label_smoothing = 0.1;
     }},
    {"momentum_clipped_and_accumulated",
     [](TrainSettings& s) {
       s.optimizer = "momentum(weight_decay=0.01)";
       s.clipping = "global_norm";
       s.clip_limit = 0.5;
       s.accumulate = 3;
       s.schedule = "one_cycle";
     }},
    {"adamw_on_everything_in_chunks",
     [](TrainSettings& s) {
       s.optimizer = "adamw(weight_decay=0.1)";
       s.decay_all = true;
       s.chunks = 3;
       s.threads = 2;
       s.learning_rate_for = "layer2=3x";
     }},
    {"rmsprop_to_a_step_within_an_epoch",
     [](TrainSettings& s) {
       s.optimizer = "rmsprop";
       s.max_steps = 5;
       s.evaluate_every = 2;
     }},
    {"batch_norm_and_dropout",
     [](TrainSettings& s) {
       s.net = "mlp(2, 8, norm=batch, dropout=0.3)";
       s.chunks = 2;
     }},
};

INSTANTIATE_TEST_SUITE_P(Of, ResumeTest, ::testing::ValuesIn(kCases),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(Resume, RepeatsAnEvaluationThatAStopCutShort) {
  const TestFolder folder;
  const DataSet data = small_data();
  TrainSettings settings = small_settings();
  settings.out = folder.path() / "whole";
  train(settings, data, nullptr, {});
  for (const std::int64_t step : {1, 6, 11}) {  // in the first, second and third epoch
    settings.out = folder.path() / std::to_string(step);
    EXPECT_EQ(train_in_two(settings, data, step, true).epochs.size(), 3U);
    expect_same_training(folder.path() / "whole", settings.out);
  }
}

TEST(Resume, TrainsSequencesOfTokensToTheSameBits) {
  const TestFolder folder;
  TrainSettings settings = small_settings();
  settings.data = "copy(length=4, symbols=3, payload=2, rows=40, test_rows=8)";
  settings.data_options = {};
  settings.net = "lstm(6)";
  settings.clipping = "norm";
  settings.epochs = 2;
  const DataSet data = load_data_set(settings.data, settings.data_options);
  settings.out = folder.path() / "whole";
  const TrainResult whole = train(settings, data, nullptr, {});
  EXPECT_EQ(whole.positions, 8);
  settings.out = folder.path() / "two";
  train_in_two(settings, data, 5);
  expect_same_training(folder.path() / "whole", settings.out);
}

TEST(Resume, KeepsTheHistoryAndTheBestEpoch) {
  const TestFolder folder;
  const DataSet data = small_data();
  TrainSettings settings = small_settings();
  settings.out = folder.path() / "whole";
  const TrainResult whole = train(settings, data, nullptr, {});
  settings.out = folder.path() / "two";
  const TrainResult two = train_in_two(settings, data, 7);
  ASSERT_EQ(two.epochs.size(), whole.epochs.size());
  for (std::size_t i = 0; i < two.epochs.size(); ++i) {
    EXPECT_EQ(two.epochs[i].train_loss, whole.epochs[i].train_loss);
    EXPECT_EQ(two.epochs[i].validation_accuracy, whole.epochs[i].validation_accuracy);
    EXPECT_EQ(two.epochs[i].test_loss, whole.epochs[i].test_loss);
  }
  EXPECT_EQ(two.best_epoch, whole.best_epoch);
  EXPECT_EQ(two.steps, whole.steps);
}

TEST(Resume, LeavesATrainingThatHasEndedAsItIs) {
  const TestFolder folder;
  const DataSet data = small_data();
  TrainSettings settings = small_settings();
  settings.out = folder.path() / "whole";
  const TrainResult whole = train(settings, data, nullptr, {});
  const auto written = std::filesystem::last_write_time(settings.out / "last.safetensors");
  const TrainResult again = resume_training(settings_of_training(settings.out), data, nullptr, {});
  EXPECT_EQ(again.status, TrainStatus::finished);
  EXPECT_EQ(to_json(again), to_json(whole));  // the seconds, too
  EXPECT_EQ(std::filesystem::last_write_time(settings.out / "last.safetensors"), written);
}

TEST(Resume, NeedsNeitherTheFileOfTheNetworkNorTheSettings) {
  const TestFolder folder;
  const DataSet data = small_data();
  TrainSettings settings = small_settings();
  settings.net = folder.write("net.toml",
                              "[[layer]]\nop = 'dense'\nunits = 6\nactivation = 'tanh'\n"
                              "[[layer]]\nname = 'head'\nop = 'dense'\nunits = 'outputs'\n");
  settings.out = folder.path() / "whole";
  train(settings, data, nullptr, {});
  StopAt stop(6);
  settings.out = folder.path() / "two";
  train(settings, data, &stop, stop.token());
  std::filesystem::remove(settings.net);
  const TrainSettings kept = settings_of_training(folder.path() / "two");
  EXPECT_EQ(kept.batch_size, 13);
  EXPECT_EQ(kept.out, settings.out);
  resume_training(kept, data, nullptr, {});
  expect_same_training(folder.path() / "whole", settings.out);
}

TEST(Resume, KeepsTheMultipliersAndRatesOfAScheme) {
  const TestFolder folder;
  const DataSet data = small_data();
  TrainSettings settings = small_settings();
  settings.net = "mlp(3, 8, mup=true)";
  settings.init = "mup";
  settings.out = folder.path() / "whole";
  train(settings, data, nullptr, {});
  settings.out = folder.path() / "two";
  train_in_two(settings, data, 4);
  expect_same_training(folder.path() / "whole", settings.out);
}

TEST(Resume, RefusesDataThatHaveChanged) {
  const TestFolder folder;
  TrainSettings settings = small_settings();
  settings.out = folder.path() / "run";
  StopAt stop(3);
  train(settings, small_data(), &stop, stop.token());
  const auto resumed = [&](const std::string& spec, double validation) {
    return refusal([&] {
      const DataSet data = load_data_set(spec, {.validation_fraction = validation});
      resume_training(settings, data, nullptr, {});
    });
  };
  const std::string file = (settings.out / "last.safetensors").string();
  EXPECT_EQ(resumed("spirals(points=80, test_points=24)", 0.2), "accepted");
  EXPECT_THAT(resumed("spirals(points=80, test_points=24)", 0.1),
              AllOf(StartsWith("bad_data: " + file), HasSubstr("training rows 64 became 72")));
  EXPECT_THAT(resumed("spirals(points=80, test_points=24, seed=1)", 0.2),
              AllOf(StartsWith("bad_data: " + file), HasSubstr("has changed")));
}

TEST(Resume, NeedsTheOptimizersState) {
  const TestFolder folder;
  const DataSet data = small_data();
  TrainSettings settings = small_settings();
  settings.out = folder.path();
  train(settings, data, nullptr, {});
  std::filesystem::copy_file(settings.out / "best.safetensors", settings.out / "last.safetensors",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_THAT(refusal([&] { resume_training(settings, data, nullptr, {}); }),
              AllOf(StartsWith("bad_data"), HasSubstr("last.safetensors"), HasSubstr("optimizer's state")));
  std::filesystem::remove(settings.out / "last.safetensors");
  EXPECT_THAT(refusal([&] { settings_of_training(settings.out); }),
              AllOf(StartsWith("missing_data"), HasSubstr("--out")));
}

TEST(SavePace, KeepsWritingFarFromDominating) {
  const SavePace cheap{.seconds = 30, .last_cost = 0.1};
  EXPECT_FALSE(cheap.due_within_epoch(29.9));
  EXPECT_TRUE(cheap.due_within_epoch(30));
  EXPECT_FALSE(cheap.due_after_epoch(1.9));
  EXPECT_TRUE(cheap.due_after_epoch(2));
  const SavePace dear{.seconds = 30, .last_cost = 5};  // 10,000 layers on a slow disk
  EXPECT_FALSE(dear.due_within_epoch(99));
  EXPECT_TRUE(dear.due_within_epoch(100));
  EXPECT_FALSE(dear.due_after_epoch(99));
  const SavePace always{.seconds = 0, .last_cost = 5};
  EXPECT_TRUE(always.due_within_epoch(0));
  EXPECT_TRUE(always.due_after_epoch(0));
}

}  // namespace
}  // namespace fanin::experiment
