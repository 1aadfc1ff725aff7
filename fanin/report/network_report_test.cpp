#include "fanin/report/network_report.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "fanin/net/presets.hpp"
#include "fanin/net/shorthand.hpp"
#include "fanin/report/network_rows.hpp"
#include "tests/support/json.hpp"

namespace fanin::report {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using tests::parse_json;

const Terminal kWide{.unicode = true, .width = 160};

std::string text_of(const net::Graph& graph, bool all = false) {
  return network_report(graph, {.title = "net", .all = all}, kWide);
}

/// The line that begins with `name`.
std::string line_of(const std::string& text, const std::string& name) {
  const std::size_t at = text.find("\n" + name + " ");
  if (at == std::string::npos) return "no line begins with " + name;
  return text.substr(at + 1, text.find('\n', at + 1) - at - 1);
}

TEST(LayerRows, AreTheNodesOfAScope) {
  const std::vector<LayerRow> rows = layer_rows(net::preset_network("lenet5", {}));
  ASSERT_EQ(rows.size(), 9U);
  EXPECT_EQ(rows[0].what, "input");
  EXPECT_EQ(rows[1].name, "conv1");
  EXPECT_EQ(rows[1].what, "conv(channels=6, kernel=5x5, padding=2x2) + relu");
  EXPECT_EQ(rows[1].parameters, 156);
  EXPECT_EQ(rows[1].shape, "[6, 28, 28]");
  ASSERT_EQ(rows[1].fans.size(), 1U);
  EXPECT_EQ(rows[1].fans[0].fan_in, 25);
  EXPECT_EQ(rows[1].fans[0].fan_out, 150);
  // Convolution, bias and activation of 6·28·28 outputs with 25 products each.
  EXPECT_EQ(rows[1].flops, 6 * 784 * (2 * 25 + 1 + 1));
  EXPECT_EQ(rows[1].values, 2 * 6 * 784);
  EXPECT_EQ(rows[8].what, "dense(units=10) + bias");
}

TEST(LayerRows, SayWhatTheyReadWhenThatIsNotTheRowBefore) {
  const std::vector<LayerRow> rows = layer_rows(net::preset_network("resnet20", {}));
  const auto sum =
      std::find_if(rows.begin(), rows.end(), [](const LayerRow& row) { return row.name == "layer1.0.sum"; });
  ASSERT_NE(sum, rows.end());
  EXPECT_EQ(sum->what, "add of layer1.0.bn2, relu1");
}

TEST(RowRuns, FindTheShortestRepetitionThatCoversMost) {
  const std::vector<LayerRow> rows =
      layer_rows(net::dense_network({784, 100, 100, 100, 100, 100, 10}, net::parse_activation("relu")));
  const std::vector<RowRun> runs = row_runs(rows);
  ASSERT_EQ(runs.size(), 4U);  // input, layer1, layer2 to layer5, layer6
  EXPECT_EQ(runs[2].begin, 2U);
  EXPECT_EQ(runs[2].count, 1U);
  EXPECT_EQ(runs[2].times, 4U);
}

TEST(RowRuns, BeginWhereABlockBegins) {
  const std::vector<LayerRow> rows = layer_rows(net::preset_network("resnet110", {}));
  std::vector<std::string> beginnings;
  for (const RowRun& run : row_runs(rows)) {
    if (run.times > 1) beginnings.push_back(rows[run.begin].name + " " + std::to_string(run.count * run.times));
  }
  EXPECT_THAT(beginnings, ElementsAre("layer1.0.conv1 126", "layer2.1.conv1 119", "layer3.1.conv1 119"));
}

TEST(NetworkReport, ShowsShapesParametersFansWorkAndMemory) {
  const std::string text = text_of(net::preset_network("lenet5", {}));
  EXPECT_THAT(line_of(text, "conv1"), AllOf(HasSubstr("[6, 28, 28]"), HasSubstr("156"), HasSubstr("25 → 150"),
                                            HasSubstr("245 k"), HasSubstr("37.6 kB")));
  EXPECT_THAT(line_of(text, "fc1"), AllOf(HasSubstr("48,120"), HasSubstr("400 → 120")));
  EXPECT_THAT(line_of(text, "parameters"), AllOf(HasSubstr("61,706"), HasSubstr("247 kB")));
  EXPECT_THAT(text, Not(HasSubstr("not trained")));
}

TEST(NetworkReport, CountsRunningStatisticsApart) {
  const std::string text = text_of(net::preset_network("resnet20", {.input = {3, 32, 32}, .outputs = 10}));
  EXPECT_THAT(line_of(text, "parameters"), HasSubstr("269,722"));
  EXPECT_THAT(line_of(text, "not trained"), HasSubstr("1,376"));
}

TEST(NetworkReport, ShowsRepeatedLayersOnceUnlessAskedForAll) {
  const net::Graph graph = net::preset_network("mlp(10000, activation=tanh)", {});
  const std::string text = text_of(graph);
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 20);
  EXPECT_THAT(line_of(text, "..."), AllOf(HasSubstr("9,998 more like this, to layer10000"), HasSubstr("165,086,976")));
  const std::string all = text_of(net::preset_network("mlp(50)", {}), true);
  EXPECT_THAT(line_of(all, "layer37"), HasSubstr("16,512"));
}

TEST(NetworkReport, FitsANarrowTerminal) {
  const std::string text =
      network_report(net::preset_network("gpt", {}), {.title = "gpt"}, {.unicode = false, .width = 60});
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = text.find('\n', begin);
    EXPECT_LE(end - begin, 60U) << text.substr(begin, end - begin);
    begin = end + 1;
  }
}

TEST(NetworkJson, HasEveryNodeAndTheTotals) {
  const net::Graph graph = net::preset_network("resnet20", {.input = {3, 32, 32}, .outputs = 10});
  const nlohmann::json json = parse_json(network_json(graph, {.title = "resnet20"}));
  EXPECT_EQ(json.at("net"), "resnet20");
  EXPECT_EQ(json.at("nodes").size(), graph.nodes().size());
  EXPECT_EQ(json.at("input_shape"), (std::vector<int>{3, 32, 32}));
  EXPECT_EQ(json.at("output_shape"), std::vector<int>{10});
  EXPECT_EQ(json.at("totals").at("parameters"), 269'722);
  EXPECT_EQ(json.at("totals").at("not_trained"), 1376);
  std::int64_t parameters = 0;
  for (const auto& node : json.at("nodes")) {
    for (const auto& parameter : node.at("parameters")) parameters += parameter.at("count").get<std::int64_t>();
  }
  EXPECT_EQ(parameters, 269'722);
  const auto& conv = json.at("nodes").at(1);
  EXPECT_EQ(conv.at("name"), "conv1.conv");
  EXPECT_EQ(conv.at("inputs"), std::vector<std::string>{"input"});
  EXPECT_EQ(conv.at("parameters").at(0).at("fan_in"), 27);
  EXPECT_TRUE(json.at("nodes").at(2).at("parameters").at(0).at("fan_in").is_null());
}

}  // namespace
}  // namespace fanin::report
