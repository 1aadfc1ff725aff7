#include "fanin/init/initializer.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/net/ops/activation.hpp"
#include "fanin/net/shorthand.hpp"

namespace fanin::init {
namespace {

using net::Axis;
using net::ParameterRole;
using net::ParameterSpec;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

ParameterSpec dense_weight(std::int64_t out, std::int64_t in) {
  return {"layer1.weight", ParameterRole::weight, {{{Axis::out, out}}, {{Axis::in, in}}}};
}

std::vector<float> whole(const Initializer& rule, const ParameterSpec& tensor, std::uint64_t seed = 1) {
  std::vector<float> values(static_cast<std::size_t>(tensor.shape().count()));
  rule.fill(tensor, seed, 0, values);
  return values;
}

TEST(Initializer, StandardDeviationFollowsTheFormula) {
  const ParameterSpec w = dense_weight(300, 100);  // fan_in 100, fan_out 300
  const auto sigma = [&w](std::string_view text) { return parse_initializer(text).std_dev(w); };
  EXPECT_EQ(sigma("zeros"), 0);
  EXPECT_DOUBLE_EQ(sigma("uniform(-0.3, 0.3)"), 0.6 / std::sqrt(12.0));
  EXPECT_DOUBLE_EQ(sigma("lecun_normal"), 0.1);
  EXPECT_DOUBLE_EQ(sigma("lecun_uniform"), 0.1);
  EXPECT_DOUBLE_EQ(sigma("he_normal"), std::sqrt(2.0 / 100));
  EXPECT_DOUBLE_EQ(sigma("he_uniform"), std::sqrt(2.0 / 100));
  EXPECT_DOUBLE_EQ(sigma("he_normal(mode=fan_out)"), std::sqrt(2.0 / 300));
  EXPECT_DOUBLE_EQ(sigma("he_normal(mode=fan_avg)"), std::sqrt(2.0 / 200));
  EXPECT_DOUBLE_EQ(sigma("he_normal(gain=3)"), 0.3);
  EXPECT_DOUBLE_EQ(sigma("glorot_normal"), std::sqrt(2.0 / 400));
  EXPECT_DOUBLE_EQ(sigma("glorot_uniform(gain=relu)"), std::sqrt(2.0 * 2.0 / 400));
}

TEST(Initializer, AGainThatIsNoFiniteNumberIsCalledThat) {
  for (const char* text : {"he_normal(gain=nan)", "he_normal(gain=-inf)", "glorot_uniform(gain=1e999)"}) {
    try {
      parse_initializer(text);
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::bad_value);
      EXPECT_NE(std::string(error.what()).find("is no finite number"), std::string::npos) << error.what();
    }
  }
}

TEST(Initializer, EmpiricalMomentsAgreeWithTheLawWithinFourStandardErrors) {
  const ParameterSpec w = dense_weight(250, 400);
  const double n = 250.0 * 400.0;
  for (const char* text : {"uniform(-1, 3)", "normal(0.5, 2)", "truncated_normal(0, 1)", "lecun_uniform",
                           "lecun_normal", "truncated_normal(0.1, 1, -1, 3, false)", "glorot_uniform", "glorot_normal",
                           "he_uniform(mode=fan_out)", "he_normal(gain=relu)"}) {
    const Initializer rule = parse_initializer(text);
    const Law law = rule.law(w).value();
    const double sigma = rule.std_dev(w);
    const double center = mean(law);
    double sum = 0;
    double squares = 0;
    for (const float value : whole(rule, w)) {
      const double centred = static_cast<double>(value) - center;
      sum += centred;
      squares += centred * centred;
    }
    EXPECT_NEAR(sum / n, 0, 4 * sigma / std::sqrt(n)) << text;
    // Standard error of the variance: sigma² √((kurtosis - 1)/n).
    const double error = sigma * sigma * std::sqrt((kurtosis(law) - 1) / n);
    EXPECT_NEAR(squares / n, sigma * sigma, 4 * error) << text;
  }
}

TEST(Initializer, UniformStaysInsideItsHalfWidth) {
  const ParameterSpec w = dense_weight(256, 784);
  const auto bound = static_cast<float>(std::sqrt(6.0 / (256 + 784)));
  const std::vector<float> values = whole(parse_initializer("glorot_uniform"), w);
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  EXPECT_GE(*low, -bound);
  EXPECT_LE(*high, bound);
  EXPECT_LT(*low, -0.999F * bound);  // and the range is used: P(miss) < (1 - 0.0005)^200000
  EXPECT_GT(*high, 0.999F * bound);
}

TEST(Initializer, ASliceEqualsThePartOfTheWhole) {
  const ParameterSpec w = dense_weight(37, 29);
  for (const char* text : {"zeros", "constant(2)", "uniform", "normal", "truncated_normal", "lecun_normal",
                           "lecun_uniform", "glorot_normal", "glorot_uniform", "he_normal", "he_uniform"}) {
    const Initializer rule = parse_initializer(text);
    const std::vector<float> all = whole(rule, w);
    for (const auto& [first, length] :
         {std::pair<std::size_t, std::size_t>{0, 1}, {1, 2}, {3, 64}, {517, 300}, {1072, 1}}) {
      std::vector<float> part(length);
      rule.fill(w, 1, first, part);
      EXPECT_THAT(part, ElementsAreArray(all.begin() + static_cast<std::ptrdiff_t>(first),
                                         all.begin() + static_cast<std::ptrdiff_t>(first + length)))
          << text << " from " << first;
    }
    rule.fill(w, 1, 37 * 29, {});  // an empty slice at the end is a slice
  }
}

TEST(Initializer, ASliceBeyondTheTensorIsRefused) {
  const ParameterSpec w = dense_weight(4, 5);
  std::vector<float> part(3);
  const Initializer rule = parse_initializer("normal");
  EXPECT_THROW(rule.fill(w, 1, 18, part), Error);
  EXPECT_THROW(rule.fill(w, 1, ~std::uint64_t{0}, part), Error);
}

TEST(Initializer, SeedAndTensorNameSelectTheValues) {
  const Initializer rule = parse_initializer("he_normal");
  ParameterSpec w = dense_weight(8, 8);
  const std::vector<float> values = whole(rule, w);
  EXPECT_EQ(values, whole(rule, w));
  EXPECT_NE(values, whole(rule, w, 2));
  w.name = "layer2.weight";
  EXPECT_NE(values, whole(rule, w));
}

TEST(Initializer, ABiasHasNoFansAndTheMessageSaysWhatToDo) {
  const ParameterSpec bias{"layer1.bias", ParameterRole::bias, {{{Axis::channel, 10}}}};
  std::vector<float> values(10);
  try {
    parse_initializer("he_normal").fill(bias, 1, 0, values);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::bad_shape);
    EXPECT_EQ(error.where(), "layer1.bias");
    EXPECT_THAT(error.message(), AllOf(HasSubstr("no fans"), HasSubstr("zeros"), HasSubstr("[10]")));
  }
  EXPECT_NO_THROW(parse_initializer("normal(std=0.01)").fill(bias, 1, 0, values));
}

TEST(Initializer, ANetworkGetsItsWeightsFromTheRuleAndItsBiasesZero) {
  const net::Graph graph = net::dense_network({6, 5, 4}, net::parse_activation("relu"));
  const Initializer he = parse_initializer("he_normal");
  std::vector<std::string> order;
  initialize(graph, he, 7, [&](const ParameterSpec& parameter, std::span<const float> values) {
    order.push_back(parameter.name);
    ASSERT_EQ(values.size(), static_cast<std::size_t>(parameter.shape().count()));
    if (parameter.role == ParameterRole::bias) {
      EXPECT_THAT(values, Each(0.0F));
    } else {
      EXPECT_THAT(values, ElementsAreArray(whole(he, parameter, 7)));
    }
  });
  EXPECT_THAT(order, ElementsAreArray({"layer1.weight", "layer1.bias", "layer2.weight", "layer2.bias"}));
}

}  // namespace
}  // namespace fanin::init
