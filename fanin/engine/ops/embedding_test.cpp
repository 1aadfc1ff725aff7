// embedding, position_embedding and glu against finite differences of their definitions and against PyTorch.
#include "fanin/net/ops/embedding.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "fanin/engine/op_for_test.hpp"
#include "fanin/engine/twin_for_test.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/ops/glu.hpp"
#include "fanin/net/ops/position_embedding.hpp"
#include "tests/simd_targets.hpp"

namespace fanin::engine {
namespace {

net::Graph token_network(std::int64_t time, std::int64_t positions, const char* gate) {
  net::Graph graph;
  net::NodeId x = graph.add_input("tokens", {time});
  x = graph.add("tokens", net::embedding(7, 6), {x});
  x = graph.add("positions", net::position_embedding(positions), {x});
  x = graph.add("gate", net::glu(gate), {x});
  x = graph.add("head", net::dense(4), {x});
  graph.set_output(x);
  return graph;
}

TEST(Embeddings, AgreeWithDifferencesOfTheirDefinitions) {
  for (const std::int64_t time : {1, 3, 7}) {
    for (const char* const gate : {"sigmoid", "gelu", "silu"}) {
      SCOPED_TRACE(std::to_string(time) + " " + gate);
      expect_agreement_for_all_batches([&] { return token_network(time, 7, gate); }, {}, {.vocabulary = 7});
    }
  }
}

TEST(Embeddings, FollowPyTorch) {
  const golden::GoldenFile file(FANIN_GOLDEN_DIR "/engine_sequence.txt");
  for_every_simd_target([&] {
    expect_golden(file, "embedding", net::embedding(7, 5), {Shape{4}});
    expect_golden(file, "embedding_matrix", net::embedding(3, 2), {Shape{2, 3}});
    expect_golden(file, "embedding_one", net::embedding(1, 17), {Shape{1}});
    expect_golden(file, "position_embedding", net::position_embedding(4), {Shape{4, 3}});
    expect_golden(file, "position_embedding_shorter", net::position_embedding(6), {Shape{2, 5}});
  });
}

TEST(Glu, FollowsPyTorch) {
  const golden::GoldenFile file(FANIN_GOLDEN_DIR "/engine_sequence.txt");
  for_every_simd_target([&] {
    expect_golden(file, "glu", net::glu(), {Shape{3, 10}});
    expect_golden(file, "glu_gelu", net::glu("gelu"), {Shape{42}});
    expect_golden(file, "glu_silu", net::glu("silu"), {Shape{2, 2, 6}});
  });
}

TEST(Embedding, ATokenWithoutARowGivesNanAndTouchesNothing) {
  use_one_thread();
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> tokens{0, 3, 4, -1, 2.5F, std::nanf(""), infinity, -infinity, 3e38F, -0.0F};
  const std::vector<bool> known{true, true, false, false, false, false, false, false, false, true};
  LoneOp lone(net::embedding(4, 3), {Shape{10}}, 1, {});
  lone.set_parameter(0, std::vector<float>(12, 0.5F));
  lone.set_input(0, tokens);
  const std::vector<float> y = lone.forward();
  for (std::size_t i = 0; i < y.size(); ++i) EXPECT_EQ(!std::isnan(y[i]), known[i / 3]) << tokens[i / 3];
  lone.backward(std::vector<float>(30, 1.0F));
  EXPECT_EQ(lone.parameter_gradient(0), (std::vector<float>{2, 2, 2, 0, 0, 0, 0, 0, 0, 1, 1, 1}));
  EXPECT_EQ(lone.input_gradient(0), std::vector<float>(10, 0.0F));
}

TEST(Embedding, AWrongTokenShowsInTheLoss) {
  use_one_thread();
  Plan plan(token_network(3, 3, "sigmoid"), {.batch_size = 2});
  for (const net::ParameterSpec& spec : token_network(3, 3, "sigmoid").parameters()) {
    plan.set_parameter(spec.name, std::vector<float>(static_cast<std::size_t>(spec.shape().count()), 0.1F));
  }
  EXPECT_TRUE(std::isfinite(plan.train_step(2).loss_sum));
  plan.input()[4] = 7;
  EXPECT_TRUE(std::isnan(plan.train_step(2).loss_sum));
}

}  // namespace
}  // namespace fanin::engine
