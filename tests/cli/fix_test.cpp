// fanin fix, and the schemes that look at data first.
#include <gmock/gmock.h>

#include "fanin/io/safetensors.hpp"
#include "tests/support/json.hpp"
#include "train_runs.hpp"
#include "wrong_use.hpp"

namespace fanin::cli_test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using tests::parse_json;

const std::string kTeacher =
    "teacher(inputs=12, hidden=16, outputs=3, task=classification, points=1200, test_points=300)";

Arguments fix(const std::string& net, const std::string& init, const Arguments& more = {}) {
  Arguments arguments{"fix",   net,       "--data", kTeacher,        "--init", init,        "--lr",
                      "0.003", "--steps", "80",     "--watch-steps", "20",     "--threads", "1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(Fix, RepairsABadStartAndWritesWhatToUse) {
  const TemporaryFolder folder;
  const std::string weights = (folder / "repaired.safetensors").string();
  const std::string report = (folder / "fix.json").string();
  const Finished finished =
      run(fix("mlp(4, 32)", "normal(std=0.001)",
              {"--activation", "tanh", "--steps", "120", "--watch-steps", "30", "-o", weights, "--json", report}));
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("Repaired:"), HasSubstr("before"), HasSubstr("after"),
                                  HasSubstr("Use: --init \"lsuv(normal(std=0.001))\""), HasSubstr("Saved: ")));
  EXPECT_THAT(finished.err, AllOf(HasSubstr("diagnosing the network as it is"), HasSubstr("trying --init")));
  const json result = parse_json(read_file(report));
  EXPECT_EQ(result.at("outcome"), "repaired");
  EXPECT_GT(result.at("after").at("accuracy").get<double>(), result.at("before").at("accuracy").get<double>());
  EXPECT_EQ(io::SafetensorsFile(weights).metadata().at("fanin.init"), "lsuv(start=normal(std=0.001))");
  EXPECT_EQ(files_in(folder.path()).size(), 2U);
}

TEST(Fix, LeavesAHealthyNetworkAlone) {
  const TemporaryFolder folder;
  const std::string weights = (folder / "w.safetensors").string();
  const Finished finished = run(fix("mlp(2, 32)", "he_normal", {"-o", weights, "--json", "-"}));
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("Nothing"));
  EXPECT_EQ(parse_json(finished.out).at("after"), nullptr);
  EXPECT_FALSE(std::filesystem::exists(weights));
}

TEST(Fix, RefusesWhatIsWrongBeforeAnythingRuns) {
  expect_wrong_use(run({"fix", "--data", "spirals", "--init", "he_norml"}), {"he_normal"});
  expect_wrong_use(run({"fix", "--data", "spirals", "--steps", "0"}), {"--steps"});
  expect_wrong_use(run({"fix", "--data", "spirals", "--wach-steps", "3"}), {"--watch-steps"});
  EXPECT_EQ(run({"fix", "--data", "/nonexistent/rows.csv"}).status, 3);
  EXPECT_EQ(run(fix("2-8-2", "zeros", {"-o", "/nonexistent/w.safetensors"})).status, 4);
  EXPECT_THAT(run({"fix", "--help"}).out, AllOf(HasSubstr("Examples:"), HasSubstr("not repairable")));
}

TEST(DataSchemes, TrainFromABatchOfTheDataToTheBit) {
  const TemporaryFolder folder;
  for (const char* init : {"lsuv", "lsuv(orthogonal)", "krahenbuhl", "weight_norm_data", "metainit(iterations=3)",
                           "gradinit(iterations=3)"}) {
    std::map<std::string, std::string> first;
    for (const char* name : {"a", "b"}) {
      const auto out = folder / (std::string(name) + init);
      const Finished finished =
          run(training({"--init", init, "--epochs", "1", "--out", out.string(), "--threads", "1"}));
      EXPECT_EQ(finished.status, 0) << finished.err;
      const auto bytes = tensor_bytes(out / "best.safetensors");
      if (first.empty()) first = bytes;
      EXPECT_EQ(bytes, first) << init;
    }
  }
}

TEST(DataSchemes, AreCompared) {
  const Finished finished = run({"compare", "--data", kSpirals, "--net", "2-16-16-2", "--inits",
                                 "lsuv,normal(std=0.001)", "--epochs", "1", "--seeds", "1", "--json", "-"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("\"lsuv\""));
}

TEST(DataSchemes, AreRefusedWhereThereAreNoData) {
  expect_wrong_use(run({"init", "--net", "8-4-2", "--init", "lsuv", "-o", "w.npz"}), {"fanin fix -o"});
  expect_wrong_use(run({"theory", "depth", "--net", "8-4-2", "--init", "metainit"}), {"needs a batch of data"});
}

}  // namespace
}  // namespace fanin::cli_test
