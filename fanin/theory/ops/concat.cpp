// concat: the moments of the elements of all inputs, each weighted by how many it has.
#include "fanin/theory/ops/all.hpp"

namespace fanin::theory {
namespace {

bool same_law(const Signal& a, const Signal& b) {
  return a.gaussian && b.gaussian && a.mean == b.mean && a.second_moment == b.second_moment;
}

Signal forward(const RuleInput& in) {
  const auto count = static_cast<double>(in.node.shape.count());
  Signal y{.mean = 0, .second_moment = 0, .cross_moment = 0, .gaussian = true, .exact = true};
  for (std::size_t i = 0; i < in.inputs.size(); ++i) {
    const Signal& x = in.inputs[i];
    const double share = static_cast<double>(in.input_shapes[i].count()) / count;
    y.mean += share * x.mean;
    y.second_moment += share * x.second_moment;
    y.cross_moment += share * x.cross_moment;
    y.gaussian = y.gaussian && same_law(x, in.inputs[0]);  // a mixture of unlike normal laws is not normal
    y.exact = y.exact && x.exact;
  }
  return y;
}

void backward(const RuleInput&, double gradient, std::span<double> to_inputs) {
  for (double& to : to_inputs) to += gradient;
}

}  // namespace

const OpRule kConcatRule{.kind = "concat", .forward = forward, .backward = backward, .parameter_gradients = nullptr};

}  // namespace fanin::theory
