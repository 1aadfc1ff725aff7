// What a training does, apart from being resumed: see resume_test.cpp.
#include "fanin/experiment/training/trainer.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "fanin/core/gemm.hpp"
#include "fanin/experiment/training/setup.hpp"
#include "fanin/experiment/training/small_for_test.hpp"

namespace fanin::experiment {
namespace {

using ::testing::HasSubstr;

/// The parameters after a training with these settings.
std::map<std::string, std::vector<float>> trained(TrainSettings settings, const DataSet& data) {
  const TestFolder folder;
  settings.out = folder.path();
  train(settings, data, nullptr, {});
  return tensors_of(folder.path() / "last.safetensors");
}

TEST(Train, GivesTheSameBitsForAnyNumberOfThreads) {
  const TestFolder folder;
  const DataSet data = small_data();
  TrainSettings settings = small_settings();
  settings.net = "mlp(3, 16, norm=batch, dropout=0.2)";
  settings.chunks = 4;
  settings.clipping = "global_norm";
  for (const int threads : {1, 2, 3}) {
    settings.threads = threads;
    settings.out = folder.path() / std::to_string(threads);
    train(settings, data, nullptr, {});
    expect_same_training(folder.path() / "1", settings.out);
  }
}

TEST(Train, TakesTheRowsInTheOrderOfAComparison) {
  const DataSet data = small_data();
  TrainSettings settings = small_settings();
  settings.init = "glorot_uniform";
  settings.seed = 5;
  settings.chunks = 1;
  const TrainResult result = train(settings, data, nullptr, {});
  CompareSettings compared;
  compared.data = settings.data;
  compared.net = settings.net;
  compared.inits = {settings.init};
  compared.batch_size = settings.batch_size;
  compared.epochs = settings.epochs;
  compared.first_seed = settings.seed;
  compared.seeds = 1;
  const CompareResult comparison = compare(compared, data, nullptr, {});
  ASSERT_EQ(comparison.runs.size(), 1U);
  ASSERT_EQ(comparison.runs[0].epochs.size(), result.epochs.size());
  for (std::size_t i = 0; i < result.epochs.size(); ++i) {
    EXPECT_EQ(result.epochs[i].train_loss, comparison.runs[0].epochs[i].train_loss);
    EXPECT_EQ(result.epochs[i].train_accuracy, comparison.runs[0].epochs[i].train_accuracy);
    EXPECT_EQ(result.epochs[i].test_accuracy, comparison.runs[0].epochs[i].test_accuracy);
  }
}

TEST(Train, KeepsTheEpochThatValidatesBest) {
  const TestFolder folder;
  const DataSet data = small_data();
  TrainSettings settings = small_settings();
  settings.learning_rate = 0.1;  // so high that the last epoch is not the best
  settings.epochs = 8;
  settings.out = folder.path();
  const TrainResult result = train(settings, data, nullptr, {});
  std::int64_t best = 1;
  for (const TrainEpoch& epoch : result.epochs) {
    if (epoch.validation_accuracy > result.epochs[static_cast<std::size_t>(best - 1)].validation_accuracy) {
      best = epoch.epoch;
    }
  }
  ASSERT_NE(best, 8);
  EXPECT_EQ(result.best_epoch, best);
  const TrainEpoch& expected = result.epochs[static_cast<std::size_t>(best - 1)];
  const Evaluation validation = evaluate_checkpoint(settings.out / "best.safetensors", data, "validation", {});
  EXPECT_EQ(validation.loss, expected.validation_loss);
  EXPECT_EQ(validation.accuracy, expected.validation_accuracy);
  const Evaluation test = evaluate_checkpoint(settings.out / "best.safetensors", data, "test", {});
  EXPECT_EQ(test.loss, expected.test_loss);
  EXPECT_EQ(test.accuracy, expected.test_accuracy);
  const Evaluation last = evaluate_checkpoint(settings.out / "last.safetensors", data, "test", {});
  EXPECT_EQ(last.loss, result.epochs.back().test_loss);
}

TEST(Train, WithoutAValidationPartTheLowestTrainingLossIsTheBest) {
  const DataSet data = load_data_set("spirals(points=64, test_points=24)", {});
  TrainSettings settings = small_settings();
  const TrainResult result = train(settings, data, nullptr, {});
  std::size_t best = 0;
  for (std::size_t i = 0; i < result.epochs.size(); ++i) {
    if (result.epochs[i].train_loss < result.epochs[best].train_loss) best = i;
    EXPECT_TRUE(std::isnan(result.epochs[i].validation_loss));
  }
  EXPECT_EQ(result.best_epoch, static_cast<std::int64_t>(best) + 1);
}

TEST(Train, EvaluatesInferenceStatisticsAsItRecordedThem) {
  const TestFolder folder;
  const DataSet data = small_data();
  TrainSettings settings = small_settings();
  settings.net = "mlp(2, 8, norm=batch, dropout=0.5)";
  settings.out = folder.path();
  const TrainResult result = train(settings, data, nullptr, {});
  const Evaluation test = evaluate_checkpoint(settings.out / "last.safetensors", data, "test", {});
  EXPECT_EQ(test.loss, result.epochs.back().test_loss);
  EXPECT_EQ(test.accuracy, result.epochs.back().test_accuracy);
  std::int64_t rows = 0;
  std::int64_t right = 0;
  for (std::size_t i = 0; i < test.class_rows.size(); ++i) {
    rows += test.class_rows[i];
    right += test.class_correct[i];
  }
  EXPECT_EQ(rows, 24);
  EXPECT_EQ(static_cast<double>(right) / 24, test.accuracy);
}

TEST(Train, ScalesInputsOfOtherDataAsInTheTraining) {
  const TestFolder folder;
  std::string narrow = "x,y\n";
  std::string wide = "x,y\n";
  for (int i = 0; i < 40; ++i) {
    narrow += std::to_string(i) + "," + (i < 20 ? "a" : "b") + "\n";
    wide += std::to_string(i % 2 == 0 ? i : i + 60) + "," + (i < 20 && i % 2 == 0 ? "a" : "b") + "\n";
  }
  TrainSettings settings = small_settings();
  settings.data = folder.write("narrow.csv", narrow);
  settings.data_options = {.target_column = "y"};
  settings.net = "1-8-2";
  settings.learning_rate = 0.1;
  settings.epochs = 100;
  settings.out = folder.path() / "run";
  const DataSet data = load_data_set(settings.data, settings.data_options);
  EXPECT_EQ(train(settings, data, nullptr, {}).epochs.back().test_accuracy, 1);
  const DataSet other = load_data_set(folder.write("wide.csv", wide).string(), settings.data_options);
  EXPECT_GT(evaluate_checkpoint(settings.out / "last.safetensors", other, "train", {}).accuracy, 0.95);
}

TEST(Train, PatienceEndsItAfterEpochsThatDoNotImprove) {
  const DataSet data = small_data();
  TrainSettings settings = small_settings();
  settings.learning_rate = 1e-12;  // nothing changes
  settings.epochs = 10;
  settings.patience = 3;
  const TrainResult result = train(settings, data, nullptr, {});
  EXPECT_EQ(result.status, TrainStatus::stopped_early);
  EXPECT_EQ(result.best_epoch, 1);
  EXPECT_EQ(result.epochs.size(), 4U);
}

TEST(Train, MaxStepsEndItWithinAnEpochWithAnEvaluation) {
  const DataSet data = small_data();
  TrainSettings settings = small_settings();
  settings.max_steps = 7;
  settings.evaluate_every = 100;
  const TrainResult result = train(settings, data, nullptr, {});
  EXPECT_EQ(result.status, TrainStatus::finished);
  EXPECT_EQ(result.steps, 7);
  ASSERT_EQ(result.epochs.size(), 2U);
  EXPECT_TRUE(std::isnan(result.epochs[0].test_loss));
  EXPECT_FALSE(std::isnan(result.epochs[1].test_loss));
  EXPECT_EQ(result.epochs[1].steps, 7);
}

TEST(Train, DivergenceIsAResultAndKeepsACheckpoint) {
  const TestFolder folder;
  const DataSet data = small_data();
  TrainSettings settings = small_settings();
  settings.optimizer = "sgd";
  settings.learning_rate = 1e30;
  settings.out = folder.path();
  const TrainResult result = train(settings, data, nullptr, {});
  EXPECT_EQ(result.status, TrainStatus::diverged);
  EXPECT_GT(result.diverged_at_step, 0);
  EXPECT_EQ(result.steps, result.diverged_at_step);
  EXPECT_TRUE(result.epochs.empty());
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "best.safetensors"));
  const TrainResult resumed = resume_training(settings, data, nullptr, {});
  EXPECT_EQ(resumed.status, TrainStatus::diverged);
  EXPECT_EQ(resumed.diverged_at_step, result.diverged_at_step);
}

TEST(Train, ALastStepThatSpoilsTheParametersIsADivergence) {
  const DataSet data = small_data();
  TrainSettings settings = small_settings();
  settings.optimizer = "sgd";
  settings.learning_rate = 1e30;
  settings.batch_size = 64;  // one step: its loss is finite, the next would not be
  const TrainResult result = train(settings, data, nullptr, {});
  EXPECT_EQ(result.status, TrainStatus::diverged);
  EXPECT_EQ(result.epochs.size(), 1U);
  EXPECT_EQ(result.best_epoch, 0);
}

TEST(Train, LabelSmoothingChangesTheTrainingLossAlone) {
  use_one_thread();
  const DataSet data = small_data();
  TrainSettings settings = small_settings();
  settings.batch_size = 64;
  settings.epochs = 1;
  settings.learning_rate = 1e-12;
  settings.label_smoothing = 0.3;
  const TrainResult result = train(settings, data, nullptr, {});
  // The loss of the first step from the network's outputs: 0.7 parts the label, 0.3 parts every class alike.
  const TrainSetup setup = prepare(settings, data);
  engine::Plan plan(setup.graph, plan_options(setup.settings, data, data.scaling));
  init::initialize(setup.start, settings.seed, [&](const net::ParameterSpec& parameter, std::span<const float> values) {
    plan.set_parameter(parameter.name, values);
  });
  const auto mean_loss = [&](const Samples& part, double smoothing) {
    std::vector<std::uint32_t> rows(static_cast<std::size_t>(part.count));
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::uint32_t>(i);
    fill(plan, {data, data.scaling}, part, rows);
    plan.evaluate(part.count);
    double sum = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const double z[2] = {static_cast<double>(plan.output()[2 * i]), static_cast<double>(plan.output()[2 * i + 1])};
      const double log_sum = std::log(std::exp(z[0]) + std::exp(z[1]));
      const auto label = static_cast<std::size_t>(part.labels[i]);
      sum += (1 - smoothing) * (log_sum - z[label]) + smoothing * (log_sum - (z[0] + z[1]) / 2);
    }
    return sum / static_cast<double>(part.count);
  };
  EXPECT_NEAR(result.epochs[0].train_loss, mean_loss(data.train, 0.3), 1e-6);
  EXPECT_NEAR(result.epochs[0].validation_loss, mean_loss(data.validation, 0), 1e-6);
  EXPECT_GT(std::abs(mean_loss(data.train, 0.3) - mean_loss(data.train, 0)), 1e-3);
}

TEST(Train, AccumulationChangesRoundingOnly) {
  const DataSet data = small_data();
  TrainSettings settings = small_settings();
  const TrainResult whole = train(settings, data, nullptr, {});
  settings.accumulate = 4;
  const TrainResult parts = train(settings, data, nullptr, {});
  EXPECT_EQ(parts.steps, whole.steps);
  EXPECT_LT(parts.arena_bytes, whole.arena_bytes);
  EXPECT_NEAR(parts.epochs.back().train_loss, whole.epochs.back().train_loss, 1e-5);
}

TEST(Train, WeightDecayActsOnWeightsAloneUnlessToldOtherwise) {
  const DataSet data = small_data();
  TrainSettings settings = small_settings();
  settings.optimizer = "adamw(weight_decay=0)";
  settings.learning_rate = 0.01;
  settings.init_for = "*.bias=constant(0.5)";
  settings.max_steps = 1;
  const auto plain = trained(settings, data);
  settings.optimizer = "adamw(weight_decay=0.1)";
  const auto weights = trained(settings, data);
  settings.decay_all = true;
  const auto all = trained(settings, data);
  // One decoupled decay takes the part 0.01 * 0.1 of a value away, whatever the gradient.
  for (const float bias : all.at("layer1.bias")) EXPECT_GT(bias, 0.48F);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(weights.at("layer1.bias")[i], plain.at("layer1.bias")[i]);
    EXPECT_NEAR(all.at("layer1.bias")[i], plain.at("layer1.bias")[i] - 0.0005F, 1e-6);
  }
  EXPECT_NE(weights.at("layer1.weight"), plain.at("layer1.weight"));
  EXPECT_EQ(weights.at("layer1.weight"), all.at("layer1.weight"));
}

TEST(Train, ALearningRateOfZeroFreezesALayer) {
  const DataSet data = small_data();
  TrainSettings settings = small_settings();
  settings.max_steps = 1;
  const auto once = trained(settings, data);
  settings.learning_rate_for = "layer1=0";
  const auto frozen = trained(settings, data);
  settings.learning_rate_for = "layer1=0,layer2=0";
  const auto all_frozen = trained(settings, data);
  EXPECT_EQ(frozen.at("layer1.weight"), all_frozen.at("layer1.weight"));
  EXPECT_NE(frozen.at("layer1.weight"), once.at("layer1.weight"));
  EXPECT_EQ(frozen.at("layer2.weight"), once.at("layer2.weight"));
}

TEST(Train, SchedulesReachTheOptimizer) {
  const DataSet data = small_data();
  TrainSettings settings = small_settings();
  settings.schedule = "linear";
  settings.optimizer = "sgd";
  settings.learning_rate = 0.2;
  const TrainResult result = train(settings, data, nullptr, {});
  // 15 steps from 0.2 to 0: the fifth is number 4 of 0 to 14.
  EXPECT_DOUBLE_EQ(result.epochs[0].learning_rate, 0.2 * (1 - 4.0 / 14));
  EXPECT_EQ(result.epochs[2].learning_rate, 0);
}

TEST(Train, ClippingIsCounted) {
  const DataSet data = small_data();
  TrainSettings settings = small_settings();
  settings.clipping = "global_norm";
  settings.clip_limit = 1e-3;
  const TrainResult result = train(settings, data, nullptr, {});
  for (const TrainEpoch& epoch : result.epochs) {
    EXPECT_EQ(epoch.clipped_steps, 5);
    EXPECT_GT(epoch.largest_gradient_norm, 1e-3);
  }
  settings.clip_limit = 1e6;
  for (const TrainEpoch& epoch : train(settings, data, nullptr, {}).epochs) EXPECT_EQ(epoch.clipped_steps, 0);
}

TEST(Train, RegressionHasLossesAndNoAccuracy) {
  const DataSet data = load_data_set("teacher(points=64, test_points=16, inputs=4)", {});
  TrainSettings settings = small_settings();
  settings.net = "";
  settings.loss = "huber";
  const TrainResult result = train(settings, data, nullptr, {});
  EXPECT_EQ(result.settings.net, "4-256-128-1");
  EXPECT_FALSE(result.has_accuracy);
  EXPECT_TRUE(std::isnan(result.epochs[0].train_accuracy));
  EXPECT_LT(result.epochs[2].train_loss, result.epochs[0].train_loss);
}

TEST(Train, FilesForPeopleSayTheSame) {
  const TestFolder folder;
  const DataSet data = small_data();
  TrainSettings settings = small_settings();
  settings.out = folder.path();
  const TrainResult result = train(settings, data, nullptr, {});
  std::ifstream file(folder.path() / "train.json");
  const Json json = Json::parse(file);
  EXPECT_EQ(json.at("status"), "finished");
  EXPECT_EQ(json.at("best_epoch"), result.best_epoch);
  EXPECT_EQ(json.at("epochs").size(), 3U);
  EXPECT_EQ(json.at("epochs")[2].at("test_loss"), result.epochs[2].test_loss);
  const std::string csv = to_csv(result);
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 4);
  EXPECT_THAT(csv, HasSubstr("epoch,steps,learning_rate,train_loss"));
}

}  // namespace
}  // namespace fanin::experiment
