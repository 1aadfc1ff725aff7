// fanin list: every name that can be written, with its formula and its paper, for people and for programs.
#include <gmock/gmock.h>

#include <set>

#include "program.hpp"
#include "tests/support/json.hpp"
#include "wrong_use.hpp"

namespace fanin::cli_test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using tests::parse_json;

json entries_of(const char* list) {
  const Finished finished = run({"list", list, "--json"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  const json parsed = parse_json(finished.out);
  EXPECT_EQ(parsed.at("version"), FANIN_PROJECT_VERSION);
  EXPECT_EQ(parsed.at("list"), list);
  return parsed.at("entries");
}

/// The names of a list, aliases included.
std::set<std::string> names_of(const json& entries) {
  std::set<std::string> names;
  for (const json& entry : entries) {
    EXPECT_TRUE(names.insert(entry.at("name")).second) << entry.at("name");
    for (const json& alias : entry.at("aliases")) EXPECT_TRUE(names.insert(alias).second) << alias;
  }
  return names;
}

TEST(List, TheJsonNamesWhatTheTableNames) {
  for (const char* list : {"initializers", "schemes", "activations", "optimizers", "schedules", "clipping"}) {
    const std::string table = run({"list", list}, {{"COLUMNS", "200"}}).out;
    const json entries = entries_of(list);
    for (const std::string& name : names_of(entries)) EXPECT_THAT(table, HasSubstr(name)) << list;
    for (const json& entry : entries) EXPECT_FALSE(entry.at("formula").get<std::string>().empty()) << entry;
  }
  EXPECT_THAT(names_of(entries_of("initializers")), AllOf(Contains("he_normal"), Contains("kaiming_normal")));
  EXPECT_THAT(names_of(entries_of("activations")), AllOf(Contains("silu"), Contains("swish")));
  EXPECT_THAT(names_of(entries_of("losses")), AllOf(Contains("cross_entropy"), Contains("huber")));
  EXPECT_THAT(names_of(entries_of("schedules")), Contains("one_cycle"));
  EXPECT_THAT(names_of(entries_of("clipping")), Contains("global_norm"));
  EXPECT_EQ(entries_of("data").at(0).at("name"), "fashion-mnist");
}

TEST(List, EveryActivationOptimizerAndMostRulesCiteTheirSource) {
  for (const char* list : {"activations", "optimizers"}) {
    for (const json& entry : entries_of(list)) EXPECT_FALSE(entry.at("source").get<std::string>().empty()) << entry;
  }
  // What needs no paper: constants, plain laws, and rules made of other rules.
  const std::set<std::string> own{"zeros", "ones",   "constant", "uniform", "normal", "truncated_normal",
                                  "gates", "scaled", "roles"};
  for (const char* list : {"initializers", "schemes"}) {
    for (const json& entry : entries_of(list)) {
      if (own.contains(entry.at("name"))) continue;
      EXPECT_FALSE(entry.at("source").get<std::string>().empty()) << entry;
    }
  }
}

TEST(List, EveryListedActivationAndOptimizerIsUnderstood) {
  for (const std::string& name : names_of(entries_of("activations"))) {
    EXPECT_EQ(run({"gain", name}).status, 0) << name;
  }
  const json optimizers = entries_of("optimizers");
  for (const json& entry : optimizers) EXPECT_GT(entry.at("learning_rate").get<double>(), 0) << entry;
}

TEST(List, TheJsonGoesToAFileTooAndTheOrderOfArgumentsIsFree) {
  const TemporaryFolder folder;
  const std::string file = (folder / "list.json").string();
  const Finished finished = run({"list", "optimizers", "--json", file});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("adam"), HasSubstr("Saved")));
  EXPECT_EQ(parse_json(read_file(file)).at("list"), "optimizers");
  EXPECT_EQ(parse_json(run({"list", "--json", "optimizers"}).out), parse_json(read_file(file)));
  expect_wrong_use(run({"list", "--json", "optimisers"}), {"did you mean optimizers"});
}

TEST(List, ShowsEveryCatalogueWithFormulasAndPapers) {
  EXPECT_THAT(run({"list", "initializers"}).out,
              AllOf(HasSubstr("he_normal"), HasSubstr("kaiming_normal"), HasSubstr("fan"), HasSubstr("1502.01852")));
  EXPECT_THAT(run({"list", "activations"}).out, AllOf(HasSubstr("leaky_relu"), HasSubstr("max(0, z)")));
  EXPECT_THAT(run({"list", "optimizers"}).out,
              AllOf(HasSubstr("adamw"), HasSubstr("0.001"), HasSubstr("w -= lr*g"), HasSubstr("1412.6980")));
  EXPECT_THAT(run({"list", "schemes"}).out, AllOf(HasSubstr("gpt2"), HasSubstr("fixup"), HasSubstr("1901.09321")));
  EXPECT_THAT(run({"list", "data"}).out, AllOf(HasSubstr("fashion-mnist"), HasSubstr("spirals")));
}

TEST(List, IsAsciiWhereTheLocaleIs) {
  for (const char* what : {"initializers", "schemes", "activations", "optimizers"}) {
    const std::string out = run({"list", what}, {{"LANG", "C"}}).out;
    for (const char c : out) EXPECT_GE(c, 0) << what;
    EXPECT_THAT(out, Not(HasSubstr("?"))) << what;
  }
}

}  // namespace
}  // namespace fanin::cli_test
