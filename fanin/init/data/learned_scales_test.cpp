// MetaInit and GradInit, and the derivatives that they stand on.
#include <gmock/gmock.h>

#include <cmath>

#include "fanin/core/error.hpp"
#include "fanin/init/data/fake_evaluator_for_test.hpp"
#include "fanin/init/data/gradient_quotient.hpp"
#include "fanin/init/data/parameter_space.hpp"
#include "fanin/init/network_scheme.hpp"

namespace fanin::init {
namespace {

using ::testing::HasSubstr;

// y = w x + b with one input 2 and target 0: L = (2w + b)²/2, g = (2w + b)·(2, 1), H = [[4, 2], [2, 1]].
FakeEvaluator::Matrix one(double value) { return FakeEvaluator::Matrix(1, std::vector<double>(1, value)); }
FakeEvaluator line() { return {{1, 1}, one(2), one(0), true}; }

FakeEvaluator network() { return {{5, 16, 16, 3}, spread_rows(40, 5, 2, 1), spread_rows(40, 3, 1, 2)}; }

FitReport start(FakeEvaluator& evaluator, const char* scheme) {
  return initialize(parse_network_scheme(scheme).plan(evaluator.graph()), 1, evaluator);
}

TEST(ParameterSpace, TheHessianTimesAVectorIsTheClosedForm) {
  FakeEvaluator evaluator = line();
  evaluator.set_parameter("layer1.weight", std::vector<float>{1.5F});
  evaluator.set_parameter("layer1.bias", std::vector<float>{-1});
  const ParameterVector product = hessian_times(evaluator, parameters_of(evaluator), {{3}, {-2}});
  EXPECT_NEAR(product[0][0], 4 * 3 + 2 * -2, 1e-2);
  EXPECT_NEAR(product[1][0], 2 * 3 + 1 * -2, 1e-2);
}

TEST(MetaInit, TheQuotientOfAQuadraticIsTheClosedForm) {
  // g is an eigenvector of H with eigenvalue 5, so (g − Hg)/g − 1 = −5 in every element.
  FakeEvaluator evaluator = line();
  evaluator.set_parameter("layer1.weight", std::vector<float>{1.5F});
  evaluator.set_parameter("layer1.bias", std::vector<float>{-1});
  EXPECT_NEAR(gradient_quotient(evaluator, parameters_of(evaluator)), 5, 1e-2);
  evaluator.set_parameter("layer1.weight", std::vector<float>{0.5F});
  evaluator.set_parameter("layer1.bias", std::vector<float>{-1});  // 2w + b = 0: no gradient
  EXPECT_TRUE(std::isnan(gradient_quotient(evaluator, parameters_of(evaluator))));
}

TEST(MetaInit, LowersTheQuotientOfABadStartAndScalesOnly) {
  FakeEvaluator evaluator = network();
  const FitReport report = start(evaluator, "metainit(start=normal(std=2), iterations=40)");
  EXPECT_LT(report.objective_after, 0.5 * report.objective_before);
  EXPECT_NEAR(gradient_quotient(evaluator, parameters_of(evaluator)), report.objective_after,
              0.01 * report.objective_after);
  FakeEvaluator plain = network();
  start(plain, "normal(std=2)");
  for (const FitChange& change : report.changes) {
    const std::vector<float> before = plain.parameter(change.parameter);
    start(evaluator, "metainit(start=normal(std=2), iterations=40)");
    const std::vector<float> after = evaluator.parameter(change.parameter);
    for (std::size_t i = 0; i < before.size(); ++i)
      EXPECT_NEAR(after[i], static_cast<double>(before[i]) * change.factor, 1e-5);
  }
}

TEST(GradInit, OneStepFromItsStartLowersTheLossMoreAndTheGradientIsWithinTheBound) {
  for (const char* optimizer : {"sgd", "adam"}) {
    FakeEvaluator evaluator = network();
    const std::string scheme =
        "gradinit(start=normal(std=1), optimizer=" + std::string(optimizer) + ", lr=0.01, gamma=1)";
    const FitReport report = start(evaluator, scheme.c_str());
    EXPECT_LT(report.objective_after, report.objective_before) << optimizer;
    ParameterVector gradient;
    evaluator.gradients(gradient);
    double norm = norm_of(gradient);
    if (std::string(optimizer) == "adam") {
      norm = 0;
      double count = 0;
      for (const std::vector<float>& tensor : gradient) {
        for (const float value : tensor) norm += std::fabs(static_cast<double>(value));
        count += static_cast<double>(tensor.size());
      }
      norm /= std::sqrt(count);
    }
    EXPECT_LE(norm, 1.0001) << optimizer;
  }
}

TEST(GradInit, ItsBestPointIsThatOfASearchOverAllScales) {
  // One weight from x = 2 to target 1 with a bias of 0: the loss after an SGD step depends on the weight alone.
  FakeEvaluator evaluator({1, 1}, one(2), one(1), true);
  const NetworkPlan plan =
      parse_network_scheme("gradinit(start=constant(0.1), optimizer=sgd, lr=0.05, gamma=10, iterations=200)")
          .plan(evaluator.graph());
  const FitReport report = initialize(plan, 1, evaluator);
  // The residual after the step is (1 − 5·0.05)·(2w − 1): zero at w = 0.5, five times the start.
  EXPECT_NEAR(report.changes[0].factor, 5, 0.05);
  EXPECT_NEAR(report.objective_after, 0, 1e-4);
}

TEST(LearnedScales, RepeatToTheBitAndRefuseWhatHasNoScale) {
  for (const char* scheme : {"metainit(iterations=5)", "gradinit(iterations=5)"}) {
    FakeEvaluator one = network();
    FakeEvaluator two = network();
    start(one, scheme);
    start(two, scheme);
    EXPECT_EQ(parameters_of(one), parameters_of(two)) << scheme;
  }
  for (const char* scheme : {"metainit(zeros)", "gradinit(zeros)"}) {
    FakeEvaluator evaluator = network();
    try {
      start(evaluator, scheme);
      FAIL() << scheme << " was accepted";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("no weight is left")) << scheme;
    }
  }
}

}  // namespace
}  // namespace fanin::init
