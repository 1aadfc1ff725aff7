// dying-relu: a unit that receives negative input only has output 0 and slope 0, and no gradient can bring it
// back; a leaky ReLU can.
#include <array>
#include <cmath>

#include "fanin/experiment/demo/all.hpp"
#include "fanin/experiment/demo/words.hpp"
#include "fanin/net/activation.hpp"
#include "fanin/random/replay_numpy.hpp"

namespace fanin::experiment {
namespace {

constexpr std::size_t kRows = 32;
constexpr std::size_t kInputs = 3;
constexpr int kSteps = 2000;
constexpr double kRate = 0.1;
constexpr double kBias = -5;
constexpr double kTarget = 1;

/// One unit y = φ(w·x + b) on fixed rows, trained to answer 1 by gradient descent on the mean of (y - 1)²/2.
struct Unit {
  const net::Activation& phi;
  const std::array<double, kRows * kInputs>& x;
  std::array<double, kInputs + 1> weights;  ///< w, then b

  /// The mean output; `gradient` gets that of the loss.
  double pass(std::array<double, kInputs + 1>& gradient) const {
    gradient = {};
    double mean = 0;
    for (std::size_t row = 0; row < kRows; ++row) {
      double z = weights[kInputs];
      for (std::size_t i = 0; i < kInputs; ++i) z += weights[i] * x[row * kInputs + i];
      const double y = phi.value(z);
      mean += y / kRows;
      const double error = (y - kTarget) * phi.derivative(z) / kRows;
      for (std::size_t i = 0; i < kInputs; ++i) gradient[i] += error * x[row * kInputs + i];
      gradient[kInputs] += error;
    }
    return mean;
  }
};

double norm(const std::array<double, kInputs + 1>& values) {
  double squares = 0;
  for (const double value : values) squares += value * value;
  return std::sqrt(squares);
}

DemoTable::Row train_unit(const std::string& activation, std::uint32_t seed) {
  const net::Activation phi = net::parse_activation(activation);
  random::NumpyRandomState state(seed);
  std::array<double, kRows * kInputs> x{};
  state.uniform(random::Uniform{}, std::span<double>(x));
  Unit unit{phi, x, {}};
  state.uniform(random::Uniform{}, std::span<double>(unit.weights).first(kInputs));
  unit.weights[kInputs] = kBias;
  const auto before = unit.weights;
  std::array<double, kInputs + 1> gradient{};
  const double first_output = unit.pass(gradient);
  const double first_gradient = norm(gradient);
  for (int step = 0; step < kSteps; ++step) {
    unit.pass(gradient);
    for (std::size_t i = 0; i < gradient.size(); ++i) unit.weights[i] -= kRate * gradient[i];
  }
  auto moved = unit.weights;
  for (std::size_t i = 0; i < moved.size(); ++i) moved[i] -= before[i];
  return {activation, {first_output, first_gradient, norm(moved), unit.pass(gradient)}};
}

void run(Demo& demo) {
  demo.about =
      "One unit y = phi(w.x + b) on 32 rows of three numbers in [0, 1), with b = -5, so that it receives "
      "negative input only. 2000 steps of gradient descent at rate 0.1 try to make it answer 1.";
  demo.table.columns = {"activation", "output\nat the start", "gradient norm\nat the start", "weights\nmoved by",
                        "output\nat the end"};
  for (const char* name : {"relu", "leaky_relu(0.01)", "leaky_relu(0.1)"}) {
    demo.table.rows.push_back(train_unit(name, static_cast<std::uint32_t>(demo.seed)));
  }
  demo.remarks = {
      "The ReLU's gradient is exactly zero, so old and new weights are the same for ever: the unit is dead.",
      "A leaky ReLU keeps a slope on the negative side. Its gradient is small, but it is one, and with enough steps "
      "it brings the unit back: the slope decides how many."};
  const ChainSettings dead{
      .init = "he_normal", .activation = "relu", .seed = demo.seed, .hidden_layers = 6, .hidden_bias = -1};
  ChainSettings leaky = dead;
  leaky.activation = "leaky_relu(0.1)";
  ChainSettings centred = dead;
  centred.hidden_bias = 0;
  demo.chains = measure_chains({dead, leaky, centred});
  demo.lesson =
      "Biases of -1, as one step of a too large learning rate can leave them, kill whole layers of ReLUs, and behind a "
      "dead layer every weight gradient is exactly zero: only the last layer's biases still learn. The leaky chain "
      "starts with small gradients and learns slowly; the real remedy is not to let the biases get there.";
}

}  // namespace

const DemoScript kDyingReluDemo{{"dying-relu", "units that negative inputs switch off for ever, and leaky ones"}, run};

}  // namespace fanin::experiment
