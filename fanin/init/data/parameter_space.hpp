// Private to this room: all parameters of an evaluator as one vector, and derivatives along directions in it.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "fanin/net/evaluator.hpp"

namespace fanin::init {

/// One value list for each parameter, in the order of graph().parameters().
using ParameterVector = std::vector<std::vector<float>>;

ParameterVector parameters_of(const net::Evaluator& evaluator);
void set_parameters(net::Evaluator& evaluator, const ParameterVector& values);
double dot(std::span<const float> a, std::span<const float> b) noexcept;
double norm_of(const ParameterVector& values) noexcept;
/// from + step · direction, each element rounded once.
ParameterVector moved(const ParameterVector& from, double step, const ParameterVector& direction);

/// H v at `at` by central differences of the gradient: (g(θ + εv) − g(θ − εv)) / 2ε with ε‖v‖ = 1e-3 ‖θ‖, about the
/// cube root of a float's rounding, where truncation and rounding cost alike. Leaves the evaluator's parameters moved.
ParameterVector hessian_times(net::Evaluator& evaluator, const ParameterVector& at, const ParameterVector& v);

/// The tensors whose scale a scheme may learn: weights, recurrent weights and embeddings that are neither fixed nor
/// zero, as positions in graph().parameters().
std::vector<std::size_t> scalable(const net::Evaluator& evaluator, std::span<const std::string> fixed);

/// Minimizes a function of the logarithms of some scales by the signs of its partial derivatives, each scale with a
/// step of its own (resilient backpropagation), and keeps the best point seen.
/// @param gradient  at a point: the value, and its partial derivatives, which may be of any size.
/// @source          Riedmiller & Braun 1993; steps start at `first_step` and stay in [1e-3, 0.5].
struct ScaleSearch {
  std::vector<double> best = {};  ///< logarithms
  double value = 0;               ///< there
  double start_value = 0;
};
ScaleSearch minimize_over_scales(std::size_t count, std::int64_t iterations, double first_step,
                                 const std::function<double(std::span<const double>, std::span<double>)>& gradient);

}  // namespace fanin::init
