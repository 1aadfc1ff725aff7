#include "fanin/random/stream.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "fanin/random/philox.hpp"

namespace fanin::random {
namespace {

TEST(Philox, GivesTheKnownAnswersOfRandom123) {
  std::ifstream file(std::string(FANIN_GOLDEN_DIR) + "/philox_kat.txt");
  std::string line;
  int vectors = 0;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    fields >> std::hex;
    PhiloxCounter counter{};
    PhiloxKey key{};
    PhiloxCounter expected{};
    for (auto& word : counter) fields >> word;
    for (auto& word : key) fields >> word;
    for (auto& word : expected) fields >> word;
    ASSERT_TRUE(fields) << line;
    EXPECT_EQ(philox4x32_10(counter, key), expected) << line;
    ++vectors;
  }
  EXPECT_EQ(vectors, 3);
}

}  // namespace
}  // namespace fanin::random
