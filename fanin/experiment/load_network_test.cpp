#include "fanin/experiment/load_network.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "fanin/core/error.hpp"
#include "fanin/net/toml_network.hpp"

namespace fanin::experiment {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const net::NetworkContext kFashion{.input = {28, 28}, .outputs = 10};

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "accepted";
}

std::string refusal(const std::string& spec, const net::NetworkContext& context = kFashion) {
  return refusal([&] { (void)load_network(spec, context); });
}

/// A file of its own for each test, removed afterwards.
class DescriptionFile final {
 public:
  explicit DescriptionFile(const std::string& text)
      : path_(std::filesystem::path(::testing::TempDir()) /
              (std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()) + ".toml")) {
    std::ofstream(path_) << text;
  }
  ~DescriptionFile() { std::filesystem::remove(path_); }
  DescriptionFile(const DescriptionFile&) = delete;
  DescriptionFile& operator=(const DescriptionFile&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

TEST(LoadNetwork, TellsWidthsPresetsAndFilesByTheirForm) {
  EXPECT_EQ(load_network("784-100-10", kFashion).parameter_count(), 79'510);
  EXPECT_EQ(load_network(" lenet5(pool=max) ", kFashion).parameter_count(), 61'706);
  const DescriptionFile file("[[layer]]\nop = 'flatten'\n[[layer]]\nname = 'head'\nop = 'dense'\nunits = 'outputs'\n");
  EXPECT_EQ(load_network(file.path(), kFashion).parameter_count(), 7850);
}

TEST(LoadNetwork, NamesTheFileAndTheLineOfAnError) {
  const DescriptionFile file("[[layer]]\nop = 'flaten'\n");
  EXPECT_THAT(refusal(file.path()), AllOf(HasSubstr(file.path() + ", line 2"), HasSubstr("did you mean flatten")));
}

TEST(LoadNetwork, SaysWhatANameCouldHaveMeant) {
  EXPECT_EQ(refusal("lenet"),
            "unknown_name: net 'lenet': it is no preset (did you mean lenet5 or resnet?), no widths such as "
            "784-256-10 and no file whose name ends in .toml");
  EXPECT_THAT(refusal("my_net.tml"), StartsWith("unknown_name: net 'my_net.tml'"));
  EXPECT_THAT(refusal("nowhere.toml"), AllOf(StartsWith("missing_data"), HasSubstr("nowhere.toml")));
  EXPECT_THAT(refusal(""), StartsWith("bad_syntax: net: it is empty"));
  EXPECT_THAT(refusal("784-x-10"), StartsWith("bad_syntax: net '784-x-10'"));
  EXPECT_THAT(refusal("mlp(depth=)"), StartsWith("bad_syntax"));
}

TEST(LoadNetwork, RefusesANetworkThatDoesNotSuitTheData) {
  EXPECT_EQ(refusal("100-10"),
            "bad_shape: net 100-10: it takes [100], 100 values, but a row of the data is [28, 28], 784 values");
  EXPECT_EQ(refusal("784-12"),
            "bad_shape: net 784-12: it answers with [12], 12 values at a time, but 10 are asked for");
}

TEST(LoadNetwork, ItsTomlBringsTheSameNetworkBackAlone) {
  for (const char* spec : {"784-64-10", "resnet20(fixup=true)", "lstm(32, bidirectional=true)"}) {
    const net::Graph graph = load_network(spec, kFashion);
    const std::string kept = net::to_toml(graph);
    EXPECT_EQ(net::to_toml(net::network_from_toml(kept, "checkpoint", {})), kept) << spec;
  }
}

TEST(CheckNetwork, ComparesPositionsWithTheData) {
  DataSet data;
  data.name = "copy";
  data.sample_shape = Shape{40};
  data.outputs = 9;
  data.vocabulary = 10;
  data.tokens = true;
  data.positions = 40;
  const net::Graph fits = load_network("lstm(16)", context_of(data));
  EXPECT_EQ(fits.node(fits.output()).shape, (Shape{40, 9}));
  EXPECT_EQ(refusal([&] { check_network(fits, data); }), "accepted");
  const net::Graph last = load_network("lstm(16, each=false)", context_of(data));
  EXPECT_EQ(refusal([&] { check_network(last, data); }),
            "bad_shape: net: it answers with [9], at 1 position of a row, but a row of copy has 40 answers");
}

TEST(CheckNetwork, LetsTokensIntoAnEmbeddingThatKnowsThemAll) {
  DataSet tokens;
  tokens.name = "words";
  tokens.sample_shape = Shape{6};
  tokens.outputs = 2;
  tokens.vocabulary = 50;
  tokens.tokens = true;
  const auto check = [](const std::string& spec, net::NetworkContext context, const DataSet& data) {
    return refusal([&] { check_network(load_network(spec, context), data); });
  };
  EXPECT_EQ(check("lstm(8)", context_of(tokens), tokens), "accepted");
  EXPECT_THAT(check("6-8-2", context_of(tokens), tokens), AllOf(StartsWith("bad_shape"), HasSubstr("embedding")));
  net::NetworkContext fewer = context_of(tokens);
  fewer.vocabulary = 49;
  EXPECT_EQ(check("lstm(8)", fewer, tokens), "bad_shape: net: 'embedding.embedding' knows 49 tokens, and words has 50");
  DataSet quantities = tokens;
  quantities.tokens = false;
  quantities.vocabulary = 0;
  EXPECT_EQ(check("lstm(8)", context_of(tokens), quantities),
            "bad_shape: net: 'embedding.embedding' reads tokens, and the inputs of words are quantities");
}

TEST(ContextOf, TakesWhatTheDataSetSays) {
  const net::NetworkContext context = context_of(load_data_set("adding(rows=10, length=50)", {}), "tanh");
  EXPECT_EQ(context.input, (Shape{50, 2}));
  EXPECT_EQ(context.outputs, 1);
  EXPECT_EQ(context.activation, "tanh");
  EXPECT_EQ(context.vocabulary, 0);
}

}  // namespace
}  // namespace fanin::experiment
