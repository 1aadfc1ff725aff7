#include "fanin/init/packed_layout.hpp"

#include <gtest/gtest.h>

#include "fanin/core/error.hpp"

namespace fanin::init {
namespace {

using net::Axis;
using net::ParameterRole;
using net::ParameterSpec;

ParameterSpec weight(std::vector<net::Dimension> dimensions) {
  return {"w", ParameterRole::weight, std::move(dimensions)};
}

TEST(PackedLayout, ADenseWeightIsOneRowMajorBlock) {
  const PackedLayout layout(weight({{{Axis::out, 3}}, {{Axis::in, 5}}}));
  EXPECT_EQ(layout.blocks(), 1);
  EXPECT_EQ(layout.block_size(), 15);
  EXPECT_TRUE(layout.is_row_major());
  const Place place = layout.at(7);
  EXPECT_EQ(place.out, 1);
  EXPECT_EQ(place.in, 2);
}

TEST(PackedLayout, PlacesAndElementsAreInverse) {
  const std::vector<ParameterSpec> tensors{
      weight({{{Axis::gate, 3}, {Axis::head, 2}, {Axis::out, 4}}, {{Axis::in, 5}}}),
      weight({{{Axis::group, 2}, {Axis::out, 3}}, {{Axis::in, 2}}, {{Axis::kernel, 3}}, {{Axis::kernel, 2}}}),
      weight({{{Axis::group, 2}, {Axis::in, 3}}, {{Axis::out, 2}}, {{Axis::kernel, 4}}}),
      weight({{{Axis::in, 3}}, {{Axis::gate, 4}, {Axis::out, 2}}}),
      weight({{{Axis::expert, 2}}, {{Axis::out, 3}}, {{Axis::in, 4}}})};
  for (const ParameterSpec& tensor : tensors) {
    for (const bool per_head : {false, true}) {
      const PackedLayout layout(tensor, per_head);
      EXPECT_EQ(layout.blocks() * layout.block_size(), tensor.shape().count());
      for (std::int64_t element = 0; element < tensor.shape().count(); ++element) {
        const Place place = layout.at(element);
        EXPECT_EQ(layout.element(place), element);
        EXPECT_LT(place.out, layout.outs());
        EXPECT_LT(place.in, layout.ins());
        EXPECT_LT(place.tap, layout.taps());
        if (layout.blocks_are_contiguous()) {
          EXPECT_EQ(place.block, element / layout.block_size());
        }
      }
    }
  }
}

TEST(PackedLayout, HeadsArePartOfTheOutputsUnlessAskedApart) {
  const ParameterSpec qkv = weight({{{Axis::gate, 3}, {Axis::head, 2}, {Axis::out, 4}}, {{Axis::in, 8}}});
  EXPECT_EQ(PackedLayout(qkv).blocks(), 3);
  EXPECT_EQ(PackedLayout(qkv).outs(), 8);
  EXPECT_EQ(PackedLayout(qkv, true).blocks(), 6);
  EXPECT_EQ(PackedLayout(qkv, true).outs(), 4);
}

TEST(PackedLayout, ATransposedKernelIsNotRowMajorButItsGroupsAreContiguous) {
  const PackedLayout layout(weight({{{Axis::group, 2}, {Axis::in, 3}}, {{Axis::out, 2}}, {{Axis::kernel, 4}}}));
  EXPECT_TRUE(layout.blocks_are_contiguous());
  EXPECT_FALSE(layout.is_row_major());
  EXPECT_FALSE(PackedLayout(weight({{{Axis::in, 3}}, {{Axis::gate, 4}, {Axis::out, 2}}})).blocks_are_contiguous());
}

TEST(PackedLayout, TheCentreTapOfOddAndEvenKernels) {
  const PackedLayout layout(weight({{{Axis::out, 1}}, {{Axis::in, 1}}, {{Axis::kernel, 3}}, {{Axis::kernel, 4}}}));
  EXPECT_EQ(layout.center_tap(), 1 * 4 + 2);
  EXPECT_EQ(layout.center_tap(true), 1 * 4 + 1);
}

TEST(PackedLayout, ATensorWithoutFansOrElementsIsRefused) {
  EXPECT_THROW(PackedLayout(weight({{{Axis::channel, 3}}})), Error);
  EXPECT_THROW(PackedLayout(weight({{{Axis::out, 0}}, {{Axis::in, 3}}})), Error);
}

}  // namespace
}  // namespace fanin::init
