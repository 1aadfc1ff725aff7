// What is wrong with a description is said with file, line, layer and, where a name is near, the name meant.
#include <gmock/gmock.h>

#include <functional>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/net/toml_network.hpp"

namespace fanin::net {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string refusal(std::string_view text, const NetworkContext& context = {.input = {1, 28, 28}, .outputs = 10}) {
  try {
    (void)network_from_toml(text, "net.toml", context);
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "accepted";
}

/// A dense layer, and then `rest`, which begins in line 5.
std::string after_a_layer(const std::string& rest) {
  return std::string("[[layer]]\nname = 'first'\nop = 'dense'\nunits = 8\n").append(rest);
}

std::string repeated(const std::string& part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

TEST(TomlErrors, ALayerThatReadsItselfOrALaterOneIsACycle) {
  EXPECT_EQ(refusal(after_a_layer("[[layer]]\nname = 'sum'\nop = 'add'\nfrom = ['first', 'sum']\n")),
            "bad_value: net.toml, line 8, layer 'sum': the layer reads its own output: that is a cycle");
  EXPECT_EQ(refusal(after_a_layer("[[layer]]\nname = 'sum'\nop = 'add'\nfrom = ['first', 'last']\n"
                                  "[[layer]]\nname = 'last'\nop = 'dense'\nunits = 8\n")),
            "bad_value: net.toml, line 8, layer 'sum': it reads 'last', which stands below it in line 9; a layer can "
            "only read layers above it, so there can be no cycle");
}

TEST(TomlErrors, ShapesThatDoNotFitNameTheLayerAndBothShapes) {
  EXPECT_EQ(refusal(after_a_layer("[[layer]]\nname = 'sum'\nop = 'add'\nfrom = ['first', 'input']\n")),
            "bad_shape: net.toml, line 5, layer 'sum': its inputs have different shapes, [1, 28, 8] and [1, 28, 28]");
  EXPECT_THAT(refusal("[[layer]]\nop = 'conv'\nchannels = 4\nkernel = 30\n"),
              AllOf(StartsWith("bad_shape: net.toml, line 1, layer 'conv1': "), HasSubstr("smaller kernel")));
  EXPECT_THAT(
      refusal("[[layer]]\nop = 'lstm'\nunits = 4\n"),
      AllOf(StartsWith("bad_shape: net.toml, line 1, layer 'lstm1'"), HasSubstr("[time, in], found [1, 28, 28]")));
}

TEST(TomlErrors, InABlockTheLineOfTheBlockAndThatOfItsUseAreNamed) {
  EXPECT_THAT(refusal("[[block]]\nname = 'b'\n[[block.layer]]\nname = 'c'\nop = 'conv'\nchannels = 0\nkernel = 3\n"
                      "[[layer]]\nname = 'x'\nop = 'b'\nrepeat = 2\n"),
              StartsWith("bad_value: net.toml, line 3, used in line 8, layer 'x.0.c': channels must be 1 or more"));
}

TEST(TomlErrors, UnknownNamesSuggestTheNearest) {
  EXPECT_EQ(
      refusal("[[layer]]\nop = 'dens'\nunits = 4\n"),
      "unknown_name: net.toml, line 2, layer 'dens1': no op or block above is called 'dens'; did you mean dense?");
  EXPECT_EQ(refusal("[[layer]]\nop = 'dense'\nunitz = 4\n"),
            "bad_syntax: net.toml, line 1, layer 'dense1': dense needs `units`, the outputs");
  EXPECT_EQ(refusal("[[layer]]\nop = 'dense'\nunits = 4\nactivatoin = 'relu'\n"),
            "unknown_name: net.toml, line 4, layer 'dense1': there is no `activatoin` in dense; did you mean "
            "activation?");
  EXPECT_THAT(refusal(after_a_layer("[[layer]]\nop = 'add'\nfrom = ['frist', 'input']\n")),
              AllOf(StartsWith("unknown_name: net.toml, line 7, layer 'add1': no layer above is called 'frist'"),
                    HasSubstr("did you mean first?")));
  EXPECT_THAT(refusal("[[layer]]\nop = 'dense'\nunits = 4\nactivation = 'relo'\n"),
              AllOf(HasSubstr("line 4, layer 'dense1'"), HasSubstr("did you mean relu")));
  EXPECT_THAT(refusal("[[layer]]\nop = 'dense'\nunits = 4\nnorm = 'bach'\n"), HasSubstr("line 4"));
  EXPECT_THAT(refusal("[[layer]]\nop = 'pooling'\ntype = 'averge'\nkernel = 2\n"), HasSubstr("did you mean average"));
  EXPECT_THAT(refusal("[[layer]]\nop = 'dense'\nunits = 'output'\n"),
              AllOf(StartsWith("unknown_name: net.toml, line 3"), HasSubstr("did you mean outputs?")));
  EXPECT_THAT(refusal("[network]\noutput = 'fist'\n" + after_a_layer("")), HasSubstr("did you mean first?"));
  EXPECT_THAT(refusal("[networks]\n[[layer]]\nop = 'flatten'\n"), HasSubstr("did you mean network?"));
}

TEST(TomlErrors, SizesOutsideTheirRange) {
  EXPECT_THAT(refusal("[[layer]]\nop = 'dense'\nunits = 0\n"),
              StartsWith("bad_value: net.toml, line 1, layer 'dense1': units must be 1 or more"));
  EXPECT_THAT(refusal("[[layer]]\nop = 'dense'\nunits = -3\n"), HasSubstr("found -3"));
  EXPECT_THAT(refusal("[network]\ninput = [1, 0, 28]\n[[layer]]\nop = 'flatten'\n"),
              StartsWith("bad_shape: net.toml, line 2: sizes must be from 1 to 2^31, found 0"));
  EXPECT_THAT(refusal("[network]\ninput = []\n[[layer]]\nop = 'flatten'\n"), HasSubstr("no axis"));
  EXPECT_THAT(refusal("[[layer]]\nop = 'flatten'\nrepeat = 0\n"), HasSubstr("from 1 to 100000, found 0"));
  EXPECT_THAT(refusal("[[layer]]\nop = 'flatten'\nrepeat = 100001\n"), HasSubstr("from 1 to 100000"));
  EXPECT_THAT(refusal("[[layer]]\nop = 'lstm'\nunits = 3\nlayers = 0\n", {.input = {4, 4}}),
              HasSubstr("from 1 to 1000"));
  EXPECT_THAT(refusal("[[layer]]\nop = 'dropout'\nrate = 1.5\n"), HasSubstr("line 1, layer 'dropout1'"));
  EXPECT_THAT(refusal("[[layer]]\nop = 'dropout'\nrate = nan\n"), HasSubstr("must be finite"));
}

TEST(TomlErrors, SizesThatOverflow) {
  EXPECT_THAT(refusal("[[layer]]\nop = 'dense'\nunits = 9223372036854775807\n"),
              HasSubstr("layer 'dense1': the element count overflows 2^62"));
  EXPECT_THAT(refusal("[[layer]]\nop = 'dense'\nunits = 9223372036854775808\n"),
              StartsWith("bad_syntax: net.toml, line 3"));
  EXPECT_THAT(refusal("[constants]\nn = 9223372036854775807\n[[layer]]\nop = 'dense'\nunits = 'n * n'\n"),
              StartsWith("bad_value: net.toml, line 5, layer 'dense1': `units`: 'n * n': the value overflows 64 bits"));
  EXPECT_THAT(refusal("[network]\ninput = [2147483648, 2147483648, 4]\n[[layer]]\nop = 'flatten'\n", {}),
              HasSubstr("overflows 2^62"));
  EXPECT_THAT(refusal("[network]\ninput = [2147483648]\n[[layer]]\nop = 'dense'\nunits = 2147483648\n", {}),
              AllOf(StartsWith("bad_shape: net.toml, line 3, layer 'dense1'"), HasSubstr("2^40 parameters")));
  EXPECT_THAT(refusal("[network]\ninput = [2147483648, 512]\n[[layer]]\nop = 'dense'\nunits = 2048\n", {}),
              HasSubstr("2^40 elements"));
}

TEST(TomlErrors, MissingInputsAndUnreadLayers) {
  EXPECT_THAT(refusal("[[layer]]\nop = 'flatten'\n", {}),
              StartsWith("bad_value: net.toml, line 1: the input's shape is not known; write input = [1, 28, 28]"));
  EXPECT_THAT(refusal("[[layer]]\nop = 'add'\n"), HasSubstr("takes two inputs or more, found 1"));
  EXPECT_THAT(
      refusal("[network]\ninput = [1, 32, 32]\n[[layer]]\nop = 'flatten'\n"),
      StartsWith("bad_shape: net.toml, line 2: the description takes [1, 32, 32], but the data give [1, 28, 28]"));
  EXPECT_THAT(refusal("[[layer]]\nop = 'dense'\nunits = 'outputs'\n", {.input = {4}}), HasSubstr("is not known here"));
  EXPECT_THAT(refusal("[[layer]]\nop = 'embedding'\nwidth = 4\n", {.input = {4}}),
              HasSubstr("'vocabulary' is not known"));
  EXPECT_EQ(refusal(after_a_layer("[[layer]]\nname = 'second'\nop = 'dense'\nunits = 3\nfrom = 'input'\n")),
            "bad_value: net.toml, line 1, layer 'first': nothing reads this layer; name it in a later layer's `from`, "
            "make it the output, or remove it");
  EXPECT_THAT(refusal("[[block]]\nname = 'b'\ninputs = ['a', 'c']\n[[block.layer]]\nop = 'flatten'\nfrom = 'a'\n"
                      "[[layer]]\nop = 'b'\n"),
              HasSubstr("no layer reads 'c'"));
  EXPECT_THAT(refusal("[network]\nname = 'empty'\n"), HasSubstr("there are no layers"));
  EXPECT_THAT(refusal(""), StartsWith("bad_syntax: net.toml, line 1: there are no layers"));
  EXPECT_THAT(refusal("[[layer]]\nunits = 3\n"), HasSubstr("layer 1 needs `op`"));
}

TEST(TomlErrors, WrongTypes) {
  EXPECT_EQ(refusal("[[layer]]\nop = 'dense'\nunits = 4.5\n"),
            "bad_value: net.toml, line 3, layer 'dense1': `units` must be an integer or a text such as \"outputs\" or "
            "\"4 * width\", found a number");
  EXPECT_THAT(refusal("[[layer]]\nop = 'dense'\nunits = [4]\n"), HasSubstr("found an array"));
  EXPECT_THAT(refusal("[[layer]]\nop = 'dense'\nunits = 2024-01-01\n"), HasSubstr("found a date"));
  EXPECT_THAT(refusal("[[layer]]\nop = 'dense'\nunits = 4\nbias = 'yes'\n"),
              HasSubstr("true or false, found a string"));
  EXPECT_THAT(refusal("[[layer]]\nop = 7\n"), HasSubstr("a string, found an integer"));
  EXPECT_THAT(refusal("[[layer]]\nop = 'add'\nfrom = [1, 2]\n"), HasSubstr("an array of strings, found an integer"));
  EXPECT_THAT(refusal("[layer]\nop = 'flatten'\n"), HasSubstr("[[layer]]; found a table"));
  EXPECT_THAT(refusal("layer = [1]\n"), HasSubstr("[[layer]]; found an integer"));
  EXPECT_THAT(refusal("network = 3\n[[layer]]\nop = 'flatten'\n"), HasSubstr("must be a table"));
  EXPECT_THAT(refusal("constants = 3\n[[layer]]\nop = 'flatten'\n"), HasSubstr("must be a table"));
  EXPECT_THAT(refusal("[constants]\na = 'b'\n[[layer]]\nop = 'flatten'\n"), HasSubstr("must be a number"));
  EXPECT_THAT(refusal("[[layer]]\nop = 'dense'\nunits = 4\nactivation = 3\n"),
              HasSubstr("`activation` must be a string"));
}

TEST(TomlErrors, NamesThatAreTakenOrMalformed) {
  EXPECT_THAT(refusal(after_a_layer("[[layer]]\nname = 'first'\nop = 'flatten'\n")),
              HasSubstr("line 6: the name 'first' is taken by the layer in line 1"));
  EXPECT_THAT(refusal("[[layer]]\nname = 'input'\nop = 'flatten'\n"), HasSubstr("name of an input"));
  EXPECT_THAT(refusal("[[layer]]\nname = 'a b'\nop = 'flatten'\n"), HasSubstr("found 'a b'"));
  EXPECT_THAT(refusal("[[layer]]\nname = ''\nop = 'flatten'\n"), HasSubstr("line 2"));
  EXPECT_THAT(refusal("[[layer]]\nop = 'dense'\nunits = 3\nscope = 'input'\n[[layer]]\nop = 'dense'\nunits = 3\n"
                      "scope = 'input'\n"),
              HasSubstr("layer 'dense2': the name is taken"));
}

TEST(TomlErrors, Blocks) {
  const std::string use = "[[layer]]\nop = 'b'\n";
  EXPECT_THAT(refusal("[[block]]\nname = 'b'\n" + use), HasSubstr("there are no layers: write [[block.layer]]"));
  EXPECT_THAT(refusal("[[block]]\nname = 'dense'\n[[block.layer]]\nop = 'flatten'\n" + use), HasSubstr("is an op"));
  EXPECT_THAT(refusal("[[block]]\nname = 'b'\n[[block.layer]]\nop = 'b'\n" + use), HasSubstr("no op or block above"));
  EXPECT_THAT(refusal("[[block]]\nname = 'b'\narguments = {name = 3}\n[[block.layer]]\nop = 'flatten'\n" + use),
              HasSubstr("none of name"));
  EXPECT_THAT(refusal("[[block]]\nname = 'b'\narguments = {n = 'x'}\n[[block.layer]]\nop = 'flatten'\n" + use),
              HasSubstr("needs a number"));
  EXPECT_THAT(refusal("[[block]]\nname = 'b'\n[[block.layer]]\nop = 'flatten'\n" + use + "chanels = 3\n"),
              HasSubstr("no `chanels` in b"));
  EXPECT_THAT(
      refusal("[[block]]\nname = 'b'\ninputs = ['p', 'q']\n[[block.layer]]\nop = 'add'\nfrom = ['p', 'q']\n" + use),
      HasSubstr("has 2 inputs, but the layer reads 1"));
  EXPECT_THAT(refusal("[[block]]\nname = 'b'\ninputs = ['p', 'p']\n[[block.layer]]\nop = 'add'\nfrom = 'p'\n" + use),
              HasSubstr("named twice"));
  std::string deep = "[[block]]\nname = 'b0'\n[[block.layer]]\nop = 'flatten'\n";
  for (int i = 1; i < 17; ++i) {
    deep.append("[[block]]\nname = 'b").append(std::to_string(i)).append("'\n[[block.layer]]\nop = 'b");
    deep.append(std::to_string(i - 1)).append("'\n");
  }
  EXPECT_THAT(refusal(deep + "[[layer]]\nop = 'flatten'\n"), HasSubstr("16 deep"));
}

TEST(TomlErrors, Expressions) {
  const auto units = [](const std::string& text) {
    return refusal("[constants]\nn = 6\nr = 0.5\n[[layer]]\nop = 'dense'\nunits = '" + text + "'\n");
  };
  EXPECT_EQ(units("(n + 2) * 3 - n / 4 * 0 + 1 - 1"),
            "bad_value: net.toml, line 6, layer 'dense1': `units`: '(n + 2) * 3 - n / 4 * 0 + 1 - 1': 6 does not "
            "divide by 4");
  EXPECT_EQ(units("(n + 2) * 3 - n / 3"), "accepted");
  EXPECT_THAT(units("n / 0"), HasSubstr("does not divide by 0"));
  EXPECT_THAT(units("n +"), HasSubstr("a number or a name was expected"));
  EXPECT_THAT(units("(n"), HasSubstr("never closed"));
  EXPECT_THAT(units("n n"), HasSubstr("not expected there"));
  EXPECT_THAT(units("r"), HasSubstr("'r' is no integer"));
  EXPECT_THAT(units("2x"), HasSubstr("'2x' is no integer"));
  EXPECT_THAT(units("99999999999999999999"), HasSubstr("is no integer"));
  EXPECT_THAT(units(std::string(150, '(')), HasSubstr("was expected"));
  EXPECT_THAT(units(std::string(201, '1')), HasSubstr("longer than 200"));
}

TEST(TomlErrors, WhatIsNoToml) {
  EXPECT_THAT(refusal("[[layer]]\nop = dense\n"), StartsWith("bad_syntax: net.toml, line 2: this is no TOML"));
  EXPECT_THAT(refusal("[[layer]\n"), StartsWith("bad_syntax: net.toml, line 1"));
  EXPECT_THAT(refusal("\xff\xfe"), StartsWith("bad_syntax"));
  EXPECT_THAT(refusal(std::string("a\0b", 3)), StartsWith("bad_syntax"));
}

TEST(TomlErrors, HostileTextsEndSoonAndSayLittle) {
  const auto expect_refused = [](const std::string& text) {
    const std::string answer = refusal(text);
    EXPECT_THAT(answer, StartsWith("bad_"));
    EXPECT_LT(answer.size(), 600U);
  };
  const auto join = [](std::string first, const std::string& second, const std::string& third = "") {
    return first.append(second).append(third);
  };
  expect_refused(join("a", repeated(".a", 1'000'000), " = 1\n"));  // tables in tables
  expect_refused(join("a = ", std::string(1'000'000, '[')));       // arrays in arrays
  expect_refused(join("a = ", repeated("{a = ", 1'000'000)));      // inline tables
  expect_refused(join("[a", repeated(".a", 1'000'000), "]\n"));    // a header
  expect_refused(repeated("[a]\n", 1'000'000));                    // many headers
  expect_refused(std::string(65 << 20, '\n'));                     // too long
  expect_refused(join("[[layer]]\nop = '", std::string(1'000'000, 'x'), "'\n"));
  expect_refused(join("[[layer]]\nname = '", std::string(1'000'000, 'x'), "'\nop = 'flatten'\n"));
  std::string dotted;  // each key makes a table, and the parser searches the list of them
  for (int i = 0; i < 100'000; ++i) dotted.append("k").append(std::to_string(i)).append(".v = 1\n");
  expect_refused(dotted);
  std::string wide = "[[block]]\nname = 'b0'\n[[block.layer]]\nop = 'flatten'\nrepeat = 1000\n";  // 1000^4 nodes
  for (int i = 1; i < 4; ++i) {
    wide.append("[[block]]\nname = 'b").append(std::to_string(i)).append("'\n[[block.layer]]\nop = 'b");
    wide.append(std::to_string(i - 1)).append("'\nrepeat = 1000\n");
  }
  const std::string answer = refusal(wide + "[[layer]]\nop = 'b3'\n", {.input = {4}, .max_nodes = 20'000});
  EXPECT_THAT(answer,
              AllOf(StartsWith("bad_shape: net.toml, line 3, used in line"), HasSubstr("more than 20000 nodes")));
}

TEST(TomlErrors, ManyLayersAreReadInLinearTime) {
  // A reader that searches all layers for each would need minutes.
  const std::string text = repeated("[[layer]]\nop = 'dense'\nunits = 8\nactivation = 'tanh'\n", 20'000);
  const Graph graph = network_from_toml(text, "deep.toml", {.input = {8}});
  EXPECT_EQ(graph.parameter_count(), 20'000 * 72);
  const Graph repeated_graph = network_from_toml(
      "[[layer]]\nop = 'dense'\nunits = 8\nactivation = 'tanh'\nrepeat = 100000\n", "deep.toml", {.input = {8}});
  EXPECT_EQ(repeated_graph.parameter_count(), 7'200'000);
}

}  // namespace
}  // namespace fanin::net
