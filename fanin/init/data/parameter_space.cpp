#include "fanin/init/data/parameter_space.hpp"

#include <algorithm>
#include <cmath>

#include "fanin/init/data/linear_layers.hpp"

namespace fanin::init {

ParameterVector parameters_of(const net::Evaluator& evaluator) {
  ParameterVector values;
  for (const net::ParameterSpec& parameter : evaluator.graph().parameters()) {
    values.push_back(evaluator.parameter(parameter.name));
  }
  return values;
}

void set_parameters(net::Evaluator& evaluator, const ParameterVector& values) {
  const std::vector<net::ParameterSpec> specs = evaluator.graph().parameters();
  for (std::size_t i = 0; i < specs.size(); ++i) evaluator.set_parameter(specs[i].name, values[i]);
}

double dot(std::span<const float> a, std::span<const float> b) noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

double norm_of(const ParameterVector& values) noexcept {
  double sum = 0;
  for (const std::vector<float>& tensor : values) sum += dot(tensor, tensor);
  return std::sqrt(sum);
}

ParameterVector moved(const ParameterVector& from, double step, const ParameterVector& direction) {
  ParameterVector to = from;
  for (std::size_t t = 0; t < to.size(); ++t) {
    for (std::size_t i = 0; i < to[t].size(); ++i) {
      to[t][i] = static_cast<float>(static_cast<double>(from[t][i]) + step * static_cast<double>(direction[t][i]));
    }
  }
  return to;
}

ParameterVector hessian_times(net::Evaluator& evaluator, const ParameterVector& at, const ParameterVector& v) {
  ParameterVector product = v;
  const double length = norm_of(v);
  if (!(length > 0)) return product;
  const double step = 1e-3 * std::max(norm_of(at), 1e-3) / length;
  ParameterVector ahead;
  ParameterVector behind;
  set_parameters(evaluator, moved(at, step, v));
  evaluator.gradients(ahead);
  set_parameters(evaluator, moved(at, -step, v));
  evaluator.gradients(behind);
  for (std::size_t t = 0; t < product.size(); ++t) {
    for (std::size_t i = 0; i < product[t].size(); ++i) {
      const double difference = static_cast<double>(ahead[t][i]) - static_cast<double>(behind[t][i]);
      product[t][i] = static_cast<float>(difference / (2 * step));
    }
  }
  return product;
}

std::vector<std::size_t> scalable(const net::Evaluator& evaluator, std::span<const std::string> fixed) {
  std::vector<std::size_t> found;
  const std::vector<net::ParameterSpec> specs = evaluator.graph().parameters();
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const net::ParameterRole role = specs[i].role;
    const bool drawn = role == net::ParameterRole::weight || role == net::ParameterRole::recurrent ||
                       role == net::ParameterRole::embedding;
    if (!drawn || std::ranges::find(fixed, specs[i].name) != fixed.end()) continue;
    if (norm_of(evaluator.parameter(specs[i].name)) > 0) found.push_back(i);
  }
  return found;
}

ScaleSearch minimize_over_scales(std::size_t count, std::int64_t iterations, double first_step,
                                 const std::function<double(std::span<const double>, std::span<double>)>& gradient) {
  std::vector<double> at(count, 0);
  std::vector<double> slope(count, 0);
  std::vector<double> last(count, 0);
  std::vector<double> step(count, first_step);
  ScaleSearch search{.best = at};
  for (std::int64_t i = 0; i <= iterations; ++i) {
    const double value = gradient(at, slope);
    if (i == 0) search.value = search.start_value = value;
    if (value < search.value || (std::isfinite(value) && !std::isfinite(search.value))) {
      search.value = value;
      search.best = at;
    }
    if (!std::isfinite(value)) {  // too far: back to the best point with smaller steps
      at = search.best;
      for (double& s : step) s = std::max(1e-3, s * 0.25);
      std::fill(last.begin(), last.end(), 0);
      if (i == 0) break;
      continue;
    }
    for (std::size_t k = 0; k < count; ++k) {
      const double sign = slope[k] > 0 ? 1 : slope[k] < 0 ? -1 : 0;
      if (sign * last[k] > 0) step[k] = std::min(0.5, step[k] * 1.2);
      if (sign * last[k] < 0) step[k] = std::max(1e-3, step[k] * 0.5);
      at[k] -= sign * step[k];
      last[k] = sign;
    }
  }
  return search;
}

}  // namespace fanin::init
