// --json means the same for every command: alone it prints JSON on standard output and nothing else there.
#include "tests/support/json.hpp"

#include <gmock/gmock.h>

#include <sstream>
#include <vector>

#include "program.hpp"
#include "wrong_use.hpp"

namespace fanin::cli_test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using tests::parse_json;

const char* const kData = "spirals(points=64, test_points=32)";

json printed(const Arguments& arguments) {
  const Finished finished = run(arguments);
  EXPECT_EQ(finished.status, 0) << finished.err;
  return parse_json(finished.out);
}

TEST(Json, TrainingCommandsPrintItWithoutAFileName) {
  EXPECT_THAT(
      printed({"compare", "--data", kData, "--net", "2-4-2", "--epochs", "1", "--seeds", "1", "--json", "--quiet"})
          .at("runs"),
      SizeIs(4));
  EXPECT_EQ(printed({"train", "2-4-2", "--data", kData, "--epochs", "1", "--quiet", "--json"}).at("status"),
            "finished");
  EXPECT_EQ(printed({"fix", "2-32-32-2", "--data", "spirals", "--quiet", "--json"}).at("outcome"), "healthy");
}

TEST(Json, TheTextGoesToStandardErrorMeanwhile) {
  const Finished finished = run({"train", "2-4-2", "--data", kData, "--epochs", "1", "--no-progress", "--json"});
  EXPECT_EQ(parse_json(finished.out).at("status"), "finished");
  EXPECT_THAT(finished.err, HasSubstr("Finished"));
}

TEST(Json, ANetworkBehindItIsTheNetworkAndNoFile) {
  const TemporaryFolder folder;
  const json result = printed({"train", "--json", "2-7-2", "--data", kData, "--epochs", "1", "--quiet"});
  EXPECT_EQ(result.at("settings").at("net"), "2-7-2");
  const std::string file = (folder / "result.json").string();
  const Finished finished = run({"train", "--data", kData, "--epochs", "1", "--quiet", "--json", file});
  EXPECT_THAT(finished.out, IsEmpty());
  EXPECT_EQ(parse_json(read_file(file)).at("status"), "finished");
}

TEST(Json, OfInitIsTheManifest) {
  const TemporaryFolder folder;
  const std::string weights = (folder / "w.safetensors").string();
  const std::string manifest = (folder / "m.json").string();
  const json drawn = printed({"init", "--net", "4-3-2", "-o", weights, "--json", "--manifest", manifest, "--quiet"});
  EXPECT_EQ(drawn, parse_json(read_file(manifest)));
  json planned = printed({"init", "--net", "4-3-2", "--json"});
  for (json& tensor : planned.at("tensors")) EXPECT_TRUE(tensor.at("xxh64").is_null());
  for (std::size_t i = 0; i < drawn.at("tensors").size(); ++i) {
    EXPECT_EQ(planned.at("tensors").at(i).at("law"), drawn.at("tensors").at(i).at("law"));
  }
}

TEST(Json, OfASliceHasTheNumbersThatAreElsePrinted) {
  const Arguments slice{"init", "--net", "4-3-2", "--slice", "layer1.weight:2:5"};
  Arguments as_json = slice;
  as_json.emplace_back("--json");
  const json values = printed(as_json);
  EXPECT_EQ(values.at("tensor"), "layer1.weight");
  EXPECT_EQ(values.at("first"), 2);
  std::vector<double> printed_values;
  std::istringstream lines(run(slice).out);
  for (double value = 0; lines >> value;) printed_values.push_back(value);
  EXPECT_EQ(values.at("values").get<std::vector<double>>(), printed_values);
  EXPECT_THAT(printed_values, SizeIs(3));
}

TEST(Json, WeightsAndJsonCannotShareStandardOutput) {
  expect_wrong_use(run({"init", "--net", "4-3-2", "-o", "-", "--json"}), {"--json", "give a file"});
}

}  // namespace
}  // namespace fanin::cli_test
