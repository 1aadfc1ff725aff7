#include "fanin/engine/arena_layout.hpp"

#include <gtest/gtest.h>

#include <random>

namespace fanin::engine {
namespace {

TEST(ArenaLayout, BuffersThatLiveTogetherNeverOverlap) {
  std::mt19937_64 random(5);
  for (int trial = 0; trial < 50; ++trial) {
    struct Item {
      BufferId id;
      std::size_t floats;
      std::int64_t first, last;
    };
    ArenaLayout layout;
    std::vector<Item> items;
    for (int i = 0; i < 60; ++i) {
      const std::size_t floats = random() % 500;
      const auto first = static_cast<std::int64_t>(random() % 40);
      const auto last = first + static_cast<std::int64_t>(random() % 12);
      items.push_back({layout.add(floats, first, last), floats, first, last});
    }
    layout.place();
    EXPECT_LE(layout.total(), layout.unshared());
    for (const Item& a : items) {
      EXPECT_LE(layout.offset(a.id) + a.floats, layout.total());
      EXPECT_EQ(layout.offset(a.id) % 16, 0U);
      for (const Item& b : items) {
        if (a.id >= b.id || a.floats == 0 || b.floats == 0 || a.last < b.first || b.last < a.first) continue;
        const std::size_t at_a = layout.offset(a.id);
        const std::size_t at_b = layout.offset(b.id);
        EXPECT_TRUE(at_a + a.floats <= at_b || at_b + b.floats <= at_a);
      }
    }
  }
}

TEST(ArenaLayout, AChainOfShortLivesNeedsTwoBuffers) {
  ArenaLayout layout;
  for (std::int64_t i = 0; i < 100; ++i) layout.add(64, i, i + 1);
  layout.place();
  EXPECT_EQ(layout.total(), 128U);
  EXPECT_EQ(layout.unshared(), 6400U);
}

}  // namespace
}  // namespace fanin::engine
