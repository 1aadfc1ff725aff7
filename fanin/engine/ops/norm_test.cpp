// batch_norm, layer_norm, rms_norm, group_norm: against PyTorch and against differences.
#include <gtest/gtest.h>

#include "fanin/engine/op_for_test.hpp"
#include "fanin/engine/twin_for_test.hpp"
#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/add.hpp"
#include "fanin/net/ops/batch_norm.hpp"
#include "fanin/net/ops/concat.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/ops/dropout.hpp"
#include "fanin/net/ops/flatten.hpp"
#include "fanin/net/ops/group_norm.hpp"
#include "fanin/net/ops/layer_norm.hpp"
#include "fanin/net/ops/rms_norm.hpp"
#include "fanin/net/ops/scale.hpp"
#include "tests/simd_targets.hpp"

namespace fanin::engine {
namespace {

const golden::GoldenFile& golden_norms() {
  static const golden::GoldenFile file(FANIN_GOLDEN_DIR "/engine_norms.txt");
  return file;
}

TEST(BatchNorm, AgreesWithPyTorchOverAllChunksOfABatch) {
  for_every_simd_target([] {
    expect_golden(golden_norms(), "batch_norm_units", net::batch_norm(), {Shape{21}});
    expect_golden(golden_norms(), "batch_norm_sequence", net::batch_norm(), {Shape{6, 7}});
    expect_golden(golden_norms(), "batch_norm_image", net::batch_norm(), {Shape{19, 3, 2}});
    expect_golden(golden_norms(), "batch_norm_one_channel", net::batch_norm(), {Shape{1, 5, 3}});
    expect_golden(golden_norms(), "batch_norm_plain", net::batch_norm(0.01, false), {Shape{4, 3, 3}});
    expect_golden(golden_norms(), "batch_norm_far", net::batch_norm(), {Shape{4, 7, 5}}, 1e-4);
    expect_golden(golden_norms(), "batch_norm_inference", net::batch_norm(), {Shape{19, 3, 2}}, 2e-6,
                  /*training=*/false);
  });
}

TEST(LayerNorm, AgreesWithPyTorch) {
  for_every_simd_target([] {
    expect_golden(golden_norms(), "layer_norm_units", net::layer_norm(), {Shape{37}});
    expect_golden(golden_norms(), "layer_norm_sequence", net::layer_norm(), {Shape{5, 16}});
    expect_golden(golden_norms(), "layer_norm_plain", net::layer_norm(1e-5, false), {Shape{2, 7}});
    expect_golden(golden_norms(), "layer_norm_far", net::layer_norm(), {Shape{50}}, 2e-4);
  });
}

TEST(RmsNorm, AgreesWithPyTorch) {
  for_every_simd_target([] {
    expect_golden(golden_norms(), "rms_norm_sequence", net::rms_norm(), {Shape{5, 19}});
    expect_golden(golden_norms(), "rms_norm_plain", net::rms_norm(1e-6, false), {Shape{8}});
  });
}

TEST(GroupNorm, AgreesWithPyTorch) {
  for_every_simd_target([] {
    expect_golden(golden_norms(), "group_norm_image", net::group_norm(3), {Shape{6, 3, 5}});
    expect_golden(golden_norms(), "group_norm_units", net::group_norm(2), {Shape{10}});
    expect_golden(golden_norms(), "group_norm_whole", net::group_norm(1), {Shape{5, 4}});
    expect_golden(golden_norms(), "group_norm_each", net::group_norm(5, 1e-5, false), {Shape{5, 6}});
    expect_golden(golden_norms(), "group_norm_far", net::group_norm(2), {Shape{4, 5, 5}}, 2e-4);
  });
}

// Two normalized layers of units, with a skip over the second.
net::Graph dense_network(const net::OpPtr& norm) {
  net::Graph graph;
  net::NodeId x = graph.add_input("input", Shape{5});
  x = graph.add("layer1", net::dense(6), {x});
  x = graph.add("norm1", norm, {x});
  const net::NodeId skipped = x = graph.add("layer1", net::activation("tanh"), {x});
  x = graph.add("layer2", net::dense(6), {x});
  x = graph.add("norm2", norm, {x});
  x = graph.add("layer2", net::add(), {x, skipped});
  x = graph.add("layer2", net::activation("gelu"), {x});
  graph.set_output(graph.add("head", net::dense(3), {x}));
  return graph;
}

// Images without convolutions: between the two norms everything is element-wise and stays in their layout.
net::Graph image_network(const net::OpPtr& norm) {
  net::Graph graph;
  net::NodeId x = graph.add_input("input", Shape{4, 3, 2});
  x = graph.add("stem", net::trainable_scale(net::ScaleKind::per_unit), {x});
  x = graph.add("first", norm, {x});
  const net::NodeId skipped = x = graph.add("first", net::activation("relu"), {x});
  x = graph.add("first", net::trainable_scale(), {x});
  x = graph.add("first", net::dropout(0.3), {x});
  x = graph.add("second", norm, {x});
  x = graph.add("second", net::add(), {skipped, x});
  x = graph.add("second", net::activation("relu"), {x});
  x = graph.add("second", net::concat(0), {x, skipped});
  x = graph.add("head", net::flatten(), {x});
  graph.set_output(graph.add("head", net::dense(3), {x}));
  return graph;
}

TEST(NormOps, GradientsMatchDifferences) {
  // Dropout's masks or a kink may put a difference beside a corner; a smaller step makes that rare enough.
  for (const net::OpPtr& norm : {net::batch_norm(), net::batch_norm(0.1, false), net::layer_norm(), net::rms_norm(),
                                 net::rms_norm(0.1, false), net::group_norm(2), net::group_norm(1, 0.1, false)}) {
    SCOPED_TRACE(std::string(norm->kind()) + " " + norm->attributes());
    // Of one row, batch_norm makes zeros: with the default ε, differences of rounding.
    const bool batch = norm->kind() == "batch_norm";
    for (const auto& [size, rows, chunks, threads] :
         {std::array<int, 4>{6, 6, 1, 1}, {6, 4, 1, 1}, {7, 7, 3, 1}, {7, 4, 3, 2}, {6, 6, 2, 2}, {1, 1, 1, 1}}) {
      SCOPED_TRACE(std::to_string(rows) + " rows in " + std::to_string(chunks) + " chunks");
      const PlanOptions options{.batch_size = size, .chunks = chunks, .threads = threads, .seed = 5};
      if (rows > 1 || !batch) Twin(dense_network(norm), options, rows).expect_agreement();
      Twin(image_network(norm), options, rows).expect_agreement();
    }
  }
}

TEST(BatchNorm, RunningStatisticsMoveOncePerTrainingPassWhateverTheChunks) {
  std::vector<std::vector<float>> found;
  for (const int chunks : {1, 2, 5}) {
    Twin twin(dense_network(net::batch_norm()), {.batch_size = 10, .chunks = chunks, .threads = 2}, 10);
    const std::vector<float> before = twin.plan.parameter("norm1.running_mean");
    twin.plan.evaluate(10);
    EXPECT_EQ(twin.plan.parameter("norm1.running_mean"), before) << "inference must leave statistics alone";
    twin.plan.train_step(10);
    twin.plan.train_step(10);
    found.push_back(twin.plan.parameter("norm1.running_mean"));
    const std::vector<float> variance = twin.plan.parameter("norm1.running_var");
    found.back().insert(found.back().end(), variance.begin(), variance.end());
    EXPECT_NE(twin.plan.parameter("norm1.running_mean"), before);
  }
  for (const std::vector<float>& other : found) {
    for (std::size_t i = 0; i < other.size(); ++i) EXPECT_NEAR(other[i], found[0][i], 1e-6);
  }
}

TEST(BatchNorm, OneRowIsItsOwnMean) {
  Twin twin(dense_network(net::batch_norm()), {.batch_size = 1}, 1);
  twin.plan.train_step(1);
  for (const float value : twin.plan.parameter("norm1.running_var")) EXPECT_TRUE(std::isfinite(value));
}

}  // namespace
}  // namespace fanin::engine
