#include "fanin/experiment/sweep/sweep.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <string>

#include "fanin/experiment/store/store.hpp"
#include "fanin/experiment/sweep/sweep_summary.hpp"
#include "fanin/experiment/training/small_for_test.hpp"

namespace fanin::experiment {
namespace {

constexpr const char* kSmall = R"toml(
name = "small"
select = "learning_rate"
[data]
source = "spirals(points=80, test_points=24)"
validation = 0.2
[base]
epochs = 2
batch_size = 16
width = 8
[axes]
init = ["he_normal", "lecun_normal"]
learning_rate = [0.01, 0.001]
seeds = 3
)toml";

SweepPlan small_plan() { return parse_sweep(kSmall, "small.toml"); }

// Everything in a store's latest sweep but ids and times, by key.
std::map<std::string, std::string> contents(const std::filesystem::path& folder) {
  const StoreReader reader(folder / kStoreFileName);
  const std::vector<StoredExperiment> experiments = reader.experiments();
  std::map<std::string, std::string> out;
  for (const StoredRun& row : reader.runs({.experiment = experiments.back().id})) {
    const StoredRun run = reader.run(row.id);
    std::string text = std::string(to_string(run.status)) + " " + run.init + " " + run.settings + " " + run.message;
    for (const StoredEpoch& epoch : run.epochs) {
      Json json;
      json = {epoch.epoch,           epoch.steps,     epoch.learning_rate, epoch.train_loss,
              epoch.validation_loss, epoch.test_loss, epoch.test_accuracy};
      text += json.dump();
    }
    out[run.key] = text;
  }
  return out;
}

// Counts runs, and asks for a stop after some.
class Counter final : public SweepObserver {
 public:
  explicit Counter(std::int64_t stop_after = 1'000'000) : stop_after_(stop_after) {}
  void started(const SweepResult&, const SweepMoment&, int) override {}
  void run_finished(const SweepPoint& point, const StoredRun&, const SweepMoment& moment) override {
    ++runs_[point.key];
    last_ = moment;
    if (--stop_after_ == 0) source_.request_stop();
  }
  bool wants_moment() noexcept override { return true; }
  void moved(const SweepMoment& moment) override { EXPECT_LE(moment.cost_done, moment.cost * (1 + 1e-9)); }

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
  [[nodiscard]] const std::map<std::string, int>& runs() const { return runs_; }
  [[nodiscard]] const SweepMoment& last() const { return last_; }

 private:
  std::stop_source source_;
  std::int64_t stop_after_;
  std::map<std::string, int> runs_;
  SweepMoment last_;
};

TEST(Sweep, GivesTheSameForAnyNumberOfWorkers) {
  const SweepPlan plan = small_plan();
  const DataSet data = load_data_set(plan.data, plan.data_options);
  TestFolder folder;
  std::vector<std::map<std::string, std::string>> all;
  std::vector<std::string> texts;
  for (const int workers : {1, 2, 5}) {
    const auto path = folder.path() / std::to_string(workers);
    SweepResult result = run_sweep(plan, data, {.folder = path, .workers = workers}, nullptr, {});
    EXPECT_FALSE(result.interrupted);
    all.push_back(contents(path));
    for (auto& run : result.runs) run->seconds = 0;
    result.seconds = 0;
    texts.push_back(to_json(result, summarize(result)));
  }
  EXPECT_EQ(all[0].size(), 12U);
  EXPECT_EQ(all[0], all[1]);
  EXPECT_EQ(all[0], all[2]);
  EXPECT_EQ(texts[0], texts[1]);
  EXPECT_EQ(texts[0], texts[2]);
}

TEST(Sweep, TrainsEachRunAsTrainingItAloneDoes) {
  const SweepPlan plan = small_plan();
  const DataSet data = load_data_set(plan.data, plan.data_options);
  TestFolder folder;
  const SweepResult result = run_sweep(plan, data, {.folder = folder.path(), .workers = 2}, nullptr, {});
  for (const std::size_t i : {std::size_t{0}, std::size_t{7}}) {
    const TrainResult alone = train(result.points[i].settings, data, nullptr, {});
    EXPECT_EQ(result.runs[i]->test_loss, alone.epochs.back().test_loss);
    EXPECT_EQ(result.runs[i]->epochs.size(), alone.epochs.size());
  }
}

TEST(Sweep, GoesOnAfterAStopWithoutLosingOrRepeatingARun) {
  const SweepPlan plan = small_plan();
  const DataSet data = load_data_set(plan.data, plan.data_options);
  TestFolder folder;
  run_sweep(plan, data, {.folder = folder.path() / "whole", .workers = 1}, nullptr, {});
  const auto path = folder.path() / "parts";
  Counter first(5);
  const SweepResult part = run_sweep(plan, data, {.folder = path, .workers = 2}, &first, first.token());
  EXPECT_TRUE(part.interrupted);
  Counter second;
  const SweepResult rest = run_sweep(plan, data, {.folder = path, .workers = 2}, &second, {});
  EXPECT_FALSE(rest.interrupted);
  EXPECT_EQ(rest.kept, static_cast<std::int64_t>(first.runs().size()));
  EXPECT_GE(rest.kept, 5);
  EXPECT_EQ(first.runs().size() + second.runs().size(), 12U);
  for (const auto& [key, count] : second.runs()) EXPECT_FALSE(first.runs().contains(key));
  EXPECT_EQ(second.last().done, 12);
  EXPECT_NEAR(second.last().cost_done, second.last().cost, 1e-9 * second.last().cost);
  EXPECT_EQ(contents(path), contents(folder.path() / "whole"));
  Counter third;
  EXPECT_EQ(run_sweep(plan, data, {.folder = path}, &third, {}).kept, 12);
  EXPECT_TRUE(third.runs().empty());
}

TEST(Sweep, RefusesAnotherPlanInItsFolderAndExtendsWhenAsked) {
  SweepPlan plan = small_plan();
  const DataSet data = load_data_set(plan.data, plan.data_options);
  TestFolder folder;
  run_sweep(plan, data, {.folder = folder.path(), .workers = 2}, nullptr, {});
  plan.seeds.push_back(4);
  const std::string said = refusal([&] { run_sweep(plan, data, {.folder = folder.path()}, nullptr, {}); });
  EXPECT_NE(said.find("seeds: [1,2,3] became [1,2,3,4]"), std::string::npos) << said;
  EXPECT_NE(said.find("--extend"), std::string::npos);
  Counter counter;
  const SweepResult longer =
      run_sweep(plan, data, {.folder = folder.path(), .workers = 2, .extend = true}, &counter, {});
  EXPECT_EQ(longer.kept, 12);
  EXPECT_EQ(counter.runs().size(), 4U);
  // From here on this is the folder's sweep.
  EXPECT_EQ(run_sweep(plan, data, {.folder = folder.path()}, nullptr, {}).kept, 16);
}

TEST(Sweep, NeverTakesRunsOfOtherData) {
  const SweepPlan plan = small_plan();
  TestFolder folder;
  DataSet data = load_data_set(plan.data, plan.data_options);
  run_sweep(plan, data, {.folder = folder.path(), .workers = 2}, nullptr, {});
  data.train.labels[0] = 1 - data.train.labels[0];
  const std::string said = refusal([&] { run_sweep(plan, data, {.folder = folder.path()}, nullptr, {}); });
  EXPECT_NE(said.find("data_set.checksum"), std::string::npos) << said;
  EXPECT_EQ(run_sweep(plan, data, {.folder = folder.path(), .extend = true}, nullptr, {}).kept, 0);
}

// The test labels turned into other ones, down to a single class: every run trains the same, and the same rates and the
// same best initialization are chosen.
TEST(Sweep, ChoosesNothingByTheTestLabels) {
  const SweepPlan plan = small_plan();
  TestFolder folder;
  DataSet data = load_data_set(plan.data, plan.data_options);
  const SweepResult before = run_sweep(plan, data, {.folder = folder.path() / "a", .workers = 2}, nullptr, {});
  for (const bool one_class : {false, true}) {
    for (std::int32_t& label : data.test.labels) label = one_class ? 1 : 1 - label;
    const auto path = folder.path() / (one_class ? "c" : "b");
    const SweepResult after = run_sweep(plan, data, {.folder = path, .workers = 2}, nullptr, {});
    const SweepSummary one = summarize(before);
    const SweepSummary other = summarize(after);
    ASSERT_EQ(one.rows.size(), other.rows.size());
    for (std::size_t i = 0; i < one.rows.size(); ++i) {
      EXPECT_EQ(one.rows[i].learning_rate, other.rows[i].learning_rate);
      EXPECT_EQ(one.rows[i].validation_mean, other.rows[i].validation_mean);
      EXPECT_NE(one.rows[i].score.mean, other.rows[i].score.mean) << "the labels did change";
    }
    EXPECT_EQ(one.comparison->best, other.comparison->best);
    EXPECT_EQ(before.validation_chance, after.validation_chance);
  }
}

TEST(Sweep, InShardsIsTheWholeSweep) {
  const SweepPlan plan = small_plan();
  const DataSet data = load_data_set(plan.data, plan.data_options);
  TestFolder folder;
  run_sweep(plan, data, {.folder = folder.path() / "whole", .workers = 2}, nullptr, {});
  std::map<std::string, std::string> together;
  for (std::int64_t i = 0; i < 3; ++i) {
    const auto path = folder.path() / std::to_string(i);
    run_sweep(plan, data, {.folder = path, .workers = 1, .shard = i, .shards = 3}, nullptr, {});
    together.merge(contents(path));
  }
  EXPECT_EQ(together, contents(folder.path() / "whole"));
}

TEST(Sweep, KeepsDivergedHopelessAndFailedRunsAsResults) {
  const SweepPlan plan = parse_sweep(
      "name = \"faults\"\ngive_up_after = 0.5\n[data]\nsource = \"spirals(points=80, test_points=24)\"\n[base]\nwidth "
      "= 8\n"
      "epochs = 60\noptimizer = \"sgd\"\n[axes]\ninit = [\"zeros\", \"he_normal\"]\nlearning_rate = [1e-12, 1e30]\n"
      "batch_size = [16, 4000]",
      "faults.toml");
  const DataSet data = load_data_set(plan.data, plan.data_options);
  TestFolder folder;
  const SweepResult result = run_sweep(plan, data, {.folder = folder.path(), .workers = 2}, nullptr, {});
  std::map<std::string, StoredStatus> statuses;
  for (std::size_t i = 0; i < result.points.size(); ++i) {
    statuses[to_string(result.points[i].values)] = result.runs[i]->status;
    if (result.runs[i]->status == StoredStatus::failed) {
      EXPECT_NE(result.runs[i]->message.find("--batch-size"), std::string::npos);
    }
    if (result.runs[i]->status == StoredStatus::abandoned) {
      EXPECT_TRUE(result.runs[i]->message.starts_with("at chance level after 150 of 300 steps: "))
          << result.runs[i]->message;
      EXPECT_EQ(result.runs[i]->steps, 150);
    }
  }
  EXPECT_EQ(statuses.at("init=zeros, learning_rate=1e-12, batch_size=16"), StoredStatus::abandoned);
  EXPECT_EQ(statuses.at("init=he_normal, learning_rate=1e+30, batch_size=16"), StoredStatus::diverged);
  EXPECT_EQ(statuses.at("init=zeros, learning_rate=1e-12, batch_size=4000"), StoredStatus::failed);
  EXPECT_FALSE(result.interrupted);
  // Which runs are given up, and when, has nothing to do with what runs beside them.
  for (const int workers : {1, 5}) {
    const auto path = folder.path() / std::to_string(workers);
    run_sweep(plan, data, {.folder = path, .workers = workers}, nullptr, {});
    EXPECT_EQ(contents(path), contents(folder.path())) << workers;
  }
}

// A run that fails is tried once more each time, its error stays until then, and a stop before that does not hide it.
TEST(Sweep, TriesFailedRunsOnceMoreEachTimeAndKeepsTheirErrors) {
  const SweepPlan plan = parse_sweep(
      "name = \"faults\"\n[data]\nsource = \"spirals(points=80, test_points=24)\"\n[base]\nwidth = 8\nepochs = 1\n"
      "[axes]\nbatch_size = [16, 4000, 32]\nseeds = 2",
      "faults.toml");
  const DataSet data = load_data_set(plan.data, plan.data_options);
  TestFolder folder;
  Counter first;
  const SweepResult begun = run_sweep(plan, data, {.folder = folder.path(), .workers = 1}, &first, {});
  EXPECT_EQ(first.runs().size(), 6U);
  EXPECT_FALSE(begun.interrupted);
  const auto failed = [](const SweepResult& result) {
    std::int64_t count = 0;
    for (const auto& run : result.runs) {
      if (!run || run->status != StoredStatus::failed) continue;
      EXPECT_NE(run->message.find("--batch-size"), std::string::npos) << run->message;
      ++count;
    }
    return count;
  };
  EXPECT_EQ(failed(begun), 2);
  for (int again = 0; again < 2; ++again) {
    Counter next;
    const SweepResult result = run_sweep(plan, data, {.folder = folder.path(), .workers = 1}, &next, {});
    EXPECT_EQ(next.runs().size(), 2U);
    for (const auto& [key, count] : next.runs()) EXPECT_EQ(count, 1) << key;
    EXPECT_EQ(result.kept, 4);
    EXPECT_EQ(failed(result), 2);
    EXPECT_FALSE(result.interrupted);
  }
  std::stop_source stopped;
  stopped.request_stop();
  const SweepResult unbegun =
      run_sweep(plan, data, {.folder = folder.path(), .workers = 1}, nullptr, stopped.get_token());
  EXPECT_TRUE(unbegun.interrupted);
  EXPECT_EQ(failed(unbegun), 2);
  EXPECT_EQ(contents(folder.path()).size(), 6U) << "a second try takes the first one's place";
}

// The network's file is part of what a sweep is, though the plan only names it.
TEST(Sweep, SaysThatANetworkFileHasChanged) {
  TestFolder folder;
  const auto net = folder.path() / "net.toml";
  const auto write = [&](int units) {
    std::ofstream(net) << "[network]\nname = \"n\"\n[[layer]]\nop = \"dense\"\nactivation = \"relu\"\nunits = " << units
                       << "\n[[layer]]\nop = \"dense\"\nunits = \"outputs\"\n";
  };
  write(4);
  SweepPlan plan = small_plan();
  plan.base.clear();
  plan.base.push_back({"net", net.string()});
  plan.base.push_back({"epochs", "1"});
  const DataSet data = load_data_set(plan.data, plan.data_options);
  const auto out = folder.path() / "out";
  EXPECT_EQ(run_sweep(plan, data, {.folder = out}, nullptr, {}).kept, 0);
  EXPECT_EQ(run_sweep(plan, data, {.folder = out}, nullptr, {}).kept, 12);
  write(5);
  const std::string said = refusal([&] { run_sweep(plan, data, {.folder = out}, nullptr, {}); });
  EXPECT_NE(said.find("network_files." + net.string()), std::string::npos) << said;
}

TEST(Sweep, ThatCannotRunAtAllSaysWhy) {
  SweepPlan plan = small_plan();
  const DataSet data = load_data_set(plan.data, plan.data_options);
  for (SettingValue& value : plan.base) {
    if (value.key == "batch_size") value = SettingValue{"batch_size", "5000"};
  }
  TestFolder folder;
  const std::string said = refusal([&] { run_sweep(plan, data, {.folder = folder.path()}, nullptr, {}); });
  EXPECT_TRUE(said.starts_with("bad_value: sweep: at init=he_normal, learning_rate=0.01: --batch-size")) << said;
}

}  // namespace
}  // namespace fanin::experiment
