#include "fanin/init/data/lsuv.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "fanin/core/error.hpp"
#include "fanin/init/data/fake_evaluator_for_test.hpp"
#include "fanin/init/data/linear_layers.hpp"
#include "fanin/init/network_scheme.hpp"
#include "fanin/net/ops/conv_transpose.hpp"

namespace fanin::init {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

FakeEvaluator network(double input_size = 3) {
  return {{6, 40, 30, 4}, spread_rows(64, 6, input_size, 1), spread_rows(64, 4, 1, 2)};
}

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

double variance_of(net::Evaluator& evaluator, const char* node) {
  const double std_dev = spread_of(evaluator.activation(node)).std_dev;
  return std_dev * std_dev;
}

TEST(Lsuv, EveryLayerEndsWithUnitVarianceWhateverItStartsFrom) {
  for (const char* start : {"lsuv", "lsuv(normal(std=1e-6))", "lsuv(normal(std=50))", "lsuv(orthogonal)"}) {
    FakeEvaluator evaluator = network();
    const FitReport report = initialize(parse_network_scheme(start).plan(evaluator.graph()), 1, evaluator);
    for (const char* node : {"layer1.dense", "layer2.dense", "layer3.dense"}) {
      EXPECT_NEAR(variance_of(evaluator, node), 1, 0.01) << start << " " << node;
    }
    // Each layer corrected ahead: ReLU without biases lets every change through, so one more pass agrees.
    EXPECT_EQ(report.passes, 2) << start;
    EXPECT_THAT(report.changes, SizeIs(3));
    EXPECT_NEAR(report.changes[2].after, 1, 0.01);
  }
}

TEST(Lsuv, WeightsKeepTheirShapeAndSeed) {
  FakeEvaluator evaluator = network();
  const NetworkPlan drawn = parse_network_scheme("he_normal").plan(evaluator.graph());
  initialize(drawn, 7, evaluator);
  const std::vector<float> before = evaluator.parameter("layer2.weight");
  const FitReport report = initialize(parse_network_scheme("lsuv").plan(evaluator.graph()), 7, evaluator);
  const std::vector<float> after = evaluator.parameter("layer2.weight");
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(after[i]), static_cast<double>(before[i]) * report.changes[1].factor, 1e-6);
  }
  EXPECT_NEAR(norm_of(after) / norm_of(before), report.changes[1].factor, 1e-6);
}

TEST(Lsuv, TheUnitOfTheInputsDoesNotMatter) {
  FakeEvaluator small = network(0.001);
  FakeEvaluator large = network(1000);
  initialize(parse_network_scheme("lsuv").plan(small.graph()), 1, small);
  initialize(parse_network_scheme("lsuv").plan(large.graph()), 1, large);
  const std::vector<float> a = small.activation("layer3.dense");
  const std::vector<float> b = large.activation("layer3.dense");
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 0.02);
}

TEST(Lsuv, ABiasInTheWayIsCorrectedForLayerByLayer) {
  FakeEvaluator evaluator = network();
  initialize(parse_network_scheme("roles(weight=normal(std=0.01), bias=constant(0.5))").plan(evaluator.graph()), 1,
             evaluator);
  const FitReport report = fit_lsuv(evaluator, {}, {});
  EXPECT_NEAR(variance_of(evaluator, "layer3.dense"), 1, 0.01);
  EXPECT_LE(report.passes, 5);
}

TEST(Lsuv, AFixedParameterStaysAsDrawn) {
  FakeEvaluator evaluator = network();
  NetworkPlan plan = parse_network_scheme("lsuv").plan(evaluator.graph());
  plan.fixed = {"layer3.weight"};
  initialize(plan, 1, evaluator);
  const std::vector<float> fitted = evaluator.parameter("layer3.weight");
  initialize(parse_network_scheme("he_normal").plan(evaluator.graph()), 1, evaluator);
  EXPECT_EQ(evaluator.parameter("layer3.weight"), fitted);
}

TEST(Lsuv, ALayerThatStartsAtZeroStaysThereAndIsNamed) {
  FakeEvaluator evaluator = network();
  initialize(parse_network_scheme("he_normal").plan(evaluator.graph()), 1, evaluator);
  evaluator.set_parameter("layer3.weight", std::vector<float>(120, 0.0F));
  const FitReport report = fit_lsuv(evaluator, {}, {});
  ASSERT_THAT(report.notes, SizeIs(1));
  EXPECT_THAT(report.notes[0], HasSubstr("layer3 starts at zero"));
  EXPECT_NEAR(variance_of(evaluator, "layer2.dense"), 1, 0.01);
}

TEST(Lsuv, WhatNoScaleCanCureIsRefusedByName) {
  FakeEvaluator dead = network();
  initialize(parse_network_scheme("roles(bias=constant(-1e6))").plan(dead.graph()), 1, dead);
  EXPECT_THAT(refusal([&] { fit_lsuv(dead, {}, {}); }), HasSubstr("the output of layer2 does not vary"));
  FakeEvaluator zeros = network();
  EXPECT_THAT(refusal([&] { initialize(parse_network_scheme("lsuv(zeros)").plan(zeros.graph()), 1, zeros); }),
              HasSubstr("no layer is left"));
  FakeEvaluator infinite = network(HUGE_VAL);
  EXPECT_THAT(refusal([&] { initialize(parse_network_scheme("lsuv").plan(infinite.graph()), 1, infinite); }),
              HasSubstr("layer1 is not finite"));
}

TEST(DataSchemes, WithoutDataTheyAreRefusedWithTheWayOut) {
  const net::Graph graph = net::dense_network({4, 3, 2}, net::parse_activation("relu"));
  for (const NetworkSchemeInfo& info : known_network_schemes()) {
    if (info.needs != kNeedsData) continue;
    const NetworkPlan plan = parse_network_scheme(info.name).plan(graph);
    EXPECT_TRUE(plan.fit) << info.name;
    EXPECT_THAT(refusal([&] { initialize(plan, 1, [](const auto&, auto) {}); }), HasSubstr("fanin fix -o"))
        << info.name;
    EXPECT_THAT(refusal([&] { parse_network_scheme(std::string(info.name) + "(lsuv)"); }), HasSubstr("needs data"));
  }
  EXPECT_THAT(refusal([] { parse_network_scheme("lsuv(tolerance=2)"); }), HasSubstr("tolerance is 2"));
  EXPECT_THAT(refusal([] { parse_network_scheme("metainit(iterations=0)"); }), HasSubstr("iterations is 0"));
}

TEST(LinearLayers, ATransposedConvolutionsUnitsLieAcrossItsWeight) {
  net::Graph graph;
  const net::NodeId x = graph.add_input("x", {4, 3});
  graph.set_output(graph.add("up", net::conv_transpose({.channels = 6, .window = {.kernel = {2}}, .groups = 2}), {x}));
  const LinearLayer layer = linear_layers(graph).at(0);
  ASSERT_EQ(layer.units, 6U);
  // [in 4, out/groups 3, taps 2]: input channels 0 and 1 feed units 0 to 2, 2 and 3 feed units 3 to 5.
  for (std::size_t in = 0; in < 4; ++in) {
    for (std::size_t out = 0; out < 3; ++out) {
      for (std::size_t tap = 0; tap < 2; ++tap) {
        EXPECT_EQ(layer.unit_of_weight((in * 3 + out) * 2 + tap, 24), (in / 2) * 3 + out);
      }
    }
  }
  EXPECT_EQ(layer.unit_of_feature(7, 24), 1U);
}

}  // namespace
}  // namespace fanin::init
