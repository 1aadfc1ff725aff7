// sigmoid-chain: the slope of a sigmoid is at most 1/4, so the slope of n of them in a row is at most 4^-n.
#include <cmath>

#include "fanin/experiment/demo/all.hpp"
#include "fanin/net/activation.hpp"
#include "fanin/theory/moments.hpp"

namespace fanin::experiment {
namespace {

/// d h_n/dx at x for h_n = φ(φ(… φ(x))), units in a row with weight 1.
double chain_slope(const net::Activation& phi, int units, double x) {
  double slope = 1;
  for (int i = 0; i < units; ++i) {
    slope *= phi.derivative(x);
    x = phi.value(x);
  }
  return slope;
}

void run(Demo& demo) {
  const net::Activation sigmoid = net::parse_activation("sigmoid");
  const net::Activation relu = net::parse_activation("relu");
  const double wide = theory::slope_second(sigmoid);
  demo.about =
      "The slope of a sigmoid is at most 1/4. By the chain rule the slope of n sigmoid units in a row is a "
      "product of n such factors.";
  demo.table.columns = {"units\nin a row", "at most\n4^-n", "weights 1,\nfrom x = 0.5",
                        "typical: z ~ N(0, 1),\nE φ'² ^ n/2", "ReLU, weights 1,\nfrom x = 0.5"};
  for (const int units : {1, 2, 3, 5, 10, 20}) {
    demo.table.rows.push_back({std::to_string(units),
                               {std::pow(0.25, units), chain_slope(sigmoid, units, 0.5), std::pow(wide, 0.5 * units),
                                chain_slope(relu, units, 0.5)}});
  }
  demo.remarks = {
      "Ten sigmoids in a row pass on less than a millionth of a gradient, whatever they receive, unless weights make "
      "up "
      "for it.",
      "A ReLU that is on has slope 1, so a row of them passes the gradient on as it is."};
  demo.chains = measure_chains({{.init = "glorot_uniform", .activation = "sigmoid", .seed = demo.seed},
                                {.init = "he_normal", .activation = "relu", .seed = demo.seed}});
  demo.lesson =
      "In the sigmoid chain the signal does not shrink (a sigmoid's output is about 1/2), so the weight gradients "
      "themselves vanish layer by layer, and the first layers do not learn. ReLU with He's variance keeps the error.";
}

}  // namespace

const DemoScript kSigmoidChainDemo{{"sigmoid-chain", "why gradients vanish behind many sigmoids"}, run};

}  // namespace fanin::experiment
