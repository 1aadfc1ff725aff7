// fanin sweep from the outside: a sweep that is killed or stopped at any moment and started again ends like one that
// never was.
#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <random>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

#include "program.hpp"
#include "tests/support/json.hpp"

namespace fanin::cli_test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using tests::parse_json;

constexpr const char* kSweep = R"toml(name = "tiny"
select = "learning_rate"
[data]
source = "spirals(points=120, test_points=40)"
validation = 0.2
[base]
width = 16
epochs = 12
batch_size = 8
[axes]
init = ["he_normal", "lecun_normal"]
learning_rate = [0.01, 0.001]
seeds = 5
)toml";
constexpr int kRuns = 20;
constexpr int kKills = 50;

/// What determines no result is left out.
json timeless(const std::filesystem::path& file) {
  json result = parse_json(read_file(file));
  result.at("sweep").erase("seconds");
  for (json& run : result.at("runs")) run.erase("seconds");
  return result;
}

class Sweep : public ::testing::Test {
 protected:
  void SetUp() override { write_file(folder_ / "tiny.toml", kSweep); }
  [[nodiscard]] Arguments sweep(const std::string& out, const Arguments& more = {}) const {
    Arguments arguments{"sweep",  (folder_ / "tiny.toml").string(),    "--out", (folder_ / out).string(),
                        "--json", (folder_ / (out + ".json")).string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  TemporaryFolder folder_;
};

/// The runs that a progress says have been committed: "init=he_normal, learning_rate=0.01 seed 1".
std::vector<std::string> committed(const std::string& progress) {
  static const std::regex kLine(R"(^\[\d+/\d+\] (.*): test )");
  std::vector<std::string> runs;
  std::istringstream lines(progress);
  std::smatch match;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_search(line, match, kLine)) runs.push_back(match[1]);
  }
  return runs;
}

std::size_t already_there(const std::string& progress) {
  static const std::regex kThere(R"((\d+) are there already)");
  std::smatch match;
  return std::regex_search(progress, match, kThere) ? std::stoul(match[1]) : 0;
}

TEST_F(Sweep, KilledAtFiftyRandomMomentsLosesAndRepeatsNoRun) {
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_EQ(run(sweep("whole")).status, 0);
  const std::chrono::duration<double> whole = std::chrono::steady_clock::now() - begin;
  std::mt19937 generator(20261122);
  std::uniform_real_distribution<double> moment(0, 0.7 * whole.count());
  int kills = 0;
  int kills_amid_runs = 0;  // after the first one was committed, before the last
  for (int sequence = 0; kills < kKills; ++sequence) {
    ASSERT_LT(sequence, 1000);
    const std::string out = "killed" + std::to_string(sequence);
    std::set<std::string> seen;
    for (int status = -1; status != 0;) {
      Program program(sweep(out, {"--workers", sequence % 2 == 0 ? "2" : "1"}));
      std::this_thread::sleep_for(std::chrono::duration<double>(moment(generator)));
      if (kills < kKills) program.signal(SIGKILL);
      const Finished finished = program.finish();
      status = finished.status;
      ASSERT_TRUE(status == 0 || status == 128 + SIGKILL) << finished.err;
      if (status != 0) ++kills;
      if (status != 0 && !committed(finished.err).empty()) ++kills_amid_runs;
      if (finished.err.find("tiny: 20 runs") != std::string::npos) {
        EXPECT_GE(already_there(finished.err), seen.size()) << finished.err;  // none is lost
      }
      for (const std::string& each : committed(finished.err)) {
        EXPECT_TRUE(seen.insert(each).second) << each << " was run again";
      }
    }
    EXPECT_EQ(timeless(folder_ / (out + ".json")), timeless(folder_ / "whole.json")) << out;
  }
  RecordProperty("kills_amid_runs", kills_amid_runs);
  EXPECT_EQ(parse_json(read_file(folder_ / "whole.json")).at("runs").size(), static_cast<std::size_t>(kRuns));
}

TEST_F(Sweep, StoppedByCtrlCKeepsItsRunsAndSaysHowToGoOn) {
  Program program(sweep("stopped", {"--workers", "1", "--set", "base.epochs=60"}));
  ASSERT_TRUE(program.wait_for("[2/20]"));
  program.signal(SIGINT);
  const Finished stopped = program.finish();
  EXPECT_EQ(stopped.status, 130) << stopped.err;
  EXPECT_THAT(stopped.out,
              AllOf(HasSubstr("of 20 runs"), HasSubstr("Go on: fanin sweep "), HasSubstr("base.epochs=60")));
  EXPECT_THAT(stopped.err, HasSubstr("stopping"));
  const Finished rest = run(sweep("stopped", {"--workers", "2", "--set", "base.epochs=60"}));
  EXPECT_EQ(rest.status, 0) << rest.err;
  EXPECT_GE(already_there(rest.err), 2U);
  ASSERT_EQ(run(sweep("whole", {"--set", "base.epochs=60"})).status, 0);
  EXPECT_EQ(timeless(folder_ / "stopped.json"), timeless(folder_ / "whole.json"));
}

TEST_F(Sweep, ShowsItsRunsWithoutRunningThem) {
  const Finished finished = run({"sweep", (folder_ / "tiny.toml").string(), "--dry-run"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("tiny on spirals(points=120, test_points=40): 20 runs"),
                                  HasSubstr("learning_rate=0.001"), HasSubstr("mlp(width=16)")));
  EXPECT_FALSE(std::filesystem::exists("sweeps/tiny"));
}

TEST_F(Sweep, RefusesWhatItCannotDoInWords) {
  const auto refused = [](const Arguments& arguments, int status, const std::string& part) {
    const Finished finished = run(arguments);
    EXPECT_EQ(finished.status, status) << finished.err;
    EXPECT_THAT(finished.err, HasSubstr(part));
  };
  refused({"sweep"}, 2, "which sweep?");
  refused({"sweep", "missing.toml"}, 3, "missing.toml");
  refused({"sweep", "--preset", "trainabilty"}, 2, "did you mean trainability");
  refused(sweep("x", {"--shard", "5/4"}), 2, "write 1/4");
  refused(sweep("x", {"--set", "axes.depht=[2]"}), 2,
          "--set axes.depht=[2]:1:6: there is no 'depht' here; did you mean depth");
  refused(sweep("x", {"--max-runs", "10"}), 2, "it has 20 runs");
  refused(sweep("x", {"--reduced"}), 2, "it is for presets");
  ASSERT_EQ(run(sweep("changed", {"--set", "base.epochs=1"})).status, 0);
  refused(sweep("changed", {"--set", "base.epochs=2"}), 2, "base.epochs: \"1\" became \"2\"");
  EXPECT_EQ(run(sweep("changed", {"--set", "base.epochs=2", "--extend"})).status, 0);
}

TEST_F(Sweep, ShowsRunsThatFailedAndEndsWithTheirStatus) {
  const Arguments some_fail = sweep("failed", {"--set", "base.epochs=1", "--set", "axes.accumulate=[1, 1000]"});
  for (int again = 0; again < 2; ++again) {
    const Finished finished = run(some_fail);
    EXPECT_EQ(finished.status, 1) << finished.err;
    EXPECT_THAT(finished.out, AllOf(HasSubstr("20 runs failed; the first, "), HasSubstr("--accumulate"),
                                    HasSubstr("tries each of them once more")));
    EXPECT_EQ(finished.err.find("20 failed before and are tried again") != std::string::npos, again == 1)
        << finished.err;
  }
}

TEST_F(Sweep, KnowsItsPreset) {
  const Finished finished = run({"sweep", "--preset", "trainability", "--dry-run"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("trainability on fashion-mnist"), HasSubstr("weight_variance=1.25")));
}

}  // namespace
}  // namespace fanin::cli_test
