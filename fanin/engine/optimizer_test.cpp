#include "fanin/engine/optimizer.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "fanin/core/error.hpp"
#include "tests/simd_targets.hpp"

namespace fanin::engine {
namespace {

using ::testing::HasSubstr;

TEST(Optimizer, FastKernelsFollowTheReferenceForEveryLength) {
  for_every_simd_target([] {
    for (const std::string_view name : optimizer_names()) {
      SCOPED_TRACE(name);
      const Optimizer optimizer = parse_optimizer(std::string(name) + "(weight_decay=0.02)", 0.01);
      for (const std::size_t count : {0U, 1U, 3U, 16U, 31U, 100U}) {
        std::mt19937_64 random(3);
        std::normal_distribution<float> normal;
        std::vector<float> parameter(count);
        for (float& value : parameter) value = normal(random);
        std::vector<double> truth(parameter.begin(), parameter.end());
        std::vector<float> state1(count, static_cast<float>(initial_state(optimizer)));
        std::vector<float> state2(count);
        std::vector<double> truth1(count, initial_state(optimizer));
        std::vector<double> truth2(count);
        for (std::int64_t step = 1; step <= 10; ++step) {
          std::vector<float> gradient(count);
          for (float& value : gradient) value = normal(random);
          update_function(optimizer)(step_scalars(optimizer, step), count, gradient.data(), parameter.data(),
                                     state1.data(), state2.data());
          reference_update(optimizer, step, std::vector<double>(gradient.begin(), gradient.end()), truth, truth1,
                           truth2);
        }
        for (std::size_t i = 0; i < count; ++i) ASSERT_NEAR(parameter[i], truth[i], 3e-6) << count << " " << i;
      }
    }
  });
}

TEST(Optimizer, TextRoundTripsAndOmitsDefaults) {
  for (const char* text :
       {"sgd", "sgd(weight_decay=0.1)", "momentum", "nesterov(momentum=0.95)", "rmsprop(alpha=0.9)",
        "adagrad(initial_accumulator=0.1)", "adam(beta1=0.8, eps=1e-06)", "adamw(weight_decay=0.1)"}) {
    EXPECT_EQ(to_string(parse_optimizer(text, 0.1)), text);
    EXPECT_EQ(parse_optimizer(to_string(parse_optimizer(text, 0.1)), 0.1), parse_optimizer(text, 0.1));
  }
  EXPECT_EQ(to_string(parse_optimizer("adam(beta1=0.9)", 1e-3)), "adam");
}

TEST(Optimizer, DefaultsArePyTorchs) {
  const Optimizer adamw = parse_optimizer("adamw", 1e-3);
  EXPECT_EQ(adamw.weight_decay, 1e-2);
  EXPECT_EQ(adamw.beta1, 0.9);
  EXPECT_EQ(adamw.beta2, 0.999);
  EXPECT_EQ(adamw.epsilon, 1e-8);
  EXPECT_EQ(parse_optimizer("adagrad", 1e-2).epsilon, 1e-10);
  EXPECT_EQ(parse_optimizer("rmsprop", 1e-2).alpha, 0.99);
  EXPECT_EQ(default_learning_rate(OptimizerKind::adam), 1e-3);
  EXPECT_EQ(default_learning_rate(OptimizerKind::adagrad), 1e-2);
}

TEST(Optimizer, WrongTextIsRefusedWithAWayOut) {
  const auto message = [](const char* text, double learning_rate) -> std::string {
    try {
      parse_optimizer(text, learning_rate);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(message("adm", 0.1), HasSubstr("did you mean adam"));
  EXPECT_THAT(message("adam(beta=0.9)", 0.1), HasSubstr("did you mean beta"));
  EXPECT_THAT(message("adam(beta1=1)", 0.1), HasSubstr("outside"));
  EXPECT_THAT(message("adam", 0), HasSubstr("above 0"));
  EXPECT_THAT(message("adam", std::nan("")), HasSubstr("above 0"));
  EXPECT_THAT(message("sgd(momentum=0.9)", 0.1), HasSubstr("no argument 'momentum'"));
}

}  // namespace
}  // namespace fanin::engine
