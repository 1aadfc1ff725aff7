#include "fanin/random/stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

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

// Recipe: h = 0xCBF29CE484222325; for each byte h = ((h ^ byte) * 0x100000001B3) mod 2^64; then
// h ^= h >> 33, h *= 0xFF51AFD7ED558CCD, h ^= h >> 33, h *= 0xC4CEB9FE1A85EC53, h ^= h >> 33 (Python integers).
TEST(Stream, HashesNamesAsItAlwaysWill) {
  EXPECT_EQ(hash_name(""), 0xEFD01F60BA992926U);
  EXPECT_EQ(hash_name("a"), 0x82A2A958A9BECE5BU);
  EXPECT_EQ(hash_name("foobar"), 0x2C22194922D1672BU);
  EXPECT_EQ(hash_name("layer1.weight"), 0x80A62F19A59C77DEU);
  EXPECT_EQ(hash_name("π"), 0xD5A69C2D29500F92U);
  EXPECT_EQ(Stream(9, "a").name_hash, hash_name("a"));
}

// The values of the library against a second implementation of the definition, in Python.
TEST(Stream, GivesTheValuesItAlwaysWill) {
  const std::map<std::string, Law> laws = {
      {"uniform", Uniform{.low = -0.05, .high = 0.05}},
      {"normal", Normal{.mean = 0.25, .std_dev = 0.5}},
      {"truncated2", TruncatedNormal{.std_dev = 0.02, .low = -2, .high = 2, .corrected = false}},
      {"truncated4", TruncatedNormal{.std_dev = 0.02, .low = -4, .high = 4, .corrected = false}}};
  std::ifstream file(std::string(FANIN_GOLDEN_DIR) + "/random_stream.txt");
  std::string line;
  int values = 0;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    std::string law;
    std::string type;
    std::uint64_t seed = 0;
    std::string name;
    std::uint64_t element = 0;
    std::uint64_t bits = 0;
    fields >> law >> type >> seed >> name >> element >> std::hex >> bits;
    ASSERT_TRUE(fields) << line;
    if (type == "f32") {
      float value = 0;
      fill(Stream(seed, name), element, laws.at(law), std::span(&value, 1));
      EXPECT_EQ(std::bit_cast<std::uint32_t>(value), bits) << line;
    } else {
      double value = 0;
      fill(Stream(seed, name), element, laws.at(law), std::span(&value, 1));
      EXPECT_EQ(std::bit_cast<std::uint64_t>(value), bits) << line;
    }
    ++values;
  }
  EXPECT_EQ(values, 306);
}

// The example of stream.hpp.
TEST(Stream, FillsASliceAlone) {
  std::vector<float> values(1000);
  random::Stream stream(/*seed_value=*/1, "layer1.weight");
  random::fill_normal(stream, /*first=*/0, {.mean = 0, .std_dev = 0.01}, values);

  std::vector<float> slice(10);
  random::fill_normal(stream, /*first=*/500, {.mean = 0, .std_dev = 0.01}, slice);
  EXPECT_TRUE(std::equal(slice.begin(), slice.end(), values.begin() + 500));
}

}  // namespace
}  // namespace fanin::random
