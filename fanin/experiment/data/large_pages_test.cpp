#include "fanin/experiment/data/large_pages.hpp"

#include <gtest/gtest.h>

namespace fanin::experiment {
namespace {

TEST(LargePages, MovingThereChangesNoValue) {
  Samples samples;
  for (const std::size_t count : {std::size_t{0}, std::size_t{1000}, (std::size_t{4} << 20) + 7}) {
    std::vector<std::uint8_t> bytes(count);
    for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 % 251);
    samples.values = bytes;
    use_large_pages(samples);
    EXPECT_EQ(std::get<std::vector<std::uint8_t>>(samples.values), bytes);
    std::vector<float> floats(bytes.begin(), bytes.end());
    samples.values = floats;
    use_large_pages(samples);
    EXPECT_EQ(std::get<std::vector<float>>(samples.values), floats);
  }
}

}  // namespace
}  // namespace fanin::experiment
