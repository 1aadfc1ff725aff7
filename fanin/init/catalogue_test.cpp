#include "fanin/init/catalogue.hpp"

#include <gmock/gmock.h>

#include <map>
#include <set>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/init/initializer.hpp"

namespace fanin::init {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string canonical(std::string_view text) { return parse_initializer(text).text(); }

/// The error that parsing `text` throws, as "code: what".
std::string refusal(std::string_view text) {
  try {
    (void)parse_initializer(text);
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "accepted";
}

TEST(Catalogue, DefaultsAreOmittedFromTheText) {
  EXPECT_EQ(canonical("zeros"), "zeros");
  EXPECT_EQ(canonical(" constant( 0.10 ) "), "constant(value=0.1)");
  EXPECT_EQ(canonical("uniform(-0.05, 0.05)"), "uniform");
  EXPECT_EQ(canonical("uniform(-1,1)"), "uniform(low=-1, high=1)");
  EXPECT_EQ(canonical("normal(std=0.01)"), "normal(std=0.01)");
  EXPECT_EQ(canonical("normal(0, 0.05)"), "normal");
  EXPECT_EQ(canonical("normal(std=1e-5)"), "normal(std=1e-05)");
  EXPECT_EQ(canonical("truncated_normal(std=0.02, corrected=false)"), "truncated_normal(std=0.02, corrected=false)");
  EXPECT_EQ(canonical("he_normal(gain=relu, mode=fan_in)"), "he_normal");
  EXPECT_EQ(canonical("he_uniform(mode=fan_out)"), "he_uniform(mode=fan_out)");
  EXPECT_EQ(canonical("glorot_normal(gain=1)"), "glorot_normal");
  EXPECT_EQ(canonical("lecun_normal(2, fan_avg)"), "lecun_normal(gain=2, mode=fan_avg)");
}

TEST(Catalogue, AliasesBecomeTheNamesOfThePapersFirstAuthors) {
  EXPECT_EQ(canonical("xavier_uniform"), "glorot_uniform");
  EXPECT_EQ(canonical("xavier_normal(gain=2)"), "glorot_normal(gain=2)");
  EXPECT_EQ(canonical("kaiming_uniform"), "he_uniform");
  EXPECT_EQ(canonical("kaiming_normal(mode=fan_out)"), "he_normal(mode=fan_out)");
}

TEST(Catalogue, TextReadsBackToTheSameText) {
  for (const char* text :
       {"constant(-3.25)", "uniform(0, 0.30000000000000004)", "normal(1e-30, 1e-7)", "normal(std=0)",
        "truncated_normal(1, 2, -3, 0.5, false)", "he_normal(gain=1.4142135623730951)", "lecun_uniform(gain=relu)"}) {
    const std::string once = canonical(text);
    EXPECT_EQ(canonical(once), once) << text;
  }
}

TEST(Catalogue, EveryNameParsesAndNoNameComesTwice) {
  std::set<std::string_view> names;
  for (const InitializerInfo& info : known_initializers()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_FALSE(info.formula.empty()) << info.name;
    if (!info.alias.empty()) {
      EXPECT_TRUE(names.insert(info.alias).second) << info.alias;
      EXPECT_EQ(canonical(info.alias), info.name);
    }
    const std::map<std::string_view, std::string_view> required{{"constant", "(1)"},
                                                                {"sparse", "(0.5)"},
                                                                {"chrono_bias", "(10)"},
                                                                {"gates", "(zeros, ones)"},
                                                                {"scaled", "(zeros, 2)"}};
    const auto arguments = required.find(info.name);
    const std::string call = std::string(info.name) + std::string(arguments == required.end() ? "" : arguments->second);
    EXPECT_THAT(canonical(call), HasSubstr(std::string(info.name)));
  }
}

TEST(Catalogue, AnUnknownNameGivesTheNearestOnes) {
  EXPECT_THAT(refusal("he_nornal"), AllOf(HasSubstr("unknown_name"), HasSubstr("did you mean he_normal")));
  EXPECT_THAT(refusal("xavier"), AllOf(HasSubstr("xavier_uniform"), HasSubstr("xavier_normal")));
  EXPECT_THAT(refusal("he_normal(gian=2)"), AllOf(HasSubstr("unknown_name"), HasSubstr("did you mean gain?")));
  EXPECT_THAT(refusal("he_normal(gain=rely)"), AllOf(HasSubstr("unknown_name"), HasSubstr("relu")));
  EXPECT_THAT(refusal("he_normal(mode=fanin)"), AllOf(HasSubstr("unknown_name"), HasSubstr("fan_in")));
}

TEST(Catalogue, ImpossibleArgumentsAreRefused) {
  EXPECT_THAT(refusal(""), HasSubstr("bad_syntax"));
  EXPECT_THAT(refusal("normal(std=0.01"), HasSubstr("bad_syntax"));
  EXPECT_THAT(refusal("zeros(1)"), HasSubstr("takes no arguments"));
  EXPECT_THAT(refusal("constant"), HasSubstr("constant(0.1)"));
  EXPECT_THAT(refusal("constant(1e39)"), HasSubstr("range of f32"));
  EXPECT_THAT(refusal("constant(nan)"), HasSubstr("not a finite number"));
  EXPECT_THAT(refusal("uniform(0.1)"), HasSubstr("uniform(-0.1, 0.1)"));
  EXPECT_THAT(refusal("normal(std=-1)"), HasSubstr("negative"));
  EXPECT_THAT(refusal("normal(0, 1, 2)"), HasSubstr("too many arguments"));
  EXPECT_THAT(refusal("truncated_normal(low=2, high=-2)"), HasSubstr("low must be below high"));
  EXPECT_THAT(refusal("truncated_normal(low=50, high=60)"), HasSubstr("no mass"));
  EXPECT_THAT(refusal("truncated_normal(corrected=maybe)"), HasSubstr("true or false"));
  EXPECT_THAT(refusal("he_normal(gain=0)"), HasSubstr("positive"));
  EXPECT_THAT(refusal("he_normal(gain=-1)"), HasSubstr("positive"));
  EXPECT_THAT(refusal("he_normal(gain=inf)"), HasSubstr("no finite number"));
}

TEST(Catalogue, DeepNestingIsRefusedOrReadsBack) {
  std::string text = "zeros";
  while (text.size() < 3900) text = "scaled(" + text + ",1)";
  EXPECT_THAT(refusal(text), HasSubstr("nested too deeply"));
  text = "zeros";
  for (int depth = 0; depth < 300; ++depth) text = "scaled(" + text + ",1)";
  EXPECT_EQ(canonical(canonical(text)), canonical(text));
  EXPECT_THAT(refusal(std::string(4000, '(')), HasSubstr("bad_syntax"));
}

}  // namespace
}  // namespace fanin::init
