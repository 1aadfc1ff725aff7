// softmax and log_softmax: against PyTorch, against differences, and at the ends of the range.
#include "fanin/net/ops/softmax.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "fanin/engine/op_for_test.hpp"
#include "fanin/engine/softmax_kernels.hpp"
#include "fanin/engine/twin_for_test.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/ops/flatten.hpp"
#include "fanin/net/ops/log_softmax.hpp"
#include "fanin/net/ops/scale.hpp"
#include "tests/simd_targets.hpp"

namespace fanin::engine {
namespace {

TEST(SoftmaxOps, AgreeWithPyTorch) {
  const golden::GoldenFile file(FANIN_GOLDEN_DIR "/engine_ops.txt");
  for_every_simd_target([&file] {
    expect_golden(file, "softmax", net::softmax(), {Shape{4, 37}});
    expect_golden(file, "log_softmax", net::log_softmax(), {Shape{4, 37}});
  });
}

TEST(SoftmaxOps, GradientsMatchDifferences) {
  for (const bool logarithm : {false, true}) {
    expect_agreement_for_all_batches([logarithm] {
      net::Graph graph;
      net::NodeId x = graph.add_input("input", Shape{3, 5});
      x = graph.add("stem", net::trainable_scale(net::ScaleKind::per_unit), {x});
      x = graph.add("op", logarithm ? net::log_softmax() : net::softmax(), {x});
      x = graph.add("head", net::flatten(), {x});
      graph.set_output(graph.add("head", net::dense(3), {x}));
      return graph;
    });
  }
}

TEST(SoftmaxOps, RowsOfEveryLengthAddUpToOneAlsoForHugeLogits) {
  for_every_simd_target([] {
    for (const float size : {1.0F, 100.0F, 1e30F}) {
      for (std::size_t units = 1; units < 70; ++units) {
        std::vector<float> x(2 * units + 1, 5);
        for (std::size_t i = 0; i < 2 * units; ++i) x[i] = size * std::sin(static_cast<float>(i));
        std::vector<float> y(2 * units + 1, 5), logs(2 * units + 1, 5);
        softmax_rows(2, units, x.data(), y.data());
        log_softmax_rows(2, units, x.data(), logs.data());
        for (std::size_t row = 0; row < 2; ++row) {
          double sum = 0;
          for (std::size_t i = row * units; i < (row + 1) * units; ++i) {
            sum += static_cast<double>(y[i]);
            ASSERT_NEAR(y[i], std::exp(logs[i]), 1e-6);
          }
          ASSERT_NEAR(sum, 1, 1e-6);
        }
        ASSERT_EQ(y[2 * units] + logs[2 * units], 10) << "writes past the end";
      }
    }
  });
}

TEST(SoftmaxOps, NaNStaysInItsRow) {
  for_every_simd_target([] {
    std::vector<float> x{1, std::numeric_limits<float>::quiet_NaN(), 2, 3, 4, 5};
    softmax_rows(2, 3, x.data(), x.data());
    EXPECT_TRUE(std::isnan(x[0]) && std::isnan(x[1]) && std::isnan(x[2]));
    EXPECT_NEAR(x[3] + x[4] + x[5], 1, 1e-6);
  });
}

}  // namespace
}  // namespace fanin::engine
