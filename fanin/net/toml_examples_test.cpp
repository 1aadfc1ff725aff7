// The descriptions under examples/networks are those of the presets, and docs/networks.md names every op.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/net/presets.hpp"
#include "fanin/net/toml/forms.hpp"
#include "fanin/net/toml_network.hpp"

namespace fanin::net {
namespace {

using ::testing::HasSubstr;

std::string file_text(const std::string& name) {
  std::ifstream file(std::string(FANIN_SOURCE_DIR).append("/").append(name));
  EXPECT_TRUE(file.good()) << name;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Graph example(const std::string& name, const NetworkContext& context) {
  return network_from_toml(file_text("examples/networks/" + name), name, context);
}

/// Everything but the names.
std::vector<std::string> structure(const Graph& graph) {
  std::vector<std::string> nodes;
  for (const Node& node : graph.nodes()) {
    std::string text = node.op == nullptr ? "input" : std::string(node.op->kind()) + " " + node.op->attributes();
    for (const NodeId input : node.inputs) text.append(" ").append(std::to_string(input));
    nodes.push_back(text);
  }
  return nodes;
}

TEST(Examples, AreThePresets) {
  EXPECT_EQ(structure(example("lenet5.toml", {.input = {1, 28, 28}, .outputs = 10})),
            structure(preset_network("lenet5(activation=tanh)", {.input = {1, 28, 28}, .outputs = 10})));
  const Graph resnet = example("resnet20.toml", {.outputs = 10});
  EXPECT_EQ(structure(resnet), structure(preset_network("resnet20(shortcut=projection)", {.outputs = 10})));
  EXPECT_EQ(resnet.parameter_count(), 272'474);
  EXPECT_EQ(structure(example("bidirectional_lstm.toml", {.input = {1, 28, 28}, .outputs = 10})),
            structure(preset_network("lstm(64, layers=2, bidirectional=true, dropout=0.2)",
                                     {.input = {1, 28, 28}, .outputs = 10})));
  const NetworkContext text{.input = {64}, .vocabulary = 65};
  EXPECT_EQ(example("gpt.toml", text).parameter_count(), preset_network("gpt", text).parameter_count());
}

TEST(Examples, TheReferenceNamesEveryOp) {
  const std::string page = file_text("docs/networks.md");
  for (const std::string& op : form_names()) {
    EXPECT_THAT(page, HasSubstr(std::string("`").append(op).append("`"))) << op;
  }
}

}  // namespace
}  // namespace fanin::net
