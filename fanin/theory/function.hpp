// A scalar function as theory sees it: φ, φ' and the places where they are not smooth. Built from
// an activation of the catalogue or from any callable.
//
//     const theory::ScalarFunction squared_relu([](double z) { return z > 0 ? z * z : 0; }, {.kinks = {0}});
//     theory::forward_gain(squared_relu);  // 0.8165
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fanin/net/activation.hpp"

namespace fanin::theory {

/// What may be said about a user-given function.
struct ScalarFunctionOptions {
  std::string name = "user function";
  std::vector<double> kinks = {};                      ///< where φ, φ' or φ'' jumps
  std::function<double(double)> derivative = nullptr;  ///< sixth-order differences of φ when absent
};

class ScalarFunction final {
 public:
  /// Implicit: every function of this room takes an activation as it is.
  ScalarFunction(const net::Activation& activation);  // NOLINT(google-explicit-constructor)
  /// @throws Error bad_value for an empty callable or a kink that is not finite.
  explicit ScalarFunction(std::function<double(double)> value, ScalarFunctionOptions options = {});

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] double value(double z) const { return value_(z); }
  [[nodiscard]] double derivative(double z) const { return derivative_(z); }
  [[nodiscard]] std::span<const double> kinks() const noexcept { return kinks_; }
  /// The catalogue's activation this was built from, if any.
  [[nodiscard]] const std::optional<net::Activation>& activation() const noexcept { return activation_; }

 private:
  std::string name_;
  std::function<double(double)> value_;
  std::function<double(double)> derivative_;
  std::vector<double> kinks_;
  std::optional<net::Activation> activation_;
};

}  // namespace fanin::theory
