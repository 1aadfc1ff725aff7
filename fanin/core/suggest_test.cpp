#include "fanin/core/suggest.hpp"

#include <gmock/gmock.h>

namespace fanin {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Suggest, DistanceCountsEditsAndNeighbourSwaps) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("relu", "relu"), 0U);
  EXPECT_EQ(edit_distance("relu", "rleu"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("ReLU", "relu"), 0U);
}

TEST(Suggest, NearestNamesComeFirstAndStrangersNotAtAll) {
  const std::vector<std::string> known{"zeros", "he_normal", "he_uniform", "glorot_uniform"};
  EXPECT_THAT(nearest_names("he_nornal", known), ElementsAre("he_normal"));
  EXPECT_THAT(nearest_names("uniform", known), ElementsAre("he_uniform", "glorot_uniform"));
  EXPECT_THAT(nearest_names("banana", known), IsEmpty());
}

TEST(Suggest, TextNamesTheNearestOrAllThatIsKnown) {
  const std::vector<std::string> known{"sgd", "adam", "adamw"};
  EXPECT_EQ(suggestion("adma", known), "did you mean adam?");
  EXPECT_EQ(suggestion("adam", known), "did you mean adam or adamw?");
  EXPECT_EQ(suggestion("zzzzz", known), "known: sgd, adam, adamw");
}

TEST(Suggest, ALongListIsCutShort) {
  std::vector<std::string> known;
  for (int i = 0; i < 20'000; ++i) known.push_back("layer" + std::to_string(i));
  const std::string text = suggestion("qqq", known);
  EXPECT_THAT(text, ::testing::EndsWith(", layer59, and 19940 more"));
  EXPECT_LT(text.size(), 700U);
}

}  // namespace
}  // namespace fanin
