#include "fanin/init/gain_argument.hpp"

#include <cmath>
#include <optional>

#include "fanin/core/error.hpp"
#include "fanin/init/text.hpp"
#include "fanin/net/activation.hpp"
#include "fanin/theory/gain.hpp"

namespace fanin::init {
namespace {

constexpr double kLargestGain = 1e18;  // its square and its quotients stay far inside f32's range

}  // namespace

Gain parse_gain(std::string_view text, std::string_view scheme) {
  Gain gain;
  if (const std::optional<double> number = parse_number(text)) {
    gain = {*number, number_text(*number)};
  } else {
    const net::Activation activation = net::parse_activation(text);
    gain = {theory::forward_gain(activation), net::to_string(activation)};
  }
  if (!(gain.value > 0 && gain.value <= kLargestGain)) {
    throw Error(ErrorCode::bad_value, "initializer " + std::string(scheme),
                "gain=" + std::string(text) + " gives the factor " + number_text(gain.value) +
                    "; a gain is a positive number or an activation, such as 1.5, relu or leaky_relu(0.2)");
  }
  return gain;
}

Gain read_gain(CallReader& reader, std::string_view scheme, std::string_view fallback) {
  return parse_gain(reader.text("gain").value_or(std::string(fallback)), scheme);
}

}  // namespace fanin::init
