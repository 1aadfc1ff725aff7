#include "fanin/engine/evaluator.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "fanin/core/error.hpp"
#include "fanin/core/gemm.hpp"
#include "fanin/net/shorthand.hpp"

namespace fanin::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;

TEST(PlanEvaluator, ValuesAndGradientsFollowTheParameters) {
  use_one_thread();
  // One weight, one output, mean squared error: loss = (w x - t)^2, dloss/dw = 2 (w x - t) x.
  const std::vector<float> inputs{3};
  const std::vector<float> targets{1};
  PlanEvaluator evaluator(net::dense_network({1, 1}, net::parse_activation("relu")),
                          {.rows = 1, .inputs = inputs, .targets = targets, .loss = net::Loss::mean_squared_error});
  EXPECT_DOUBLE_EQ(evaluator.loss(), 1);
  evaluator.set_parameter("layer1.weight", std::vector<float>{2});
  EXPECT_DOUBLE_EQ(evaluator.loss(), 25);
  EXPECT_THAT(evaluator.gradient("layer1.weight"), ElementsAre(FloatEq(30)));
  EXPECT_THAT(evaluator.gradient("layer1.bias"), ElementsAre(FloatEq(10)));
  evaluator.set_parameter("layer1.bias", std::vector<float>{-5});
  EXPECT_THAT(evaluator.gradient("layer1.weight"), ElementsAre(FloatEq(0)));
  EXPECT_THAT(evaluator.activation("layer1.dense"), ElementsAre(FloatEq(6)));
  EXPECT_THAT(evaluator.activation("layer1.bias"), ElementsAre(FloatEq(1)));
}

TEST(PlanEvaluator, BatchesOfTheWrongSizeAndUnknownNamesAreRefused) {
  const net::Graph graph = net::dense_network({2, 3}, net::parse_activation("relu"));
  const std::vector<float> inputs(3);
  const std::vector<std::int32_t> labels(2);
  EXPECT_THROW(PlanEvaluator(graph, {.rows = 2, .inputs = inputs, .labels = labels}), Error);
  const std::vector<float> enough(4);
  PlanEvaluator evaluator(graph, {.rows = 2, .inputs = enough, .labels = labels});
  EXPECT_NEAR(evaluator.loss(), std::log(3.0), 1e-6);
  EXPECT_THROW(evaluator.activation("layer2.dense"), Error);
  EXPECT_THROW(evaluator.gradient("layer2.weight"), Error);
}

}  // namespace
}  // namespace fanin::engine
