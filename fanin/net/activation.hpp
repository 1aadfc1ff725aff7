// Activation functions φ with φ' and φ'' in double precision, one file each under activations/.
// They are the single definition that theory integrates and the engine's kernels are checked against.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace fanin::net {

/// A family φ(z; a) with one optional parameter a. At a kink the derivative is PyTorch's
/// subgradient (relu'(0) = 0, leaky_relu'(0) = a).
struct ActivationFunction {
  std::string_view name;            ///< "leaky_relu"
  std::string_view formula;         ///< "z if z > 0 else a*z"
  std::string_view source;          ///< paper
  std::string_view parameter_name;  ///< "negative_slope"; empty when there is none
  double default_parameter = 0;
  double (*value)(double z, double a) = nullptr;
  double (*derivative)(double z, double a) = nullptr;
  double (*second_derivative)(double z, double a) = nullptr;
  std::span<const double> kinks;                   ///< where φ or φ' is not smooth: quadrature splits there
  std::span<const std::string_view> aliases = {};  ///< other names it is known by: "swish"
};

/// A function of the family with its parameter chosen.
class Activation final {
 public:
  explicit Activation(const ActivationFunction& function) noexcept
      : function_(&function), parameter_(function.default_parameter) {}
  Activation(const ActivationFunction& function, double parameter) noexcept
      : function_(&function), parameter_(parameter) {}

  [[nodiscard]] const ActivationFunction& function() const noexcept { return *function_; }
  [[nodiscard]] double parameter() const noexcept { return parameter_; }
  [[nodiscard]] double value(double z) const { return function_->value(z, parameter_); }
  [[nodiscard]] double derivative(double z) const { return function_->derivative(z, parameter_); }
  [[nodiscard]] double second_derivative(double z) const { return function_->second_derivative(z, parameter_); }

 private:
  const ActivationFunction* function_;
  double parameter_;
};

/// Every activation function, in the order `fanin list activations` prints them.
std::span<const ActivationFunction* const> activation_functions() noexcept;

/// Parses "relu", "leaky_relu(0.2)", "elu(alpha=1.5)"; aliases are accepted ("swish" is silu).
/// @throws Error unknown_name with the nearest names, bad_value for a bad parameter.
Activation parse_activation(std::string_view text);

/// "relu", "leaky_relu(negative_slope=0.2)": the parameter is written when it is not the default.
std::string to_string(const Activation& activation);

}  // namespace fanin::net
