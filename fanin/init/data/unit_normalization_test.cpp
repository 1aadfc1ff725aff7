#include "fanin/init/data/unit_normalization.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "fanin/core/error.hpp"
#include "fanin/init/data/fake_evaluator_for_test.hpp"
#include "fanin/init/network_scheme.hpp"

namespace fanin::init {
namespace {

using ::testing::HasSubstr;

FakeEvaluator network() { return {{5, 20, 12, 3}, spread_rows(50, 5, 4, 1), spread_rows(50, 3, 1, 2)}; }

FitReport start(FakeEvaluator& evaluator, const char* scheme) {
  return initialize(parse_network_scheme(scheme).plan(evaluator.graph()), 1, evaluator);
}

double rate(FakeEvaluator& evaluator, const std::string& weight) {
  return norm_of(evaluator.gradient(weight)) / norm_of(evaluator.parameter(weight));
}

TEST(UnitNormalization, EveryUnitHasMeanZeroAndVarianceOne) {
  for (const char* scheme : {"weight_norm_data", "krahenbuhl(balance=false)", "weight_norm_data(orthogonal)"}) {
    FakeEvaluator evaluator = network();
    start(evaluator, scheme);
    const std::vector<LinearLayer> layers = linear_layers(evaluator.graph());
    for (const LinearLayer& layer : layers) {
      const auto values = evaluator.activation(evaluator.graph().node(layer.output).name);
      for (const Spread& unit : spread_of_units(layer, values, layer.units)) {
        EXPECT_NEAR(unit.mean, 0, 1e-5) << scheme << " " << layer.name;
        EXPECT_NEAR(unit.std_dev, 1, 1e-5) << scheme << " " << layer.name;
      }
    }
  }
}

TEST(UnitNormalization, WeightsKeepTheirDirections) {
  FakeEvaluator evaluator = network();
  start(evaluator, "normal(std=0.05)");
  const std::vector<float> v = evaluator.parameter("layer1.weight");
  start(evaluator, "weight_norm_data");
  const std::vector<float> w = evaluator.parameter("layer1.weight");
  for (std::size_t unit = 0; unit < 20; ++unit) {
    const double ratio = static_cast<double>(w[unit * 5]) / static_cast<double>(v[unit * 5]);
    for (std::size_t i = 1; i < 5; ++i)
      EXPECT_NEAR(w[unit * 5 + i], static_cast<double>(v[unit * 5 + i]) * ratio, 1e-5);
  }
}

TEST(Krahenbuhl, LayersOfAChainChangeAtTheSameRateAndTheFunctionStays) {
  FakeEvaluator plain = network();
  start(plain, "krahenbuhl(balance=false)");
  FakeEvaluator balanced = network();
  start(balanced, "krahenbuhl");
  const std::vector<float> expected = plain.activation("layer3.bias");
  const std::vector<float> actual = balanced.activation("layer3.bias");
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(actual[i], expected[i], 1e-4);
  EXPECT_GT(std::fabs(std::log(rate(plain, "layer1.weight") / rate(plain, "layer3.weight"))), 0.05);
  const double first = rate(balanced, "layer1.weight");
  EXPECT_NEAR(rate(balanced, "layer2.weight") / first, 1, 1e-3);
  EXPECT_NEAR(rate(balanced, "layer3.weight") / first, 1, 1e-3);
}

TEST(UnitNormalization, AUnitThatDoesNotVaryStaysAndALayerOfThemIsRefused) {
  FakeEvaluator evaluator = network();
  start(evaluator, "he_normal");
  std::vector<float> weight = evaluator.parameter("layer1.weight");
  std::fill_n(weight.begin(), 5, 0.0F);  // the first unit's
  evaluator.set_parameter("layer1.weight", weight);
  FitReport report;
  normalize_units(evaluator, linear_layers(evaluator.graph()), "test", report);
  ASSERT_FALSE(report.notes.empty());
  EXPECT_THAT(report.notes[0], HasSubstr("1 units of layer1 do not vary"));
  EXPECT_EQ(evaluator.parameter("layer1.weight")[0], 0.0F);

  FakeEvaluator same({5, 20, 3}, FakeEvaluator::Matrix(8, std::vector<double>(5, 1)), spread_rows(8, 3, 1, 2));
  try {
    start(same, "krahenbuhl");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("no unit of layer1 varies"));
  }
}

}  // namespace
}  // namespace fanin::init
