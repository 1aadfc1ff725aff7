// The rules of the ops that join, pick and scale.
#include <gtest/gtest.h>

#include <cmath>

#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/add.hpp"
#include "fanin/net/ops/concat.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/ops/dropout.hpp"
#include "fanin/net/ops/embedding.hpp"
#include "fanin/net/ops/flatten.hpp"
#include "fanin/net/ops/position_embedding.hpp"
#include "fanin/net/ops/reshape.hpp"
#include "fanin/net/ops/scale.hpp"
#include "fanin/net/ops/select.hpp"
#include "fanin/net/ops/shift.hpp"
#include "fanin/net/ops/transpose.hpp"
#include "fanin/theory/ops/test_monte_carlo.hpp"

namespace fanin::theory {
namespace {

TEST(AddRule, AResidualBlockMultipliesBothVariancesByOnePlusSigmaSquared) {
  constexpr int kBlocks = 20;
  constexpr double kSigmaSquare = 0.3;
  net::Graph graph;
  net::NodeId x = graph.add_input("x", {100});
  x = graph.add("stem", net::dense(100), {x});
  for (int block = 1; block <= kBlocks; ++block) {
    const std::string name = std::string("block").append(std::to_string(block));
    net::NodeId branch = graph.add(name, net::activation("relu"), {x});
    branch = graph.add(name, net::dense(100), {branch});
    x = graph.add(name, net::add(), {x, branch});
  }
  graph.set_output(x);
  const Prediction p = predict(graph, [](const net::ParameterSpec& parameter) {
    return ParameterMoments(parameter.name == "stem.weight" ? 0.01 : 2 * kSigmaSquare / 100);
  });
  const double growth = std::pow(1 + kSigmaSquare, kBlocks);
  EXPECT_NEAR(p.node(x).signal.second_moment / growth, 1, 1e-12);
  EXPECT_NEAR(p.node("stem.dense").gradient_second_moment / growth, 1, 1e-12);
  EXPECT_TRUE(p.node(x).signal.exact);
  EXPECT_TRUE(p.node(x).signal.gaussian);
}

TEST(AddRule, OneOverDepthKeepsTheGrowthBelowE) {
  double last = 0;
  for (const int depth : {4, 64, 1000}) {
    net::Graph graph;
    net::NodeId x = graph.add_input("x", {10});
    x = graph.add("stem", net::dense(10), {x});
    for (int block = 0; block < depth; ++block) {
      const std::string name = std::string("block").append(std::to_string(block));
      net::NodeId branch = graph.add(name, net::activation("relu"), {x});
      branch = graph.add(name, net::dense(10), {branch});
      x = graph.add(name, net::add(), {x, branch});
    }
    graph.set_output(x);
    const Prediction p = predict(graph, [&](const net::ParameterSpec& parameter) {
      return ParameterMoments(parameter.name == "stem.weight" ? 0.1 : 2.0 / 10 / depth);
    });
    EXPECT_NEAR(p.node(x).signal.second_moment, std::pow(1 + 1.0 / depth, depth), 1e-9);
    EXPECT_GT(p.node(x).signal.second_moment, last);
    last = p.node(x).signal.second_moment;
  }
  EXPECT_LT(last, std::exp(1.0));
}

TEST(AddRule, AnInputGivenTwiceCountsAsTwiceItself) {
  net::Graph graph;
  const net::NodeId x = graph.add_input("x", {10});
  const net::NodeId y = graph.add("sum", net::add(), {x, x});
  graph.set_output(y);
  const Prediction p = predict(graph, {}, {.input_mean = 1, .input_second_moment = 3, .input_correlation = 0.5});
  EXPECT_DOUBLE_EQ(p.node(y).signal.mean, 2);
  EXPECT_DOUBLE_EQ(p.node(y).signal.second_moment, 12);
  EXPECT_DOUBLE_EQ(p.node(y).signal.cross_moment, 8);
}

TEST(AddRule, UncorrelatedInputsWithMeansAgreeWithDraws) {
  expect_prediction_holds({.op = net::add(),
                           .inputs = {{6}, {6}, {6}},
                           .parameters = {},
                           .input_mean = 0.7,
                           .forward = [](const std::vector<Tensor>& t) {
                             Tensor y = t[0];
                             for (std::size_t i = 0; i < y.size(); ++i) y[i] += t[1][i] + t[2][i];
                             return y;
                           }});
}

TEST(ConcatRule, EachInputCountsByItsElements) {
  net::Graph graph;
  const net::NodeId x = graph.add_input("x", {10});
  const net::NodeId a = graph.add("a", net::dense(30), {x});
  const net::NodeId b = graph.add("b", net::dense(10), {x});
  const net::NodeId y = graph.add("both", net::concat(), {a, b});
  graph.set_output(y);
  const Prediction p = predict(graph, variances_by_name({{"a.weight", 0.1}, {"b.weight", 0.5}}));
  EXPECT_DOUBLE_EQ(p.node(y).signal.second_moment, 0.75 * 1 + 0.25 * 5);
  EXPECT_FALSE(p.node(y).signal.gaussian);  // a mixture
  EXPECT_DOUBLE_EQ(p.node(a).gradient_second_moment, 1);
  const Prediction alike = predict(graph, variances_by_name({{"a.weight", 0.1}, {"b.weight", 0.1}}));
  EXPECT_TRUE(alike.node(y).signal.gaussian);
}

TEST(ShapeRules, ElementsThatMoveKeepTheirMoments) {
  for (const net::OpPtr& op : {net::flatten(), net::reshape({4, -1}), net::transpose()}) {
    net::Graph graph;
    const net::NodeId x = graph.add_input("x", {2, 6});
    const net::NodeId y = graph.add("op", op, {x});
    graph.set_output(y);
    const Prediction p = predict(graph, {}, {.input_mean = 1, .input_second_moment = 3, .input_correlation = 0.5});
    EXPECT_EQ(p.node(y).signal.mean, 1);
    EXPECT_EQ(p.node(y).signal.second_moment, 3);
    EXPECT_EQ(p.node(y).signal.cross_moment, 2);
    EXPECT_EQ(p.node(x).gradient_second_moment, 1);
    EXPECT_TRUE(p.node(y).signal.exact);
  }
}

TEST(SelectRule, TheGradientIsSpreadOverThePositions) {
  expect_prediction_holds({.op = net::select(-1),
                           .inputs = {{5, 3}},
                           .parameters = {},
                           .forward = [](const std::vector<Tensor>& t) { return Tensor(t[0].end() - 3, t[0].end()); },
                           .draws = 20000});
}

TEST(ScaleRule, FixedTrainableAndPerUnitAgreeWithDraws) {
  expect_prediction_holds({.op = net::scale(-1.5),
                           .inputs = {{4, 3}},
                           .parameters = {},
                           .input_mean = 0.5,
                           .forward = [](const std::vector<Tensor>& t) {
                             Tensor y = t[0];
                             for (double& value : y) value *= -1.5;
                             return y;
                           }});
  for (const bool per_unit : {false, true}) {
    expect_prediction_holds(
        {.op = net::trainable_scale(per_unit ? net::ScaleKind::per_unit : net::ScaleKind::trainable),
         .inputs = {{4, 3}},
         .parameters = {{0.2, 0.8}},
         .input_mean = 0.5,
         .forward =
             [per_unit](const std::vector<Tensor>& t) {
               Tensor y = t[0];
               for (std::size_t i = 0; i < y.size(); ++i) y[i] *= t[1][per_unit ? i % 3 : 0];
               return y;
             },
         .draws = 5000});
  }
}

TEST(ScaleRule, AZeroScaleSilencesItsBranchAndItsGradient) {
  net::Graph graph;
  net::NodeId x = graph.add_input("x", {10});
  x = graph.add("stem", net::dense(10), {x});
  net::NodeId branch = graph.add("branch", net::dense(10), {x});
  branch = graph.add("skipinit", net::trainable_scale(), {branch});
  const net::NodeId y = graph.add("sum", net::add(), {x, branch});
  graph.set_output(y);
  const Prediction p =
      predict(graph, variances_by_name({{"stem.weight", 0.1}, {"branch.weight", 0.1}, {"skipinit.scale", 0}}));
  EXPECT_NEAR(p.node(y).signal.second_moment, 1, 1e-14);
  EXPECT_EQ(p.parameter("branch.weight").gradient_second_moment, 0);
  EXPECT_NEAR(p.parameter("skipinit.scale").gradient_second_moment, 10, 1e-12);  // it alone moves at first
}

TEST(ShiftRule, OneScalarForAllElementsAgreesWithDraws) {
  expect_prediction_holds({.op = net::shift(),
                           .inputs = {{7}},
                           .parameters = {{0.3, -0.4}},
                           .input_mean = 0.5,
                           .forward =
                               [](const std::vector<Tensor>& t) {
                                 Tensor y = t[0];
                                 for (double& value : y) value += t[1][0];
                                 return y;
                               },
                           .draws = 5000});
}

TEST(PositionEmbeddingRule, RowsBehindTheEndGetNoGradient) {
  expect_prediction_holds({.op = net::position_embedding(8),
                           .inputs = {{5, 3}},
                           .parameters = {{0.3, 0.1}},
                           .forward =
                               [](const std::vector<Tensor>& t) {
                                 Tensor y = t[0];
                                 for (std::size_t i = 0; i < y.size(); ++i) y[i] += t[1][i];
                                 return y;
                               },
                           .draws = 10000});
}

TEST(EmbeddingRule, TokensGetTheMomentsOfTheTable) {
  net::Graph graph;
  const net::NodeId x = graph.add_input("tokens", {12});
  const net::NodeId y = graph.add("table", net::embedding(48, 6), {x});
  graph.set_output(y);
  const ParameterLookup lookup = [](const net::ParameterSpec&) { return ParameterMoments(0.04, 0.5); };
  // The tokens' own size is of no account; a quarter of them are the same in two inputs.
  const Prediction p =
      predict(graph, lookup, {.input_mean = 20, .input_second_moment = 700, .input_correlation = 0.25});
  EXPECT_DOUBLE_EQ(p.node(y).signal.mean, 0.5);
  EXPECT_DOUBLE_EQ(p.node(y).signal.second_moment, 0.29);
  EXPECT_DOUBLE_EQ(p.node(y).signal.cross_moment, 0.25 + 0.25 * 0.04);
  EXPECT_EQ(p.node(x).gradient_second_moment, 0);
  EXPECT_DOUBLE_EQ(p.parameter("table.weight").gradient_second_moment, 12.0 / 48);  // each row read 1/4 times
}

TEST(DropoutRule, DividesBothSecondMomentsByWhatItKeeps) {
  net::Graph graph;
  const net::NodeId x = graph.add_input("x", {10});
  const net::NodeId y = graph.add("drop", net::dropout(0.2), {x});
  graph.set_output(y);
  const Prediction p = predict(graph, {}, {.input_mean = 0.5, .input_second_moment = 2, .input_correlation = 0.5});
  EXPECT_DOUBLE_EQ(p.node(y).signal.mean, 0.5);
  EXPECT_DOUBLE_EQ(p.node(y).signal.second_moment, 2.5);
  EXPECT_DOUBLE_EQ(p.node(y).signal.cross_moment, 0.25 + 0.5 * 1.75);  // masks of two inputs are independent
  EXPECT_DOUBLE_EQ(p.node(x).gradient_second_moment, 1.25);
}

}  // namespace
}  // namespace fanin::theory
