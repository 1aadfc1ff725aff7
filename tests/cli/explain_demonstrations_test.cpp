// Every page of `fanin explain` names a command; each is run here, and must show the problem that the page is about.
#include <gmock/gmock.h>

#include <sstream>

#include "program.hpp"
#include "tests/support/json.hpp"

namespace fanin::cli_test {
namespace {

using nlohmann::json;
using tests::parse_json;

json pages() {
  const Finished finished = run({"explain", "--json"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  return parse_json(finished.out)["problems"];
}

// The words of a command as a shell splits them.
Arguments words_of(const std::string& command) {
  Arguments words;
  std::string word;
  bool quoted = false;
  for (const char c : command + " ") {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      if (!word.empty()) words.push_back(word);
      word.clear();
    } else {
      word += c;
    }
  }
  return words;
}

TEST(ExplainDemonstrations, EachShowsItsProblem) {
  const json all = pages();
  for (const json& page : all) {
    const std::string problem = page["problem"];
    Arguments words = words_of(page["command"]);
    ASSERT_GE(words.size(), 2U);
    ASSERT_EQ(words.front(), "fanin");
    words.erase(words.begin());
    for (const char* extra : {"--limit-train", "2000", "--limit-test", "100", "--json", "-"}) words.emplace_back(extra);
    const Finished finished = run(words);
    ASSERT_TRUE(finished.status == 0 || finished.status == 1) << problem << ": " << finished.err;
    const json answer = parse_json(finished.out);
    std::string found;
    for (const json& finding : answer["findings"]) found.append(finding["problem"].get<std::string>()).append(" ");
    EXPECT_THAT(found, ::testing::HasSubstr(problem)) << page["command"];
  }
}

}  // namespace
}  // namespace fanin::cli_test
