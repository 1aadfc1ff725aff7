#include "fanin/core/call_expr.hpp"

#include <gmock/gmock.h>

#include "fanin/core/error.hpp"

namespace fanin {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ErrorCode code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "no error was thrown";
  return ErrorCode::io_failure;
}

TEST(CallExpr, ParsesNamesKeysPositionsAndNestedCalls) {
  const CallExpr call = parse_call(" glorot_uniform( gain = leaky_relu(0.2) , 3 ) ", "initializer");
  EXPECT_EQ(call.name, "glorot_uniform");
  ASSERT_EQ(call.arguments.size(), 2U);
  EXPECT_EQ(call.arguments[0].key, "gain");
  EXPECT_EQ(call.arguments[0].text, "leaky_relu(0.2)");
  EXPECT_EQ(call.arguments[1].key, "");
  EXPECT_EQ(call.arguments[1].text, "3");
  EXPECT_TRUE(parse_call("zeros", "initializer").arguments.empty());
  EXPECT_TRUE(parse_call("zeros()", "initializer").arguments.empty());
  EXPECT_EQ(parse_call("f(g(x=1))", "x").arguments[0].key, "");
}

TEST(CallExpr, RefusesBrokenText) {
  for (const char* text :
       {"", "(", ")", "f(", "f)", "f(1", "f(1))", "f(,)", "f(a=)", "f(=1)", "f(1)x", "é", "f(1)(2)"}) {
    EXPECT_EQ(code_of([&] { parse_call(text, "initializer"); }), ErrorCode::bad_syntax) << text;
  }
  EXPECT_EQ(code_of([] { parse_call(std::string(100000, '('), "x"); }), ErrorCode::bad_syntax);
}

TEST(CallExpr, SplitsListsAtTopLevelCommas) {
  EXPECT_THAT(split_list("zeros, normal(std=0.01) ,f(a,b)", "inits"),
              ElementsAre("zeros", "normal(std=0.01)", "f(a,b)"));
  EXPECT_EQ(code_of([] { split_list("a,,b", "inits"); }), ErrorCode::bad_syntax);
  EXPECT_EQ(code_of([] { split_list("", "inits"); }), ErrorCode::bad_syntax);
}

TEST(CallReader, ReadsByKeyAndByPosition) {
  const CallExpr call = parse_call("normal(0.5, std=2e-2)", "initializer");
  CallReader reader(call, "initializer");
  EXPECT_EQ(reader.number("mean", 0.0), 0.5);
  EXPECT_EQ(reader.number("std", 1.0), 0.02);
  EXPECT_FALSE(reader.flag("clip", false));
  reader.finish();
}

TEST(CallReader, RefusesUnknownRepeatedAndMalformedArguments) {
  const auto read = [](const char* text) {
    const CallExpr call = parse_call(text, "initializer");
    CallReader reader(call, "initializer");
    reader.number("mean", 0.0);
    reader.number("std", 1.0);
    reader.finish();
  };
  EXPECT_EQ(code_of([&] { read("normal(stdd=1)"); }), ErrorCode::unknown_name);
  EXPECT_EQ(code_of([&] { read("normal(std=1, std=2)"); }), ErrorCode::bad_syntax);
  EXPECT_EQ(code_of([&] { read("normal(1, 2, 3)"); }), ErrorCode::bad_syntax);
  EXPECT_EQ(code_of([&] { read("normal(std=nan)"); }), ErrorCode::bad_value);
  EXPECT_EQ(code_of([&] { read("normal(std=1x)"); }), ErrorCode::bad_value);
  try {
    read("normal(stdd=1)");
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean std?"));
  }
}

TEST(ParseNumber, TakesFiniteDecimalsOnly) {
  EXPECT_EQ(parse_number("1e-3"), 1e-3);
  EXPECT_EQ(parse_number("+2"), 2.0);
  for (const char* text : {"", "nan", "inf", "-inf", "1e999", "0x10", "1 2", "--1"}) {
    EXPECT_FALSE(parse_number(text).has_value()) << text;
  }
  EXPECT_EQ(parse_integer("42"), 42);
  EXPECT_FALSE(parse_integer("4.2").has_value());
  EXPECT_FALSE(parse_integer("99999999999999999999").has_value());
}

}  // namespace
}  // namespace fanin
