// embedding: a row of the table for each token. Its elements have the moments of the table; the tokens' own
// moments do not matter, but for their correlation c, which is read as the share of positions at which two
// inputs have the same token. Tokens are taken as uniform over the vocabulary.
#include "fanin/net/ops/embedding.hpp"

#include <cmath>

#include "fanin/theory/ops/affine.hpp"
#include "fanin/theory/ops/all.hpp"

namespace fanin::theory {
namespace {

Signal forward(const RuleInput& in) {
  const ParameterMoments& table = in.parameters[0];
  Signal y;
  y.mean = table.mean;
  y.second_moment = square_of(table);
  y.cross_moment = table.mean * table.mean + in.inputs[0].correlation() * table.variance;
  y.gaussian = false;
  y.exact = in.inputs[0].exact;
  return y;
}

/// No gradient reaches a token.
void backward(const RuleInput&, double, std::span<double>) {}

void parameter_gradients(const RuleInput& in, double gradient, std::span<double> out) {
  const auto& op = static_cast<const net::Embedding&>(*in.node.op);
  const auto tokens = static_cast<double>(in.input_shapes[0].count());
  out[0] = tokens / static_cast<double>(op.vocabulary()) * gradient;
}

}  // namespace

const OpRule kEmbeddingRule{
    .kind = "embedding", .forward = forward, .backward = backward, .parameter_gradients = parameter_gradients};

}  // namespace fanin::theory
