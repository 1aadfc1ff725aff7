// attention: queries, keys and values are Gaussian sums; a logit has the variance Var q · Var k (over the head
// width once more under muP's scale). Positions are taken as uncorrelated, so a head's output is an average
// of the values with Σ p² = exp(logit variance)/positions, as softmax has it: not exact.
#include "fanin/net/ops/attention.hpp"

#include <algorithm>
#include <cmath>

#include "fanin/theory/ops/affine.hpp"
#include "fanin/theory/ops/all.hpp"
#include "fanin/theory/ops/softmax_moments.hpp"

namespace fanin::theory {
namespace {

struct Parts {
  double width = 0;
  double keys = 0;         // positions of the second sequence
  double queries = 0;      // of the first
  double logit_scale = 1;  // of the logits' variance
  ParameterMoments packed = {};
  ParameterMoments packed_bias = {};
  ParameterMoments out = {};
  ParameterMoments out_bias = {};
  bool bias = false;
  Signal query = {};
  Signal key = {};       // and value: one law
  double sharpness = 0;  // Σ over positions of E p², in the mean over queries
  double centred = 0;    // the same of Σ p² (1 - Σ p²): what the gradient of softmax leaves
  double coherent = 0;   // and of (1 - Σ p²)²
  Signal heads = {};
};

// Σ_j E p_j² over `positions` of equal law.
double sum_of_squares(double logit_variance, double positions) {
  return positions * softmax_square(logit_variance, positions);
}

void measure_sharpness(Parts& p, bool causal, double logit_variance) {
  const auto add = [&](double positions, double share) {
    const double squares = sum_of_squares(logit_variance, positions);
    p.sharpness += share * squares;
    p.centred += share * squares * (1 - squares);
    p.coherent += share * (1 - squares) * (1 - squares);
  };
  if (!causal) return add(p.keys, 1);
  // One by one as long as it matters, then in steps that grow with the number of positions seen.
  for (double seen = 1; seen <= p.queries;) {
    const double step = std::min(std::max(1.0, std::floor(seen / 4096)), p.queries - seen + 1);
    add(seen + (step - 1) / 2, step / p.queries);
    seen += step;
  }
}

Parts parts_of(const RuleInput& in) {
  const net::AttentionOptions& options = static_cast<const net::Attention&>(*in.node.op).options();
  Parts p;
  p.queries = static_cast<double>(in.node.shape[0]);
  p.keys = static_cast<double>(in.input_shapes.back()[0]);
  p.width = static_cast<double>(in.node.shape[1]);
  p.bias = options.bias;
  p.packed = in.parameters[0];
  p.out = in.parameters[options.bias ? 2 : 1];
  if (options.bias) {
    p.packed_bias = in.parameters[1];
    p.out_bias = in.parameters[3];
  }
  if (options.logits == net::LogitScale::head_width) p.logit_scale = static_cast<double>(options.heads) / p.width;
  p.query = shifted(weighted_sum(in.inputs.front(), p.packed, p.width), p.packed_bias);
  p.key = shifted(weighted_sum(in.inputs.back(), p.packed, p.width), p.packed_bias);
  const double logits = p.query.second_moment * p.key.second_moment * p.logit_scale;
  measure_sharpness(p, options.causal, logits);
  p.heads = p.key;
  p.heads.second_moment = p.sharpness * p.key.variance() + p.key.mean * p.key.mean;
  p.heads.cross_moment = p.sharpness * (p.key.cross_moment - p.key.mean * p.key.mean) + p.key.mean * p.key.mean;
  return p;
}

Signal forward(const RuleInput& in) {
  const Parts p = parts_of(in);
  Signal y = shifted(weighted_sum(p.heads, p.out, p.width), p.out_bias);
  y.exact = false;
  return y;
}

// Second moments of the gradients at queries, keys and values, per element.
struct AtProjections {
  double heads = 0;
  double query = 0;
  double key = 0;
  double value = 0;
};

// A query's gradient Σ_j p_j (δ·v_j - mean) k_j has a part that does not average out over many positions:
// keys and values are of the same x_j, so that the sum comes to W_k W_vᵀ δ. It is 1/width of what one
// position alone would give.
AtProjections at_projections(const Parts& p, double gradient) {
  AtProjections at;
  at.heads = p.width * square_of(p.out) * gradient;
  const double to_logits = at.heads * p.key.variance() * p.logit_scale;
  const double per_key = p.queries / p.keys;  // a key is read by every query
  at.value = p.sharpness * at.heads * per_key;
  at.query = to_logits * (p.centred * p.key.second_moment + p.coherent * p.key.variance() / p.width);
  at.key = to_logits * p.centred * p.query.second_moment * per_key;
  return at;
}

void backward(const RuleInput& in, double gradient, std::span<double> to_inputs) {
  const Parts p = parts_of(in);
  const AtProjections at = at_projections(p, gradient);
  const double square = p.width * square_of(p.packed);
  to_inputs.front() += square * at.query;
  to_inputs.back() += square * (at.key + at.value);
}

void parameter_gradients(const RuleInput& in, double gradient, std::span<double> out) {
  const Parts p = parts_of(in);
  const AtProjections at = at_projections(p, gradient);
  const double from_keys = p.keys * (at.key + at.value);
  const double from_queries = p.queries * at.query;
  const std::size_t last = p.bias ? 2 : 1;
  out[0] = (from_queries * in.inputs.front().second_moment + from_keys * in.inputs.back().second_moment) / 3;
  out[last] = p.queries * gradient * p.heads.second_moment;
  if (!p.bias) return;
  // Each query's weights sum to one, so a value's bias gets all of it; one shift of all keys changes nothing.
  out[1] = (from_queries + p.queries * at.heads) / 3;
  out[3] = p.queries * gradient;
}

}  // namespace

const OpRule kAttentionRule{
    .kind = "attention", .forward = forward, .backward = backward, .parameter_gradients = parameter_gradients};

}  // namespace fanin::theory
