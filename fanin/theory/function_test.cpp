#include "fanin/theory/function.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "fanin/core/error.hpp"
#include "fanin/theory/gain.hpp"

namespace fanin::theory {
namespace {

TEST(ScalarFunction, TheExampleOfTheHeaderHolds) {
  const ScalarFunction squared_relu([](double z) { return z > 0 ? z * z : 0; }, {.kinks = {0}});
  EXPECT_NEAR(forward_gain(squared_relu), 0.8165, 5e-5);
}

TEST(ScalarFunction, DifferencesStandInForAMissingDerivative) {
  for (const net::ActivationFunction* function : net::activation_functions()) {
    const net::Activation exact(*function);
    const std::vector<double> kinks(function->kinks.begin(), function->kinks.end());
    const ScalarFunction given([exact](double z) { return exact.value(z); }, {.kinks = kinks});
    for (double z = -7.931; z < 8; z += 0.17) {
      EXPECT_NEAR(given.derivative(z), exact.derivative(z), 1e-10) << function->name << " at " << z;
    }
  }
}

TEST(ScalarFunction, DifferencesStayOnOneSideOfAKink) {
  const ScalarFunction hat([](double z) { return std::fabs(z); }, {.kinks = {0}});
  for (const double z : {1e-7, 1e-4, 1e-2}) {
    EXPECT_NEAR(hat.derivative(z), 1, 1e-7) << z;
    EXPECT_NEAR(hat.derivative(-z), -1, 1e-7) << z;
  }
}

TEST(ScalarFunction, AnActivationKeepsItsNameAndKinks) {
  const ScalarFunction phi = net::parse_activation("leaky_relu(0.2)");
  EXPECT_EQ(phi.name(), "leaky_relu(negative_slope=0.2)");
  ASSERT_EQ(phi.kinks().size(), 1U);
  EXPECT_TRUE(phi.activation().has_value());
  EXPECT_EQ(phi.value(-2), -0.4);
}

TEST(ScalarFunction, EmptyCallablesAndBadKinksAreRefused) {
  EXPECT_THROW(ScalarFunction(std::function<double(double)>{}), Error);
  const auto id = [](double z) { return z; };
  EXPECT_THROW(ScalarFunction(id, {.kinks = {std::numeric_limits<double>::quiet_NaN()}}), Error);
}

}  // namespace
}  // namespace fanin::theory
