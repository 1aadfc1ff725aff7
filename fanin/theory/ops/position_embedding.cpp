// position_embedding: y_t = x_t + p_t, p independent of x and the same for every input. Rows of the table
// behind the sequence's end get no gradient, which counts in the mean per element.
#include "fanin/theory/ops/affine.hpp"
#include "fanin/theory/ops/all.hpp"

namespace fanin::theory {
namespace {

Signal forward(const RuleInput& in) { return shifted(in.inputs[0], in.parameters[0]); }

void backward(const RuleInput&, double gradient, std::span<double> to_inputs) { to_inputs[0] += gradient; }

void parameter_gradients(const RuleInput& in, double gradient, std::span<double> out) {
  const auto table = static_cast<double>(in.node.parameters[0].shape().count());
  out[0] = static_cast<double>(in.node.shape.count()) / table * gradient;
}

}  // namespace

const OpRule kPositionEmbeddingRule{
    .kind = "position_embedding", .forward = forward, .backward = backward, .parameter_gradients = parameter_gradients};

}  // namespace fanin::theory
