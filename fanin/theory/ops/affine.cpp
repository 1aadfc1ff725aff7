#include "fanin/theory/ops/affine.hpp"

#include <limits>

namespace fanin::theory {

Signal weighted_sum(const Signal& x, const ParameterMoments& w, double terms) {
  Signal y;
  y.mean = w.mean == 0 ? 0 : terms * w.mean * x.mean;
  const double square = w.mean * w.mean;
  y.second_moment = terms * (w.variance * x.second_moment + square * x.variance()) + y.mean * y.mean;
  y.cross_moment = terms * (w.variance * x.cross_moment + square * (x.cross_moment - x.mean * x.mean));
  y.cross_moment += y.mean * y.mean;
  y.gaussian = true;
  y.exact = x.exact && w.mean == 0;
  return y;
}

Signal independent_sum(const Signal& a, const Signal& b) {
  Signal y;
  y.mean = a.mean + b.mean;
  y.second_moment = a.second_moment + 2 * a.mean * b.mean + b.second_moment;
  y.cross_moment = a.cross_moment + 2 * a.mean * b.mean + b.cross_moment;
  y.gaussian = a.gaussian && b.gaussian;
  y.exact = a.exact && b.exact;
  return y;
}

Signal shifted(const Signal& x, const ParameterMoments& b) {
  const double square = square_of(b);
  Signal y = independent_sum(x, {.mean = b.mean, .second_moment = square, .cross_moment = square, .gaussian = true});
  y.gaussian = x.gaussian;
  return y;
}

Signal multiplied(const Signal& x, const ParameterMoments& factor) {
  const double square = square_of(factor);
  Signal y = x;
  y.mean = factor.mean * x.mean;
  y.second_moment = square * x.second_moment;
  y.cross_moment = square * x.cross_moment;
  y.gaussian = x.gaussian && factor.variance == 0;
  return y;
}

Signal scaled_and_shifted(const Signal& x, std::span<const ParameterMoments> affine) {
  Signal y = x;
  if (!affine.empty()) y = multiplied(y, affine[0]);
  if (affine.size() > 1) y = shifted(y, affine[1]);
  return y;
}

double scale_square(std::span<const ParameterMoments> affine) { return affine.empty() ? 1 : square_of(affine[0]); }

void affine_gradients(const net::Node& node, double x_square, double gradient, std::span<double> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::int64_t values = node.parameters[i].shape().count();
    const auto readers = static_cast<double>(node.shape.count() / values);
    out[i] = readers * gradient * (i == 0 ? x_square : 1);
  }
}

Signal unknown_signal() {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  return {.mean = kNaN, .second_moment = kNaN, .cross_moment = kNaN, .gaussian = false, .exact = false};
}

}  // namespace fanin::theory
