#include <gmock/gmock.h>

#include <limits>

#include "fanin/experiment/compare.hpp"
#include "fanin/experiment/data/test_files.hpp"
#include "fanin/experiment/network.hpp"

namespace fanin::experiment {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const DataSet& spirals() {
  static const DataSet kData = load_data_set("spirals(classes=3, points=60, test_points=30)", {});
  return kData;
}

// The option that `change` made wrong, with the message.
std::pair<std::string, std::string> refusal(const std::function<void(CompareSettings&)>& change) {
  CompareSettings settings;
  settings.batch_size = 16;
  change(settings);
  const Error error = error_of([&] { resolve(settings, spirals()); });
  return {error.where(), error.message()};
}

TEST(Resolve, FillsInEveryDefaultFromTheData) {
  CompareSettings settings;
  settings.batch_size = 16;
  const CompareSettings resolved = resolve(settings, spirals());
  EXPECT_EQ(resolved.net, "2-256-128-3");
  EXPECT_EQ(resolved.activation, "relu");
  EXPECT_THAT(resolved.inits, ElementsAre("zeros", "normal(std=0.01)", "glorot_uniform", "he_uniform"));
  EXPECT_EQ(resolved.optimizer, "adam");
  EXPECT_EQ(resolved.learning_rate, 1e-3);
  EXPECT_GE(resolved.workers, 1);
  EXPECT_LE(resolved.workers, 12);
}

TEST(Resolve, TheDefaultBatchSizeShrinksToASmallTrainingPartAndAnAskedOneDoesNot) {
  const CompareSettings settings;
  EXPECT_EQ(resolve(settings, spirals()).batch_size, 60);
  EXPECT_EQ(resolve(resolve(settings, spirals()), spirals()).batch_size, 60);
  const DataSet large = load_data_set("spirals(points=200, test_points=30)", {});
  EXPECT_EQ(resolve(settings, large).batch_size, 64);
  const auto [where, message] = refusal([](CompareSettings& s) { s.batch_size = 65; });
  EXPECT_EQ(where, "--batch-size");
  EXPECT_THAT(message, HasSubstr("from 1 to 60"));
}

TEST(Resolve, ResolvingTwiceChangesNothing) {
  CompareSettings settings;
  settings.batch_size = 16;
  settings.net = "2-5-3";
  settings.activation = "leaky_relu(0.2)";
  settings.inits = {"kaiming_normal", "xavier_uniform"};
  settings.optimizer = "momentum(momentum=0.5)";
  const CompareSettings once = resolve(settings, spirals());
  EXPECT_THAT(once.inits, ElementsAre("he_normal", "glorot_uniform"));
  EXPECT_EQ(once.learning_rate, engine::default_learning_rate(engine::OptimizerKind::momentum));
  const CompareSettings twice = resolve(once, spirals());
  EXPECT_EQ(twice.net, once.net);
  EXPECT_EQ(twice.activation, once.activation);
  EXPECT_EQ(twice.inits, once.inits);
  EXPECT_EQ(twice.optimizer, once.optimizer);
  EXPECT_EQ(twice.learning_rate, once.learning_rate);
  EXPECT_EQ(twice.workers, once.workers);
}

TEST(Resolve, UnknownNamesAreRefusedWithTheNearestOnes) {
  auto [where, message] = refusal([](CompareSettings& s) { s.inits = {"he_norml"}; });
  EXPECT_EQ(where, "--inits");
  EXPECT_THAT(message, HasSubstr("he_normal"));
  std::tie(where, message) = refusal([](CompareSettings& s) { s.activation = "rleu"; });
  EXPECT_EQ(where, "--activation");
  EXPECT_THAT(message, HasSubstr("relu"));
  std::tie(where, message) = refusal([](CompareSettings& s) { s.optimizer = "adm"; });
  EXPECT_EQ(where, "--optimizer");
  EXPECT_THAT(message, HasSubstr("adam"));
}

TEST(Resolve, ANetThatDoesNotFitTheDataIsRefused) {
  auto [where, message] = refusal([](CompareSettings& s) { s.net = "784-10-3"; });
  EXPECT_EQ(where, "--net");
  EXPECT_THAT(message, HasSubstr("takes 784 inputs"));
  EXPECT_THAT(message, HasSubstr("has 2 values"));
  std::tie(where, message) = refusal([](CompareSettings& s) { s.net = "2-10-2"; });
  EXPECT_EQ(where, "--net");
  EXPECT_THAT(message, HasSubstr("labels 0 to 2"));
  EXPECT_EQ(refusal([](CompareSettings& s) { s.net = "2"; }).first, "--net");
  EXPECT_EQ(refusal([](CompareSettings& s) { s.net = "2--3"; }).first, "--net");
  EXPECT_EQ(refusal([](CompareSettings& s) { s.net = "2-999999999-3"; }).first, "--net");
}

TEST(Resolve, EveryNumberIsCheckedAndItsOptionNamed) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(refusal([](CompareSettings& s) { s.batch_size = 0; }).first, "--batch-size");
  EXPECT_EQ(refusal([](CompareSettings& s) { s.batch_size = 61; }).first, "--batch-size");
  EXPECT_EQ(refusal([](CompareSettings& s) { s.epochs = 0; }).first, "--epochs");
  EXPECT_EQ(refusal([](CompareSettings& s) { s.epochs = -3; }).first, "--epochs");
  EXPECT_EQ(refusal([](CompareSettings& s) { s.seeds = 0; }).first, "--seeds");
  EXPECT_EQ(refusal([](CompareSettings& s) { s.seeds = INT64_MAX; }).first, "--seeds");
  EXPECT_EQ(refusal([](CompareSettings& s) { s.first_seed = UINT64_MAX; }).first, "--seed");
  EXPECT_EQ(refusal([](CompareSettings& s) { s.workers = -1; }).first, "--workers");
  EXPECT_EQ(refusal([](CompareSettings& s) { s.workers = 100'000; }).first, "--workers");
  EXPECT_EQ(refusal([](CompareSettings& s) { s.learning_rate = 0; }).first, "--lr");
  EXPECT_EQ(refusal([&](CompareSettings& s) { s.learning_rate = nan; }).first, "--lr");
  EXPECT_EQ(refusal([](CompareSettings& s) { s.reach_accuracy = 0; }).first, "--reach");
  EXPECT_EQ(refusal([](CompareSettings& s) { s.reach_accuracy = 85; }).first, "--reach");
}

TEST(Resolve, NumbersAreShownAsTheyWereWritten) {
  EXPECT_THAT(refusal([](CompareSettings& s) { s.learning_rate = -1; }).second, HasSubstr("-1 is not"));
  EXPECT_THAT(refusal([](CompareSettings& s) { s.learning_rate = -1e-9; }).second, HasSubstr("-1e-09 is not"));
  EXPECT_THAT(refusal([](CompareSettings& s) { s.reach_accuracy = 85; }).second, HasSubstr("85 is not"));
}

TEST(Resolve, TheListOfInitializersNamesEachOnce) {
  EXPECT_EQ(refusal([](CompareSettings& s) { s.inits = {}; }).first, "--inits");
  const auto [where, message] = refusal([](CompareSettings& s) { s.inits = {"he_normal", "kaiming_normal"}; });
  EXPECT_EQ(where, "--inits");
  EXPECT_THAT(message, HasSubstr("kaiming_normal"));
}

TEST(Resolve, ANetBeyondTheMachinesMemoryIsRefusedBeforeAnythingIsAllocated) {
  const auto [where, message] = refusal([](CompareSettings& s) {
    s.net = "2-90000-90000-3";  // 8.1e9 parameters
    s.workers = 8;
  });
  EXPECT_EQ(where, "--net");
  EXPECT_THAT(message, HasSubstr("fewer workers"));
}

TEST(Resolve, ADenseNetworkIsRefusedWhereEachPositionHasALabel) {
  for (const char* name : {"text", "copy(rows=20)"}) {
    const DataSet data = load_data_set(name, {});
    const Error error = error_of([&] { resolve(CompareSettings(), data); });
    EXPECT_EQ(error.where(), "--net");
    EXPECT_EQ(error.code(), ErrorCode::bad_shape);
  }
}

TEST(Resolve, AnEmptyPartIsRefused) {
  DataSet data = spirals();
  data.test = Samples{};
  CompareSettings settings;
  settings.batch_size = 16;
  EXPECT_EQ(error_of([&] { resolve(settings, data); }).where(), "--data");
}

}  // namespace
}  // namespace fanin::experiment
