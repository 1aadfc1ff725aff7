#include "fanin/experiment/watch/first_filters.hpp"

#include <gmock/gmock.h>

#include <numeric>
#include <vector>

#include "fanin/net/shorthand.hpp"

namespace fanin::experiment {
namespace {

DataSet images(const Shape& shape) {
  DataSet data;
  data.sample_shape = shape;
  data.outputs = 2;
  return data;
}

engine::Plan plan_of(const net::Graph& graph) {
  engine::PlanOptions options;
  options.batch_size = 2;
  return engine::Plan(graph, options);
}

TEST(FirstFilters, AreTheWeightsOfADenseLayerBeforeAndAfter) {
  const net::Graph graph = net::dense_network({80, 30, 2}, net::parse_activation("relu"));
  engine::Plan plan = plan_of(graph);
  std::vector<float> weights(80 * 30);
  std::iota(weights.begin(), weights.end(), 0.0F);
  plan.set_parameter("layer1.weight", weights);
  const FirstFilters filters(graph, images(Shape{8, 10}), plan);
  for (float& weight : weights) weight += 1;
  plan.set_parameter("layer1.weight", weights);
  const std::optional<observe::FilterPictures> taken = filters.taken(plan);
  ASSERT_TRUE(taken.has_value());
  EXPECT_EQ(taken->parameter, "layer1.weight");
  EXPECT_EQ(taken->units, 24);
  EXPECT_EQ(taken->channels, 1);
  EXPECT_EQ(taken->height, 8);
  EXPECT_EQ(taken->width, 10);
  ASSERT_EQ(taken->start.size(), 24U * 80U);
  ASSERT_EQ(taken->end.size(), 24U * 80U);
  EXPECT_EQ(taken->start[81], 81.0F);  // unit 1, its second pixel
  EXPECT_EQ(taken->end[81], 82.0F);
}

TEST(FirstFilters, OfWhatIsNoImageThereAreNone) {
  const net::Graph graph = net::dense_network({80, 30, 2}, net::parse_activation("relu"));
  const engine::Plan plan = plan_of(graph);
  const auto none = [&](const DataSet& data) { return !FirstFilters(graph, data, plan).taken(plan).has_value(); };
  EXPECT_TRUE(none(images(Shape{80})));
  EXPECT_TRUE(none(images(Shape{40, 2})));
  EXPECT_TRUE(none(images(Shape{9, 9})));  // not what this layer reads
  DataSet tokens = images(Shape{8, 10});
  tokens.tokens = true;
  EXPECT_TRUE(none(tokens));
  DataSet sequence = images(Shape{8, 10});
  sequence.positions = 8;
  EXPECT_TRUE(none(sequence));
}

}  // namespace
}  // namespace fanin::experiment
