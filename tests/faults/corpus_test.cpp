#include "tests/faults/corpus.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <set>

#include "fanin/core/error.hpp"

namespace fanin::faults {
namespace {

using ::testing::HasSubstr;

const std::vector<Case>& corpus() {
  static const std::vector<Case> cases = read_corpus(FANIN_FAULTS_DIR);
  return cases;
}

TEST(Corpus, HasTheSizesThatItsScoresRelyOn) {
  std::map<std::pair<Half, Group>, int> count;
  for (const Case& c : corpus()) ++count[{c.half, c.group}];
  const int healthy = count[{Half::tune, Group::healthy}] + count[{Half::test, Group::healthy}];
  EXPECT_GE(corpus().size(), 400U);
  EXPECT_GE(healthy * 10, static_cast<int>(corpus().size()) * 4);
  EXPECT_GE((count[{Half::test, Group::healthy}]), 100);
  EXPECT_GE((count[{Half::test, Group::initialization}]), 100);
}

TEST(Corpus, ExpectsEveryProblemSomewhere) {
  std::set<observe::Problem> expected;
  for (const Case& c : corpus()) expected.insert(c.expect.begin(), c.expect.end());
  for (const observe::Problem problem : observe::all_problems()) {
    EXPECT_TRUE(expected.contains(problem)) << observe::to_string(problem);
  }
}

TEST(Corpus, VariantsOfACaseShareAHalf) {
  std::map<std::string, Half> halves;
  for (const Case& c : corpus()) EXPECT_EQ(halves.try_emplace(c.template_id, c.half).first->second, c.half) << c.id;
}

// validated.csv is what fanin_validate_faults wrote: every label held when its training was run.
TEST(Corpus, EveryLabelWasSeenToHoldInTraining) {
  std::ifstream file(std::string(FANIN_FAULTS_DIR) + "/validated.csv");
  std::set<std::string> held;
  for (std::string line; std::getline(file, line);) {
    const std::size_t comma = line.find(',');
    if (line.compare(comma, 5, ",yes,") == 0) held.insert(line.substr(0, comma));
  }
  for (const Case& c : corpus()) EXPECT_TRUE(held.contains(c.id)) << c.id;
}

class WrittenCorpus : public ::testing::Test {
 protected:
  std::vector<Case> read(const std::string& text) {
    const std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / "fanin_corpus_test";
    std::filesystem::create_directories(folder / "cases");
    std::ofstream(folder / "cases" / "a.toml") << text;
    return read_corpus(folder);
  }
  std::string refusal(const std::string& text) {
    try {
      read(text);
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  }
};

TEST_F(WrittenCorpus, ListsUnderEachMakeEveryCombinationAndTablesSetKeysTogether) {
  const std::vector<Case> cases = read(
      "[[case]]\nid = \"b\"\ngroup = \"training\"\nexpect = [\"learning_rate\"]\n"
      "each = { seed = [1, 2], what = [{ lr = 0.5, net = \"2-3-2\" }, { lr = 2 }] }\ntwin = { lr = 0.1 }\n");
  ASSERT_EQ(cases.size(), 4U);
  EXPECT_EQ(cases[1].id, "a/b-2");
  EXPECT_EQ(cases[1].template_id, "a/b");
  EXPECT_EQ(cases[0].settings.net, "2-3-2");
  EXPECT_EQ(cases[1].settings.learning_rate, 2);
  EXPECT_EQ(cases[2].settings.seed, 2U);
  EXPECT_EQ(cases[2].twin->learning_rate, 0.1);
  EXPECT_EQ(cases[2].twin->net, "2-3-2");
}

TEST_F(WrittenCorpus, MistakesAreNamedWithFileAndCase) {
  const std::string fault = "[[case]]\nid = \"b\"\ngroup = \"training\"\n";
  EXPECT_THAT(refusal(fault), HasSubstr("a/b"));  // expects nothing
  EXPECT_THAT(refusal(fault + "expect = [\"learning_rate\"]\n"), HasSubstr("twin"));
  EXPECT_THAT(refusal(fault + "expect = [\"lerning_rate\"]\n"), HasSubstr("learning_rate"));
  EXPECT_THAT(refusal("[[case]]\nid = \"b\"\nlearning = 1\n"), HasSubstr("a/b, learning"));
  EXPECT_THAT(refusal("[[case]]\nid = \"b\"\nlr = true\n"), HasSubstr("a/b, lr"));
  EXPECT_THAT(refusal("[[case]]\nlr = 1\n"), HasSubstr("no id"));
  EXPECT_THAT(refusal("[[case\n"), HasSubstr("line 1"));
}

}  // namespace
}  // namespace fanin::faults
