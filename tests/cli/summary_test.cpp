// fanin summary: networks by widths, by name and from a file, as text and as JSON.
#include <gmock/gmock.h>

#include "program.hpp"
#include "tests/support/json.hpp"
#include "wrong_use.hpp"

namespace fanin::cli_test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using tests::parse_json;

json summary(Arguments arguments) {
  arguments.insert(arguments.begin(), "summary");
  arguments.emplace_back("--json");
  const Finished finished = run(arguments);
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.err, IsEmpty());
  return parse_json(finished.out);
}

std::int64_t parameters(const Arguments& arguments) { return summary(arguments).at("totals").at("parameters"); }

constexpr std::string_view kSoftmaxRegression =
    "[[layer]]\nop = 'flatten'\n[[layer]]\nname = 'head'\nop = 'dense'\nunits = 'outputs'\n";

TEST(Summary, TakesWidthsPresetsAndFiles) {
  EXPECT_EQ(parameters({"784-256-128-10"}), 235'146);
  EXPECT_EQ(parameters({"resnet20", "--input", "3x32x32", "--outputs", "10"}), 269'722);
  EXPECT_EQ(parameters({"gpt(12, 768, 12)", "--input", "1024", "--vocabulary", "50257"}), 124'439'808 + 50'257 * 768);
  const TemporaryFolder folder;
  write_file(folder / "net.toml", kSoftmaxRegression);
  const std::string file = (folder / "net.toml").string();
  EXPECT_EQ(parameters({file, "--input", "28x28", "--outputs", "10"}), 7850);
}

TEST(Summary, TheDataGiveShapeAndOutputs) {
  const TemporaryFolder folder;
  write_idx_folder(folder.path());
  const json result = summary({"mlp(1, 8)", "--data", folder.path().string()});
  EXPECT_EQ(result.at("input_shape"), (std::vector<int>{4, 4}));
  EXPECT_EQ(result.at("output_shape"), std::vector<int>{2});
  EXPECT_EQ(summary({"lstm(8)", "--data", "adding"}).at("output_shape"), std::vector<int>{1});
}

TEST(Summary, ATablesTargetIsNamedAsInTraining) {
  const TemporaryFolder folder;
  write_file(folder / "sizes.csv", "price,baths,size\n1.5,0,50\n2.25,1,70\n2.75,1,90\n3.5,2,110\n2.0,0,65\n");
  const std::string sizes = (folder / "sizes.csv").string();
  EXPECT_EQ(summary({"mlp(1, 8)", "--data", sizes, "--target", "price"}).at("output_shape"), std::vector<int>{1});
  EXPECT_EQ(summary({"mlp(1, 8)", "--data", sizes, "--target", "baths"}).at("output_shape"), std::vector<int>{3});
  EXPECT_EQ(summary({"mlp(1, 8)", "--data", sizes, "--target", "baths", "--task", "regression"}).at("output_shape"),
            std::vector<int>{1});
  expect_wrong_use(run({"summary", "mlp(1, 8)", "--data", sizes, "--target", "baths", "--task", "guess"}), {"--task"});
}

TEST(Summary, TheJsonHasTheDocumentedFields) {
  const json result = summary({"784-100-10", "--activation", "tanh", "--batch-size", "32"});
  EXPECT_EQ(result.at("version"), FANIN_PROJECT_VERSION);
  EXPECT_EQ(result.at("net"), "784-100-10");
  EXPECT_EQ(result.at("nodes").size(), 6U);
  EXPECT_EQ(result.at("nodes").at(3).at("attributes"), "tanh");
  const json& dense = result.at("nodes").at(1);
  EXPECT_EQ(dense.at("name"), "layer1.dense");
  EXPECT_EQ(dense.at("forward_flops"), 2 * 784 * 100);
  EXPECT_EQ(dense.at("parameters").at(0).at("fan_in"), 784);
  EXPECT_EQ(result.at("totals").at("parameter_bytes"), 4 * 79'510);
  EXPECT_EQ(result.at("totals").at("batch_size"), 32);
}

TEST(Summary, TheTextShowsLayersAndTotals) {
  const std::string text = run({"summary", "resnet20", "--input", "3x32x32", "--outputs", "10"}).out;
  EXPECT_THAT(text, AllOf(HasSubstr("layer3.2.conv1"), HasSubstr("269,722"), HasSubstr("not trained"),
                          HasSubstr("1,376"), HasSubstr("FLOPs")));
  const std::string deep = run({"summary", "mlp(1000)"}).out;
  EXPECT_THAT(deep, HasSubstr("998 more like this"));
  EXPECT_THAT(run({"summary", "mlp(1000)", "--all"}).out, HasSubstr("layer777"));
}

TEST(Summary, AMistakeInAFileIsNamedWithItsLine) {
  const TemporaryFolder folder;
  const std::string file = (folder / "net.toml").string();
  write_file(folder / "net.toml", "[[layer]]\nop = 'dense'\nunits = 'outpts'\n");
  expect_wrong_use(run({"summary", file, "--input", "4", "--outputs", "2"}),
                   {"net.toml, line 3, layer 'dense1'", "did you mean outputs?"});
  write_file(folder / "net.toml", kSoftmaxRegression);
  expect_wrong_use(run({"summary", file, "--outputs", "2"}), {"net.toml, line 1", "input's shape is not known"});
  expect_wrong_use(run({"summary", file, "--input", "4"}), {"'outputs' is not known"});
}

TEST(Summary, RefusesWhatIsNoNetworkOrNoShape) {
  expect_wrong_use(run({"summary", "resnet21"}), {"resnet21", "did you mean resnet20"});
  expect_wrong_use(run({"summary"}), {"needs a network", "fanin summary --help"});
  expect_wrong_use(run({"summary", "mlp", "--input", "28xx28"}), {"--input", "'28xx28' is no shape"});
  expect_wrong_use(run({"summary", "mlp", "--input", "0x28"}), {"--input"});
  expect_wrong_use(run({"summary", "mlp", "--input", "28x"}), {"--input"});
  expect_wrong_use(run({"summary", "mlp", "--input", "1x1x1x1x1x1x1x1x1"}), {"--input"});
  expect_wrong_use(run({"summary", "mlp", "--outputs", "-1"}), {"--outputs"});
  expect_wrong_use(run({"summary", "mlp", "--batch-size", "0"}), {"--batch-size"});
  expect_wrong_use(run({"summary", "784-10", "--input", "100"}), {"784 values", "100"});
  expect_wrong_use(run({"summary", "784-10", "--outputs", "12"}), {"12 are asked for"});
  expect_wrong_use(run({"summary", "mlp", "--data", "fashion-mnst"}), {"did you mean fashion-mnist"});
}

TEST(List, NamesTheNetworks) {
  const json entries = parse_json(run({"list", "nets", "--json"}).out).at("entries");
  for (const json& entry : entries) {
    EXPECT_EQ(run({"summary", entry.at("name").get<std::string>()}).status, 0) << entry;
    EXPECT_FALSE(entry.at("description").get<std::string>().empty()) << entry;
  }
  EXPECT_THAT(run({"list", "nets"}).out, AllOf(HasSubstr("resnet110"), HasSubstr("FILE.toml")));
}

}  // namespace
}  // namespace fanin::cli_test
