#include "fanin/theory/gain.hpp"

#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/theory/moments.hpp"

namespace fanin::theory {

double forward_gain(const ScalarFunction& phi) { return 1 / std::sqrt(second_moment(phi)); }
double backward_gain(const ScalarFunction& phi) { return 1 / std::sqrt(slope_second(phi)); }
double mean_removed_gain(const ScalarFunction& phi) { return 1 / std::sqrt(variance(phi)); }

double forward_gain(const net::Activation& activation) { return forward_gain(ScalarFunction(activation)); }
double backward_gain(const net::Activation& activation) { return backward_gain(ScalarFunction(activation)); }
double mean_removed_gain(const net::Activation& activation) { return mean_removed_gain(ScalarFunction(activation)); }

std::span<const Gate> gates() noexcept {
  static constexpr std::array kGates{
      Gate{"glu", "sigmoid", "Dauphin et al. 2017, arXiv:1612.08083"},
      Gate{"bilinear", "linear", "Dauphin et al. 2017, arXiv:1612.08083"},
      Gate{"reglu", "relu", "Shazeer 2020, arXiv:2002.05202"},
      Gate{"geglu", "gelu", "Shazeer 2020, arXiv:2002.05202"},
      Gate{"swiglu", "silu", "Shazeer 2020, arXiv:2002.05202"},
  };
  return kGates;
}

net::Activation parse_gate(std::string_view name) {
  std::vector<std::string> names;
  for (const Gate& gate : gates()) {
    if (gate.name == name) return net::parse_activation(gate.activation);
    names.emplace_back(gate.name);
  }
  throw Error(ErrorCode::unknown_name, "gate", "no gated unit '" + std::string(name) + "'; " + suggestion(name, names));
}

double gated_second_moment(const ScalarFunction& phi, double q) { return q * second_moment(phi, {.q = q}); }

double gated_forward_gain(const ScalarFunction& phi) { return 1 / std::sqrt(gated_second_moment(phi)); }

double gated_backward_gain(const ScalarFunction& phi) { return 1 / std::sqrt(second_moment(phi) + slope_second(phi)); }

double pytorch_gain(const net::Activation& activation) {
  const std::string_view name = activation.function().name;
  if (name == "linear" || name == "sigmoid") return 1;
  if (name == "tanh") return 5.0 / 3;
  if (name == "relu") return std::numbers::sqrt2;
  if (name == "leaky_relu") return std::sqrt(2 / (1 + activation.parameter() * activation.parameter()));
  if (name == "selu") return 0.75;
  throw Error(ErrorCode::unsupported, std::string(name),
              "PyTorch's calculate_gain knows only linear, sigmoid, tanh, relu, leaky_relu and selu; "
              "use the exact forward gain instead");
}

}  // namespace fanin::theory
