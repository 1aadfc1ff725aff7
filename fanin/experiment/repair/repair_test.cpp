#include "fanin/experiment/repair/repair.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "fanin/experiment/repair/changes.hpp"
#include "fanin/experiment/training/data_start.hpp"
#include "fanin/experiment/training/small_for_test.hpp"
#include "fanin/io/safetensors.hpp"
#include "tests/support/json.hpp"

namespace fanin::experiment {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using tests::parse_json;

const std::string kTeacher =
    "teacher(inputs=12, hidden=16, outputs=3, task=classification, points=1200, test_points=300)";

RepairSettings settings_for(const std::string& init, const std::string& net = "mlp(6, 32)") {
  RepairSettings settings;
  settings.training.net = net;
  settings.training.data = kTeacher;
  settings.training.init = init;
  settings.training.learning_rate = 0.003;
  settings.training.threads = 1;
  settings.watched_steps = 30;
  settings.steps = 120;
  return settings;
}

RepairResult repaired(const RepairSettings& settings) {
  return repair(settings, load_data_set(settings.training.data, settings.training.data_options), {}, {});
}

// What was tried, for the message of a test that fails.
std::string tried(const RepairResult& result) {
  std::string text = "\n";
  for (const RepairTrial& trial : result.trials) {
    text += trial.options + ": loss " + std::to_string(trial.loss) + ", accuracy " + std::to_string(trial.accuracy);
    text += trial.refused;
    if (trial.diagnosis) {
      text += ", ";
      text += observe::to_string(trial.diagnosis->verdict);
      for (const observe::Finding& finding : trial.diagnosis->findings) {
        text += "\n    ";
        text += observe::to_string(finding.severity);
        text += " ";
        text += observe::to_string(finding.problem);
        text += " " + finding.layer + " " + finding.cause;
      }
    }
    text += '\n';
  }
  return text;
}

TEST(Repair, AHealthyNetworkIsLeftAlone) {
  const RepairResult result = repaired(settings_for("he_normal", "mlp(2, 32)"));
  EXPECT_EQ(result.outcome, RepairOutcome::healthy) << result.reason;
  EXPECT_THAT(result.trials, IsEmpty());
  EXPECT_EQ(result.after.kind, RepairKind::none);
}

TEST(Repair, WeightsMuchTooSmallAreRescaledByTheDataAndKeepTheirDistribution) {
  RepairSettings settings = settings_for("normal(std=0.001)", "mlp(4, 32)");
  settings.training.activation = "tanh";
  const RepairResult result = repaired(settings);
  ASSERT_EQ(result.outcome, RepairOutcome::repaired) << result.reason;
  EXPECT_EQ(result.after.kind, RepairKind::rescale) << tried(result);
  EXPECT_EQ(result.after.options, "--init \"lsuv(normal(std=0.001))\"");
  EXPECT_GT(result.after.accuracy, result.before.accuracy + 0.1);
  ASSERT_FALSE(result.changes.empty());
  EXPECT_GT(result.changes.front().factor, 10);
  EXPECT_TRUE(has_bad_start(*result.before.diagnosis));
  EXPECT_FALSE(has_bad_start(*result.after.diagnosis));
}

TEST(Repair, BiasesThatKillUnitsGoBackToZeroAndNothingElseChanges) {
  RepairSettings settings = settings_for("pytorch_default", "mlp(3, 32)");
  settings.training.init_for = "layer*.bias=constant(-20)";
  settings.steps = 400;
  const RepairResult result = repaired(settings);
  ASSERT_EQ(result.outcome, RepairOutcome::repaired) << result.reason;
  EXPECT_EQ(result.after.kind, RepairKind::bias) << tried(result);
  EXPECT_EQ(result.after.settings.init, "pytorch_default");
  EXPECT_EQ(result.after.settings.init_for, "");
  EXPECT_EQ(result.after.options, "(no --init-for)");
}

TEST(Repair, EqualUnitsGetAnotherStartBecauseNoScaleTellsThemApart) {
  const RepairResult result = repaired(settings_for("constant(0.1)", "mlp(2, 32)"));
  ASSERT_EQ(result.outcome, RepairOutcome::repaired) << result.reason;
  EXPECT_GE(result.after.kind, RepairKind::scheme);
  EXPECT_GT(result.after.accuracy, result.before.accuracy + 0.05);
}

TEST(Repair, WrongLabelsAreRefused) {
  RepairSettings settings = settings_for("he_normal", "mlp(2, 32)");
  DataSet data = load_data_set(settings.training.data, {});
  for (std::size_t i = 0; i < data.train.labels.size(); ++i) {
    data.train.labels[i] = static_cast<std::int32_t>(i * 2654435761U >> 7) % 3;
    data.train.labels[i] = std::abs(data.train.labels[i]);
  }
  const RepairResult result = repair(settings, data, {}, {});
  EXPECT_NE(result.outcome, RepairOutcome::repaired) << result.after.options;
  EXPECT_THAT(result.reason, Not(IsEmpty()));
}

// The test rows are looked at once, when everything is chosen.
TEST(Repair, NoTestRowHasASayInWhatIsChosen) {
  const RepairSettings settings = settings_for("normal(std=0.001)", "mlp(4, 16)");
  DataSet data = load_data_set(settings.training.data, {});
  const RepairResult one = repair(settings, data, {}, {});
  for (std::int32_t& label : data.test.labels) label = (label + 1) % 3;
  const RepairResult other = repair(settings, data, {}, {});
  EXPECT_EQ(other.after.options, one.after.options);
  ASSERT_EQ(other.trials.size(), one.trials.size());
  for (std::size_t i = 0; i < one.trials.size(); ++i) EXPECT_EQ(other.trials[i].loss, one.trials[i].loss);
  EXPECT_EQ(one.judged_by, "held-out");
  EXPECT_EQ(one.after.trainings, 3);
  EXPECT_NE(other.test_after.accuracy, one.test_after.accuracy);
}

TEST(Repair, TheFiguresOfTheTestRowsAreThoseOfABriefTraining) {
  const RepairSettings settings = settings_for("normal(std=0.001)", "mlp(4, 16)");
  const DataSet data = load_data_set(settings.training.data, {});
  const RepairResult result = repair(settings, data, {}, {});
  TrainSettings after = result.after.settings;
  after.max_steps = settings.steps;
  EXPECT_EQ(result.test_after.loss, train(after, data, nullptr, {}).epochs.back().test_loss);
}

TEST(Repair, AValidationPartJudgesWhereThereIsOne) {
  RepairSettings settings = settings_for("normal(std=0.001)", "mlp(4, 16)");
  settings.training.data_options.validation_fraction = 0.3;
  const RepairResult result = repaired(settings);
  EXPECT_EQ(result.judged_by, "validation");
  EXPECT_EQ(result.after.trainings, 1);
  TrainSettings after = result.after.settings;
  after.max_steps = settings.steps;
  const DataSet data = load_data_set(after.data, after.data_options);
  EXPECT_EQ(result.after.loss, train(after, data, nullptr, {}).epochs.back().validation_loss);
}

TEST(Repair, RepeatsToTheBitAndTellsWhatItDoes) {
  const RepairSettings settings = settings_for("normal(std=0.001)", "mlp(4, 16)");
  const DataSet data = load_data_set(settings.training.data, {});
  std::vector<std::string> doings;
  const RepairResult one = repair(settings, data, [&](std::string_view doing) { doings.emplace_back(doing); }, {});
  EXPECT_EQ(to_json(repair(settings, data, {}, {})), to_json(one));
  ASSERT_FALSE(doings.empty());
  EXPECT_EQ(doings.front(), "diagnosing the network as it is");
  const auto json = parse_json(to_json(one));
  EXPECT_EQ(json.at("outcome"), "repaired");
  EXPECT_EQ(json.at("after").at("options"), one.after.options);
  EXPECT_EQ(json.at("trials").size(), one.trials.size());
}

TEST(Repair, AStopEndsItWithoutAChoice) {
  const RepairSettings settings = settings_for("normal(std=0.001)");
  std::stop_source source;
  const RepairResult result = repair(
      settings, load_data_set(settings.training.data, {}),
      [&](std::string_view doing) {
        if (doing.starts_with("trying")) source.request_stop();
      },
      source.get_token());
  EXPECT_EQ(result.outcome, RepairOutcome::interrupted);
  EXPECT_EQ(result.after.kind, RepairKind::none);
}

TEST(Repair, TheWrittenWeightsAreThoseThatTheOptionsStartFrom) {
  RepairSettings settings = settings_for("normal(std=0.001)", "mlp(4, 32)");
  settings.training.activation = "tanh";
  const RepairResult result = repaired(settings);
  const DataSet data = load_data_set(kTeacher, {});
  const TestFolder folder;
  const std::filesystem::path file = folder.path() / "repaired.safetensors";
  write_start(result.after.settings, data, file);
  const io::SafetensorsFile read(file);
  EXPECT_EQ(read.metadata().at("fanin.init"), "lsuv(start=normal(std=0.001))");
  const TrainSetup setup = prepare(result.after.settings, data);
  std::size_t tensors = 0;
  start_parameters(setup, data, [&](const net::ParameterSpec& parameter, std::span<const float> values) {
    ++tensors;
    const io::Array array = read.read(read.find(parameter.name));
    EXPECT_TRUE(std::ranges::equal(io::values<float>(array), values)) << parameter.name;
  });
  EXPECT_EQ(tensors, read.entries().size());
}

observe::Finding finding(observe::Problem problem) {
  observe::Finding f;
  f.problem = problem;
  return f;
}

TEST(RepairChanges, ACauseBesideTheStartIsNamedUnlessTheStartIsBadItself) {
  observe::Diagnosis d;
  d.findings = {finding(observe::Problem::label_problem), finding(observe::Problem::stagnant_loss)};
  ASSERT_NE(cause_elsewhere(d), nullptr);
  EXPECT_EQ(cause_elsewhere(d)->problem, observe::Problem::label_problem);
  d.findings.push_back(finding(observe::Problem::poor_init_scale));
  EXPECT_EQ(cause_elsewhere(d), nullptr);
  d.findings = {finding(observe::Problem::learning_rate)};
  EXPECT_EQ(cause_elsewhere(d), nullptr);
  d.findings = {finding(observe::Problem::missing_nonlinearity)};
  d.findings[0].severity = observe::Severity::note;
  EXPECT_EQ(cause_elsewhere(d), nullptr);
}

TEST(RepairChanges, AnotherLearningRateTakesThePlaceOfTheLast) {
  RepairSettings settings = settings_for("he_normal", "mlp(2, 16)");
  settings.training.init_for = "layer1.bias=constant(3)";
  const std::vector<RepairTrial> starts = start_changes(prepare(settings.training, load_data_set(kTeacher, {})), {});
  const RepairTrial once = with_rate(starts.front(), 0.01);
  EXPECT_EQ(once.what, "biases start at zero; a learning rate of 0.01");
  EXPECT_EQ(with_rate(once, 0.1).what, "biases start at zero; a learning rate of 0.1");
  EXPECT_EQ(with_rate(once, 0.1).settings.learning_rate, 0.1);
}

TEST(Repair, ARateFarTooSmallIsFollowedBeyondTheFirstTries) {
  RepairSettings settings = settings_for("he_normal", "mlp(4, 48)");
  settings.steps = 200;
  settings.training.optimizer = "sgd";
  settings.training.learning_rate = 0.001;
  settings.training.init_for = "layer2.bias=constant(-10)";
  const RepairResult result = repaired(settings);
  ASSERT_EQ(result.outcome, RepairOutcome::repaired) << result.reason;
  EXPECT_EQ(result.after.kind, RepairKind::learning_rate) << tried(result);
  EXPECT_GE(*result.after.settings.learning_rate, 0.05) << tried(result);
  EXPECT_GT(result.test_after.accuracy, result.test_before.accuracy + 0.3);
}

TEST(RepairChanges, GoFromSmallToLarge) {
  RepairSettings settings = settings_for("normal(std=0.01)");
  settings.training.init_for = "layer1.bias=constant(3),layer2=zeros";
  const DataSet data = load_data_set(kTeacher, {});
  const TrainSetup setup = prepare(settings.training, data);
  std::vector<std::string> options;
  RepairKind last = RepairKind::none;
  for (const RepairTrial& trial : start_changes(setup, {})) {
    EXPECT_GE(trial.kind == RepairKind::orthogonal ? RepairKind::scheme : trial.kind,
              last == RepairKind::orthogonal ? RepairKind::scheme : last);
    last = trial.kind;
    options.push_back(trial.options);
  }
  ASSERT_GE(options.size(), 4U);
  EXPECT_EQ(options[0], "--init-for \"layer2=zeros\"");
  EXPECT_EQ(options[1], "(no --init-for)");
  EXPECT_EQ(options[2], "--init \"lsuv(normal(std=0.01))\" (no --init-for)");
  EXPECT_EQ(options[3], "--init \"he_normal\" (no --init-for)");
}

}  // namespace
}  // namespace fanin::experiment
