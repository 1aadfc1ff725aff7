#include "fanin/engine/ops/table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace fanin::engine {
namespace {

// The kinds that the headers of net/ops give their ops.
std::set<std::string> described_kinds() {
  static const std::regex pattern(R"re(kind\(\) const noexcept override \{ return "(\w+)"; \})re");
  std::set<std::string> kinds;
  for (const auto& entry : std::filesystem::directory_iterator(FANIN_SOURCE_DIR "/fanin/net/ops")) {
    if (entry.path().extension() != ".hpp") continue;
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const std::string header = text.str();
    std::smatch match;
    if (std::regex_search(header, match, pattern)) kinds.insert(match[1]);
  }
  return kinds;
}

TEST(OpTable, HasAnEntryForEveryOpThatCanBeDescribedAndNoOther) {
  std::set<std::string> run;
  for (const OpEntry* entry : op_entries()) run.emplace(entry->kind);
  EXPECT_EQ(run, described_kinds());
  EXPECT_EQ(run.size(), op_entries().size()) << "two entries of one kind";
  EXPECT_TRUE(std::is_sorted(op_entries().begin(), op_entries().end(),
                             [](const OpEntry* a, const OpEntry* b) { return a->kind < b->kind; }));
}

TEST(OpTable, EntriesAreComplete) {
  for (const OpEntry* entry : op_entries()) {
    EXPECT_NE(entry->traits, nullptr) << entry->kind;
    EXPECT_NE(entry->make, nullptr) << entry->kind;
    EXPECT_NE(entry->reference, nullptr) << entry->kind;
  }
}

}  // namespace
}  // namespace fanin::engine
