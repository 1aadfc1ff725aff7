// add: y = Σ x_i of inputs taken as uncorrelated about their means; an input given twice counts as what it
// is. That holds exactly in a residual block: a branch that ends in weights of mean zero is uncorrelated
// with its shortcut.
#include <algorithm>

#include "fanin/theory/ops/affine.hpp"
#include "fanin/theory/ops/all.hpp"

namespace fanin::theory {
namespace {

Signal forward(const RuleInput& in) {
  const std::vector<net::NodeId>& sources = in.node.inputs;
  Signal y{.mean = 0, .second_moment = 0, .cross_moment = 0, .gaussian = true, .exact = true};
  int drawn_apart = 0;  // inputs that are sums over weights of their own
  int distinct = 0;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (std::find(sources.begin(), sources.begin() + static_cast<std::ptrdiff_t>(i), sources[i]) !=
        sources.begin() + static_cast<std::ptrdiff_t>(i)) {
      continue;  // counted with its first appearance
    }
    const auto times = static_cast<double>(std::count(sources.begin(), sources.end(), sources[i]));
    y = independent_sum(y, multiplied(in.inputs[i], {0, times}));
    drawn_apart += in.inputs[i].gaussian ? 1 : 0;
    ++distinct;
  }
  y.exact = y.exact && drawn_apart >= distinct - 1;
  return y;
}

void backward(const RuleInput&, double gradient, std::span<double> to_inputs) {
  for (double& to : to_inputs) to += gradient;
}

}  // namespace

const OpRule kAddRule{.kind = "add", .forward = forward, .backward = backward, .parameter_gradients = nullptr};

}  // namespace fanin::theory
