#include "fanin/init/gain_argument.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "fanin/core/error.hpp"
#include "fanin/init/text.hpp"
#include "fanin/net/activation.hpp"
#include "fanin/theory/gain.hpp"

namespace fanin::init {
namespace {

constexpr double kLargestGain = 1e18;  // its square and its quotients stay far inside f32's range

/// The forward gain, the same on every machine: in closed form for the piecewise linear functions
/// through zero, else rounded to 12 digits, which hides the last bits of a C library's exp and tanh.
double portable_gain(const net::Activation& activation) {
  const std::string_view name = activation.function().name;
  if (name == "linear") return 1;
  if (name == "relu") return std::sqrt(2.0);
  if (name == "leaky_relu") return std::sqrt(2.0 / (1.0 + activation.parameter() * activation.parameter()));
  std::array<char, 32> digits{};
  std::snprintf(digits.data(), digits.size(), "%.12g", theory::forward_gain(activation));
  return parse_number(digits.data()).value_or(0);
}

/// "nan", "-inf", "1e999": a number that is none.
bool is_no_finite_number(std::string_view text) {
  const std::string whole(text);
  char* end = nullptr;
  const double value = std::strtod(whole.c_str(), &end);
  return !whole.empty() && end == whole.c_str() + whole.size() && !std::isfinite(value);
}

Gain named_gain(std::string_view text, Dialect dialect) {
  if (dialect == Dialect::pytorch || dialect == Dialect::timm) {
    const net::Activation activation = net::parse_activation(text);
    return {theory::pytorch_gain(activation), net::to_string(activation)};
  }
  for (const theory::Gate& gate : theory::gates()) {
    if (text == gate.name) return {portable_gain(theory::parse_gate(text)), std::string(text)};
  }
  const net::Activation activation = net::parse_activation(text);
  return {portable_gain(activation), net::to_string(activation)};
}

}  // namespace

Gain parse_gain(std::string_view text, std::string_view scheme, Dialect dialect) {
  Gain gain;
  if (const std::optional<double> number = parse_number(text)) {
    gain = {*number, number_text(*number)};
  } else if (is_no_finite_number(text)) {
    throw Error(ErrorCode::bad_value, "initializer " + std::string(scheme),
                "gain=" + std::string(text) +
                    " is no finite number; a gain is a positive number or an activation, such as 1.5 or relu");
  } else {
    gain = named_gain(text, dialect);
  }
  if (!(gain.value > 0 && gain.value <= kLargestGain)) {
    throw Error(ErrorCode::bad_value, "initializer " + std::string(scheme),
                "gain=" + std::string(text) + " gives the factor " + number_text(gain.value) +
                    "; a gain is a positive number or an activation, such as 1.5, relu or leaky_relu(0.2)");
  }
  return gain;
}

Gain read_gain(CallReader& reader, std::string_view scheme, std::string_view fallback, Dialect dialect) {
  const Gain standard = parse_gain(fallback, scheme, dialect);
  const std::optional<std::string> given = reader.text("gain");
  if (!given) return standard;
  Gain gain = parse_gain(*given, scheme, dialect);
  const bool lecun_of_timm = dialect == Dialect::timm && scheme.substr(0, 5) == "lecun";
  if ((dialect == Dialect::keras || dialect == Dialect::jax || lecun_of_timm) && gain.text != standard.text) {
    throw Error(ErrorCode::unsupported, "initializer " + std::string(scheme),
                std::string(to_string(dialect)) + "'s form has no gain; write variance_scaling(scale=..., dialect=" +
                    std::string(to_string(dialect)) + ") with scale = gain², or leave the dialect out");
  }
  return gain;
}

}  // namespace fanin::init
