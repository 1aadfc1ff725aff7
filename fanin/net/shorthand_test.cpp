#include "fanin/net/shorthand.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <string>

#include "fanin/core/error.hpp"

namespace fanin::net {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// What an action throws: "code: text"; "nothing" when it succeeds.
std::string thrown(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "nothing";
}

std::string repeated(const std::string& part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

TEST(ParseWidths, ReadsWidthsJoinedByDashes) {
  EXPECT_THAT(parse_widths("784-256-128-10"), ElementsAre(784, 256, 128, 10));
  EXPECT_THAT(parse_widths("784 - 10"), ElementsAre(784, 10));
}

TEST(ParseWidths, AWidthTimesACountStandsForThatManyLayers) {
  EXPECT_THAT(parse_widths("784-128x3-10"), ElementsAre(784, 128, 128, 128, 10));
  EXPECT_THAT(parse_widths("4x2"), ElementsAre(4, 4));
  EXPECT_THAT(parse_widths("784 - 128 x 2 - 64x1"), ElementsAre(784, 128, 128, 64));
  EXPECT_EQ(parse_widths("8x100001").size(), 100'001U);
  EXPECT_THAT(thrown([] { parse_widths("8-8x100001"); }), StartsWith("bad_shape: net: more than 100000 layers"));
  EXPECT_THAT(thrown([] { parse_widths("8x9223372036854775807"); }), StartsWith("bad_shape: net: more than"));
}

TEST(ParseWidths, RefusesWhatIsNoWidthAndNamesTheOptionAndThePart) {
  EXPECT_THAT(
      thrown([] { parse_widths("784-x-10"); }),
      AllOf(StartsWith("bad_syntax: net '784-x-10': 'x' is not a positive width"), HasSubstr("784-256-128-10")));
  const std::string with_nul("784\0-10", 7);
  for (const std::string& text :
       {std::string(""), std::string("-"), std::string("-784-10"), std::string("784-"), std::string("784--10"),
        std::string("0-10"), std::string("7e2-10"), std::string("784.0-10"), std::string("0x10-10"),
        std::string("784,256"), std::string("784 256-10"), std::string("nan-10"), std::string("+-10"),
        std::string("99999999999999999999-10"), std::string("٣-10"), std::string("\xff\xfe-10"), with_nul}) {
    EXPECT_THAT(thrown([&] { parse_widths(text); }), StartsWith("bad_syntax: net '")) << text;
  }
  for (const char* text : {"8-128x-10", "8-x3-10", "8-128x0-10", "8x-2", "8x2x2", "8x2.5", "8X2", "xx", "8*2"}) {
    EXPECT_THAT(thrown([&] { parse_widths(text); }), StartsWith("bad_syntax: net '")) << text;
  }
}

TEST(ParseWidths, AnswersHostileTextsShortly) {
  for (const std::string& text : {std::string(10'000'000, '-'), std::string(10'000'000, '9'),
                                  repeated("1-", 10'000'000), "8-" + std::string(10'000'000, '(')}) {
    const std::string answer = thrown([&] { parse_widths(text); });
    EXPECT_THAT(answer, StartsWith("bad_s"));  // bad_syntax or bad_shape
    EXPECT_LT(answer.size(), 500U);
  }
}

TEST(ParseWidths, TakesAHundredThousandWidthsAndNoMillion) {
  EXPECT_EQ(parse_widths(repeated("2-", 99'999) + "2").size(), 100'000U);
  EXPECT_THAT(thrown([] { parse_widths(repeated("2-", 999'999) + "2"); }),
              StartsWith("bad_shape: net: more than 100000 layers"));
}

TEST(DenseNetwork, StacksDenseBiasAndActivationAndEndsLinear) {
  const Graph graph = dense_network({784, 256, 128, 10}, parse_activation("relu"));
  std::vector<std::string> names;
  for (const Node& node : graph.nodes()) names.push_back(node.name);
  EXPECT_THAT(names, ElementsAre("input", "layer1.dense", "layer1.bias", "layer1.activation", "layer2.dense",
                                 "layer2.bias", "layer2.activation", "layer3.dense", "layer3.bias"));
  EXPECT_EQ(graph.parameter_count(), 235'146);
  EXPECT_EQ(graph.output(), 8U);
  EXPECT_EQ(graph.node(3).op->attributes(), "relu");
  const Fans first = fans(graph.parameters().front());
  EXPECT_EQ(first.fan_in, 784);
  EXPECT_EQ(first.fan_out, 256);
}

TEST(DenseNetwork, OfTwoWidthsIsALinearModel) {
  const Graph graph = dense_network({784, 10}, parse_activation("tanh"));
  EXPECT_EQ(graph.nodes().size(), 3U);
  EXPECT_EQ(graph.parameter_count(), 7850);
}

TEST(DenseNetwork, RefusesSizesNobodyCanTrain) {
  const Activation relu = parse_activation("relu");
  EXPECT_THAT(thrown([&] { dense_network({}, relu); }), StartsWith("bad_shape: net: "));
  EXPECT_THAT(thrown([&] { dense_network({784}, relu); }), HasSubstr("an input and an output width, such as 784-10"));
  EXPECT_THAT(thrown([&] { dense_network({784, 0, 10}, relu); }), HasSubstr("width 0 is outside [1, 16777216]"));
  EXPECT_THAT(thrown([&] { dense_network({784, -5}, relu); }), HasSubstr("width -5 is outside"));
  EXPECT_THAT(thrown([&] { dense_network({784, 16'777'217}, relu); }), HasSubstr("width 16777217 is outside"));
  EXPECT_THAT(thrown([&] { dense_network({16'777'216, 16'777'216}, relu); }), HasSubstr("more than 2^40 parameters"));
  // 64 layers that are each allowed, together too much.
  EXPECT_THAT(thrown([&] { dense_network(std::vector<std::int64_t>(65, 262'144), relu); }),
              HasSubstr("more than 2^40"));
  EXPECT_EQ(thrown([&] { dense_network({16'777'216, 65'535}, relu); }), "nothing");  // a description costs no memory
}

TEST(DenseNetwork, BuildsAHundredThousandLayers) {
  constexpr std::int64_t kLayers = 100'000;  // a builder that searches all layers for each would take minutes
  const Graph graph = dense_network(std::vector<std::int64_t>(kLayers + 1, 8), parse_activation("relu"));
  EXPECT_EQ(graph.parameter_count(), kLayers * 72);
  EXPECT_EQ(graph.nodes().size(), static_cast<std::size_t>(3 * kLayers));
}

}  // namespace
}  // namespace fanin::net
