// vanishing, exploding, xavier, he: four notebooks that differ in how they draw nine weights. None has a loss
// or an activation, so none can show what its title says; the chains can.
#include <algorithm>
#include <cmath>

#include "fanin/experiment/demo/all.hpp"
#include "fanin/experiment/demo/numpy_update.hpp"
#include "fanin/experiment/demo/words.hpp"

namespace fanin::experiment {
namespace {

void scale(Matrix3& w, double factor) {
  for (double& value : w) value *= factor;
}

double norm(const Matrix3& w) {
  double squares = 0;
  for (const double value : w) squares += value * value;
  return std::sqrt(squares);
}

/// How far the updates moved the weights, as a fraction of their norm.
double relative_move(const NumpyUpdate& update) {
  Matrix3 moved{};
  for (std::size_t i = 0; i < moved.size(); ++i) moved[i] = update.after[i] - update.before[i];
  return norm(moved) / norm(update.before);
}

NumpyUpdate run_updates(Demo& demo, const std::string& weights,
                        const std::function<void(random::NumpyRandomState&, Matrix3&)>& draw) {
  const NumpyUpdate update = numpy_update(static_cast<std::uint32_t>(demo.seed), draw);
  demo.about = "The notebook draws x (1 x 3) and W (3 x 3, " + weights + ") from np.random.seed(" +
               std::to_string(demo.seed) + ") and repeats ten times: h = x W, g = rand(1, 3), W -= 0.1 hᵀ g.";
  demo.matrix.assign(update.after.begin(), update.after.end());
  demo.matrix_caption = "W after the ten updates, replayed digit for digit:";
  return update;
}

std::string no_loss(const NumpyUpdate& update) {
  return "There is no loss: g is noise, all of it positive, and the gradient at the hidden layer (norm " +
         brief(update.hidden_gradient_norm) + " in the last update) is computed and thrown away.";
}

NumpyUpdate scaled_updates(Demo& demo, const std::string& weights, double factor) {
  return run_updates(demo, weights, [factor](random::NumpyRandomState& state, Matrix3& w) {
    state.uniform(random::Uniform{}, std::span<double>(w));
    scale(w, factor);
  });
}

void vanishing(Demo& demo) {
  const NumpyUpdate update = scaled_updates(demo, "0.1 times rand", 0.1);
  demo.remarks = {
      no_loss(update),
      "Nothing vanishes either: the updates moved W by " + brief(100 * relative_move(update)) + " % of its norm.",
      "The update is linear in W, so weights a hundred times larger, as in `fanin demo exploding`, end up at exactly "
      "a hundred times these numbers: how fast a layer learns cannot depend on the size of its weights here."};
  demo.chains = measure_chains({{.init = "normal(std=0.01)", .activation = "tanh", .seed = demo.seed},
                                {.init = "glorot_normal", .activation = "tanh", .seed = demo.seed}});
  demo.lesson =
      "Small weights shrink the signal on the way in and the error on the way back, and a weight's gradient is the "
      "product of both: so the weights of every layer, first and last, get the same tiny gradient, and plain gradient "
      "descent would leave them as they are. Adam, which divides by the gradient's size, gets somewhere, but slowly. "
      "Glorot's variance keeps both sizes.";
}

void exploding(Demo& demo) {
  const NumpyUpdate update = scaled_updates(demo, "10 times rand", 10);
  demo.remarks = {no_loss(update),
                  "Nothing explodes either: the updates moved W by " + brief(100 * relative_move(update)) +
                      " % of its norm, the same as small weights.",
                  "These are the numbers of `fanin demo vanishing` times 100, because the update is linear in W."};
  demo.chains = measure_chains({{.init = "normal(std=0.5)", .activation = "relu", .seed = demo.seed},
                                {.init = "he_normal", .activation = "relu", .seed = demo.seed}});
  demo.lesson =
      "Large weights multiply the signal and the error in every layer, so the loss and the gradients are off by many "
      "orders of magnitude before the first step, and a step of any usual size is far too large or far too small. He's "
      "variance keeps both sizes.";
}

void xavier(Demo& demo) {
  const double half_width = std::sqrt(2.0 / 6);
  const NumpyUpdate update =
      run_updates(demo, "uniform within ±√(2/(in+out))", [half_width](random::NumpyRandomState& state, Matrix3& w) {
        state.uniform(random::Uniform{-half_width, half_width}, std::span<double>(w));
      });
  demo.remarks = {
      "This is not Glorot & Bengio's range: they use ±√(6/(in+out)), here ±1, which gives the variance 2/(in+out). The "
      "notebook's ±√(2/(in+out)), here ±" +
          brief(half_width) + ", gives a third of it.",
      no_loss(update)};
  // Glorot's half-width g·√(6/(in+out)) with g = 1/√3 is the notebook's.
  demo.chains =
      measure_chains({{.init = "glorot_uniform(gain=0.5773502691896258)", .activation = "tanh", .seed = demo.seed},
                      {.init = "glorot_uniform", .activation = "tanh", .seed = demo.seed}});
  demo.lesson =
      "With a third of the variance the error shrinks by a factor near 1/√3 per layer. Glorot's own range keeps it "
      "nearly constant; what is lost is due to tanh, whose slope is below 1.";
}

void he(Demo& demo) {
  const NumpyUpdate update = run_updates(demo, "√(2/in) times randn", [](random::NumpyRandomState& state, Matrix3& w) {
    state.normal(random::Normal{}, std::span<double>(w));
    scale(w, std::sqrt(2.0 / 3));
  });
  demo.remarks = {
      "The formula is He's: standard deviation √(2/fan_in) = 0.816. But its 2 makes up for a ReLU that sets half of "
      "the values to zero, and there is no ReLU here: x W doubles the second moment instead of keeping it.",
      no_loss(update)};
  demo.chains = measure_chains({{.init = "glorot_normal", .activation = "relu", .seed = demo.seed},
                                {.init = "he_normal", .activation = "relu", .seed = demo.seed}});
  demo.lesson =
      "Behind a ReLU, Glorot's variance halves the second moments of signal and error per layer (a factor 0.71 in "
      "norm); He's factor 2 keeps them, up to what chance does in layers of finite width. Adam copes with twelve such "
      "layers; at thirty it would be 2^-30 (He et al. 2015).";
}

}  // namespace

const DemoScript kVanishingDemo{{"vanishing", "small weights: the notebook, and a chain whose gradients do vanish"},
                                vanishing};
const DemoScript kExplodingDemo{{"exploding", "large weights: the notebook, and a chain whose gradients do explode"},
                                exploding};
const DemoScript kXavierDemo{{"xavier", "the notebook's Xavier range against Glorot & Bengio's, behind tanh"}, xavier};
const DemoScript kHeDemo{{"he", "He's standard deviation against Glorot's, behind ReLU"}, he};

}  // namespace fanin::experiment
