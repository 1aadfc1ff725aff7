// The first 20 training steps of a small network under each optimizer, against PyTorch.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "fanin/core/gemm.hpp"
#include "fanin/engine/plan.hpp"
#include "fanin/net/shorthand.hpp"
#include "tests/golden/golden_file.hpp"

namespace fanin::engine {
namespace {

struct Case {
  const char* golden;     // name in the golden file
  const char* optimizer;  // ours
};

constexpr Case kCases[] = {{"sgd", "sgd"},           {"sgd_decay", "sgd(weight_decay=0.03125)"},
                           {"momentum", "momentum"}, {"nesterov", "nesterov"},
                           {"rmsprop", "rmsprop"},   {"adagrad", "adagrad"},
                           {"adam", "adam"},         {"adamw", "adamw"}};

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

TEST(Trajectory, TwentyStepsOfEachOptimizerFollowPyTorch) {
  use_one_thread();
  const golden::GoldenFile file(FANIN_GOLDEN_DIR "/engine_trajectories.txt");
  const char* parameters[] = {"layer1.weight", "layer1.bias",   "layer2.weight",
                              "layer2.bias",   "layer3.weight", "layer3.bias"};
  int followed = 0;
  for (const std::string net : {"tanh_ce", "relu_ce", "tanh_mse"}) {
    for (const Case& item : kCases) {
      const std::string run = net + "." + item.golden;
      SCOPED_TRACE(run);
      if (!file.contains(run + ".learning_rate")) continue;
      ++followed;
      const bool regression = net == "tanh_mse";
      const PlanOptions options{.batch_size = 6,
                                .loss = regression ? net::Loss::mean_squared_error : net::Loss::softmax_cross_entropy,
                                .optimizer = parse_optimizer(item.optimizer, file.number(run + ".learning_rate"))};
      const char* activation = net == "relu_ce" ? "relu" : "tanh";
      Plan plan(net::dense_network({5, 7, 4, 3}, net::parse_activation(activation)), options);
      for (const char* name : parameters) plan.set_parameter(name, file.floats(std::string("init.") + name));
      const std::vector<float> inputs = file.floats("inputs");
      std::copy(inputs.begin(), inputs.end(), plan.input().begin());
      for (std::size_t i = 0; i < plan.labels().size(); ++i) {
        plan.labels()[i] = static_cast<std::int32_t>(file.at("labels")[i]);
      }
      if (regression) {
        const std::vector<float> targets = file.floats("targets");
        std::copy(targets.begin(), targets.end(), plan.targets().begin());
      }
      const std::vector<double>& truth = file.at(run + ".f64.loss");
      const std::vector<double>& single = file.at(run + ".f32.loss");
      for (int step = 1; step <= 20; ++step) {
        const auto i = static_cast<std::size_t>(step - 1);
        const double loss = plan.train_step(6).loss_sum / 6;
        // PyTorch's own f32 run sets the scale: a few times its distance to f64, and a floor of rounding.
        ASSERT_NEAR(loss, truth[i], 2e-6 * (1 + truth[i]) + 8 * std::abs(single[i] - truth[i])) << "step " << step;
        if (step != 1 && step != 10 && step != 20) continue;
        for (const char* name : parameters) {
          const std::string at = ".step" + std::to_string(step) + "." + name;
          const std::vector<double>& expected = file.at(run + ".f64" + at);
          const std::vector<float> stored = plan.parameter(name);
          const double allowed = 5e-6 + 8 * distance(file.at(run + ".f32" + at), expected);
          EXPECT_LE(distance({stored.begin(), stored.end()}, expected), allowed) << at;
        }
      }
    }
  }
  EXPECT_EQ(followed, 18);  // eight with each classifier, two with the regression
}

}  // namespace
}  // namespace fanin::engine
