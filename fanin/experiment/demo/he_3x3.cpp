// he-3x3: what Keras's HeNormal gives a 3 x 3 matrix, and why nine numbers show nothing of it.
#include <cmath>

#include "fanin/experiment/demo/all.hpp"
#include "fanin/experiment/demo/words.hpp"
#include "fanin/init/initializer.hpp"

namespace fanin::experiment {
namespace {

void run(Demo& demo) {
  net::ParameterSpec weights;
  weights.name = "weights";
  weights.dimensions = {{{net::Axis::out, 3}}, {{net::Axis::in, 3}}};
  const init::Initializer keras = init::parse_initializer("he_normal(dialect=keras)");
  demo.matrix.resize(9);
  keras.fill(weights, {.seed = demo.seed, .dtype = DType::f64}, std::as_writable_bytes(std::span(demo.matrix)));
  double squares = 0;
  for (const double value : demo.matrix) squares += value * value;

  demo.about =
      "Nine weights as Keras's HeNormal defines them: a normal law cut at two standard deviations and widened, "
      "so that what is left has the standard deviation √(2/fan_in), here 0.816. The numbers are fanin's own, "
      "from seed " +
      std::to_string(demo.seed) + ": Keras draws others for every seed and back end.";
  demo.matrix_caption = "W [3, 3], he_normal in Keras's dialect:";
  const double std_dev = keras.std_dev(weights);
  demo.remarks = {
      "The root mean square of these nine numbers is " + brief(std::sqrt(squares / 9)) + " where the law has " +
          brief(std_dev) + ": nine draws tell a standard deviation to about 20 % only.",
      "PyTorch's kaiming_normal_ has the same standard deviation without the cut; Keras's largest possible value here "
      "is " +
          brief(2 * std_dev / 0.8796256610342398) + "."};
  demo.chains = measure_chains({{.init = "pytorch_linear", .activation = "relu", .seed = demo.seed},
                                {.init = "he_normal(dialect=keras)", .activation = "relu", .seed = demo.seed}});
  demo.lesson =
      "What the standard deviation is good for shows in a deep chain: PyTorch's default for Linear layers has a sixth "
      "of He's variance, which costs a factor 0.41 in the error's norm per layer; He's keeps it, cut or not.";
}

}  // namespace

const DemoScript kHe3x3Demo{{"he-3x3", "a 3 x 3 matrix of He weights as Keras defines them"}, run};

}  // namespace fanin::experiment
