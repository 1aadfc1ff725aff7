// pooling: the positions of a window are taken as uncorrelated about the mean, for the largest value also as
// Gaussian. Neither holds for natural images, whose neighbours are alike: never exact, unless a window is
// one position.
#include "fanin/net/ops/pooling.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "fanin/theory/moments.hpp"
#include "fanin/theory/ops/affine.hpp"
#include "fanin/theory/ops/all.hpp"
#include "fanin/theory/ops/spatial.hpp"

namespace fanin::theory {
namespace {

const net::PoolingOptions& options_of(const RuleInput& in) {
  return static_cast<const net::Pooling&>(*in.node.op).options();
}

TapCount taps_of(const RuleInput& in) {
  if (options_of(in).type != net::PoolingKind::global_average) {
    return count_taps(options_of(in).window, in.node.shape, in.input_shapes[0]);
  }
  const auto all = static_cast<double>(in.input_shapes[0].count() / in.input_shapes[0][0]);
  return {.places = 1, .taps = all, .inside = all, .squares = all * all};
}

Signal average(const Signal& x, const TapCount& taps) {
  const double share = taps.inside / taps.places / (taps.taps * taps.taps);    // E n / K²
  const double square = taps.squares / taps.places / (taps.taps * taps.taps);  // E n² / K²
  Signal y = x;
  y.mean = x.mean * taps.mean() / taps.taps;
  y.second_moment = share * x.variance() + square * x.mean * x.mean;
  y.cross_moment = share * (x.cross_moment - x.mean * x.mean) + square * x.mean * x.mean;
  return y;
}

/// E z^power of the largest z of n standard normal values: their density is n Φ(z)^(n-1) times the normal one.
double largest_moment(double n, int power) {
  const auto density = [&](double z) {
    const double below = std::erfc(-z / std::numbers::sqrt2) / 2;
    return n * std::pow(below, n - 1) * std::pow(z, power);
  };
  return expectation(density, {}, {}).value;
}

Signal largest(const Signal& x, const TapCount& taps) {
  if (!std::isfinite(x.variance()) || !std::isfinite(x.mean)) return unknown_signal();
  const double n = std::max(taps.mean(), 1.0);
  const double std_dev = std::sqrt(std::max(x.variance(), 0.0));
  const double first = largest_moment(n, 1);
  Signal y;
  y.mean = x.mean + std_dev * first;
  y.second_moment = x.mean * x.mean + 2 * x.mean * std_dev * first + x.variance() * largest_moment(n, 2);
  // The correlation of two inputs passes on, as if the same position won for both.
  y.cross_moment = y.mean * y.mean + (std_dev > 0 ? x.correlation() * y.variance() : 0);
  return y;
}

Signal forward(const RuleInput& in) {
  const TapCount taps = taps_of(in);
  const bool trivial = taps.taps == 1 && taps.no_padding();
  if (trivial) return in.inputs[0];
  Signal y = options_of(in).type == net::PoolingKind::max ? largest(in.inputs[0], taps) : average(in.inputs[0], taps);
  y.exact = false;
  return y;
}

/// An average shares a gradient among its taps; a maximum hands it to one of them.
void backward(const RuleInput& in, double gradient, std::span<double> to_inputs) {
  const TapCount taps = taps_of(in);
  const auto positions = static_cast<double>(in.input_shapes[0].count() / in.input_shapes[0][0]);
  const bool max = options_of(in).type == net::PoolingKind::max;
  to_inputs[0] += (max ? taps.places : taps.inside / (taps.taps * taps.taps)) / positions * gradient;
}

}  // namespace

const OpRule kPoolingRule{.kind = "pooling", .forward = forward, .backward = backward, .parameter_gradients = nullptr};

}  // namespace fanin::theory
