// Against double precision, product by product, on every SIMD target.
#include "fanin/engine/few_channels.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include "fanin/core/aligned_buffer.hpp"
#include "fanin/engine/convolution_reference.hpp"
#include "fanin/engine/few_channels_kernels.hpp"
#include "fanin/engine/layout_conversion.hpp"
#include "tests/simd_targets.hpp"

namespace fanin::engine {
namespace {

// Height and width of everything.
struct Case {
  std::int64_t src_channels, dst_channels;
  std::vector<std::int64_t> src, kernel, stride, padding, dilation;
};

ConvolutionShape shape_of(const Case& c) {
  ConvolutionShape shape{.src_channels = c.src_channels,
                         .dst_channels = c.dst_channels,
                         .src = c.src,
                         .window = {c.kernel, c.stride, c.padding, c.dilation}};
  std::vector<std::int64_t> extents{c.src_channels};
  extents.insert(extents.end(), c.src.begin(), c.src.end());
  shape.dst = net::window_positions(shape.window, Shape(extents), "test");
  return shape;
}

std::vector<float> values(std::int64_t count, float phase) {
  std::vector<float> list(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < list.size(); ++i) list[i] = std::sin(phase + 1.7F * static_cast<float>(i));
  return list;
}

std::vector<float> channels_last(std::int64_t rows, std::int64_t channels, const std::vector<float>& x) {
  std::vector<float> to(x.size());
  transpose_samples(rows, channels, static_cast<std::int64_t>(x.size()) / rows / channels, x.data(), to.data());
  return to;
}

// Sums of products, and of their absolute values: what rounding errors are measured by.
struct Sums {
  std::vector<double> value, size;
  explicit Sums(std::size_t count) : value(count), size(count) {}
  void add(std::size_t i, double product) {
    value[i] += product;
    size[i] += std::abs(product);
  }
};

void expect_near(const std::vector<float>& found, const Sums& expected, const std::string& what) {
  ASSERT_EQ(found.size(), expected.value.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    ASSERT_NEAR(found[i], expected.value[i], 1e-6 * expected.size[i]) << what << "[" << i << "]";
  }
}

std::vector<float> row_major(std::int64_t rows, std::int64_t channels, const std::vector<float>& x) {
  return channels_last(rows, static_cast<std::int64_t>(x.size()) / rows / channels, x);
}

void expect_agreement(const Case& c, FewChannels taken) {
  constexpr std::int64_t kRows = 3;
  const ConvolutionShape shape = shape_of(c);
  const std::vector<float> src = values(kRows * shape.src_count(), 0.1F);
  const std::vector<float> weights = values(shape.weight_count(), 0.2F);
  const std::vector<float> bias = values(c.dst_channels, 0.3F);
  const std::vector<float> dy = values(kRows * shape.dst_count(), 0.4F);
  Sums dst(dy.size()), diff_src(src.size()), diff_weights(weights.size()), diff_bias(bias.size());
  const std::size_t positions = dy.size() / static_cast<std::size_t>(kRows) / bias.size();
  for (std::size_t i = 0; i < dy.size(); ++i) {
    dst.add(i, static_cast<double>(bias[i / positions % bias.size()]));
    diff_bias.add(i / positions % bias.size(), static_cast<double>(dy[i]));
  }
  for_each_product(shape, kRows, [&](std::size_t x, std::size_t w, std::size_t y) {
    dst.add(y, static_cast<double>(src[x]) * static_cast<double>(weights[w]));
    diff_src.add(x, static_cast<double>(dy[y]) * static_cast<double>(weights[w]));
    diff_weights.add(w, static_cast<double>(dy[y]) * static_cast<double>(src[x]));
  });
  const std::vector<float> last_src = channels_last(kRows, c.src_channels, src);
  const std::vector<float> last_dy = channels_last(kRows, c.dst_channels, dy);

  const auto convolution = make_few_channels(shape, kRows, taken, nullptr);
  AlignedBuffer<float> workspace(convolution->workspace_floats());
  for (float& value : workspace.span()) value = std::nanf("");  // nothing may be read before it is written
  if (taken.outputs) {
    std::vector<float> found(dy.size()), found_weights(weights.size()), found_bias(bias.size());
    convolution->forward(last_src.data(), weights.data(), bias.data(), found.data(), workspace.data());
    expect_near(row_major(kRows, c.dst_channels, found), dst, "dst");
    convolution->backward_weights(last_src.data(), last_dy.data(), found_weights.data(), found_bias.data(),
                                  workspace.data());
    expect_near(found_weights, diff_weights, "diff_weights");
    expect_near(found_bias, diff_bias, "diff_bias");
  }
  if (taken.inputs) {
    std::vector<float> found(src.size());
    convolution->backward_data(last_dy.data(), weights.data(), found.data(), workspace.data());
    expect_near(row_major(kRows, c.src_channels, found), diff_src, "diff_src");
  }
}

std::string name_of(const Case& c) {
  return std::to_string(c.src_channels) + " to " + std::to_string(c.dst_channels) + ", " + net::joined(c.src) + ", " +
         net::to_string(net::Window{c.kernel, c.stride, c.padding, c.dilation});
}

TEST(FewChannels, ForwardAndWeightPassesOfFewOutputsAgreeWithTheDefinition) {
  int checked = 0;
  for_every_simd_target([&checked] {
    for (const Case& c : {
             Case{1, 6, {12, 11}, {5, 5}, {1, 1}, {2, 2}, {1, 1}},
             Case{1, 6, {28, 28}, {5, 5}, {1, 1}, {2, 2}, {1, 1}},
             Case{2, 3, {7, 9}, {3, 4}, {1, 1}, {0, 1}, {1, 1}},
             Case{3, 8, {6, 35}, {1, 7}, {1, 1}, {0, 3}, {1, 1}},
             Case{1, 1, {9, 40}, {2, 3}, {1, 1}, {1, 2}, {1, 1}},
             Case{2, 12, {9, 9}, {3, 3}, {1, 1}, {2, 2}, {2, 2}},
             Case{1, 4, {20}, {6}, {1}, {5}, {3}},
             Case{1, 2, {3, 3}, {3, 3}, {1, 1}, {0, 0}, {1, 1}},
             Case{1, 2, {2, 3}, {7, 7}, {1, 1}, {4, 3}, {1, 1}},
         }) {
      SCOPED_TRACE(name_of(c));
      const FewChannelsTask task{.dst_channels = c.dst_channels};
      if (!few_outputs_supports(task)) continue;
      expect_agreement(c, {.outputs = true});
      ++checked;
    }
  });
  EXPECT_GE(checked, 9);
}

TEST(FewChannels, DataPassOfFewInputsAgreesWithTheDefinition) {
  for_every_simd_target([] {
    for (const Case& c : {
             Case{6, 16, {14, 14}, {5, 5}, {1, 1}, {0, 0}, {1, 1}},
             Case{3, 5, {8, 7}, {4, 4}, {2, 2}, {1, 1}, {1, 1}},
             Case{1, 4, {6, 9}, {3, 3}, {1, 2}, {1, 0}, {2, 1}},
             Case{5, 3, {9, 6}, {7, 2}, {3, 1}, {2, 1}, {1, 1}},
             Case{2, 3, {15}, {4}, {3}, {2}, {1}},
             Case{4, 2, {5, 5}, {1, 1}, {2, 2}, {0, 0}, {1, 1}},
             Case{3, 2, {2, 2}, {5, 5}, {1, 1}, {4, 4}, {1, 1}},
         }) {
      SCOPED_TRACE(name_of(c));
      expect_agreement(c, {.inputs = true});
    }
  });
}

TEST(FewChannels, AreChosenForLeNet5AndNotForWideLayers) {
  const auto choose = [](const Case& c) { return few_channels(shape_of(c), 32, {}); };
  EXPECT_TRUE(choose({1, 6, {28, 28}, {5, 5}, {1, 1}, {2, 2}, {1, 1}}).outputs);
  EXPECT_TRUE(choose({6, 16, {14, 14}, {5, 5}, {1, 1}, {0, 0}, {1, 1}}).inputs);
  const FewChannels wide = choose({16, 16, {32, 32}, {3, 3}, {1, 1}, {1, 1}, {1, 1}});
  EXPECT_FALSE(wide.outputs || wide.inputs);
}

}  // namespace
}  // namespace fanin::engine
