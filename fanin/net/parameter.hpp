// What the description of a network knows about a parameter: its name, shape, role, and what each
// of its axes means, from which its fans follow. A shape alone does not say which axis is fan-in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/core/shape.hpp"

namespace fanin::net {

enum class ParameterRole { weight, bias, scale, shift, embedding, recurrent };

/// "weight", "bias", …
std::string_view to_string(ParameterRole role) noexcept;

/// What one factor of an axis runs over.
enum class Axis {
  out,         ///< units a forward product writes
  in,          ///< units a forward product sums over
  kernel,      ///< taps of a convolution
  group,       ///< independent groups of a grouped or depthwise convolution
  gate,        ///< matrices packed into one tensor: LSTM gates, Q/K/V
  head,        ///< attention heads; together they make up the output
  expert,      ///< independent experts
  vocabulary,  ///< rows of an embedding: never a fan
  position,    ///< positions of a sequence: never a fan
  channel,     ///< one value per unit: biases, scales, shifts
};

std::string_view to_string(Axis axis) noexcept;

struct AxisFactor {
  Axis axis = Axis::out;
  std::int64_t extent = 1;
};

/// One dimension of a tensor as a product of factors, outermost first. A packed LSTM weight
/// [4H, I] has the dimensions {{gate, 4}, {out, H}} and {{in, I}}; a grouped convolution's first
/// dimension is {{group, g}, {out, out/g}}.
using Dimension = std::vector<AxisFactor>;

/// How many inputs one output unit sums over, and how many outputs one input unit feeds.
struct Fans {
  std::int64_t fan_in = 0;
  std::int64_t fan_out = 0;
};

/// One parameter tensor. Its values are described in this layout, row-major, whatever layout an
/// engine computes in: element i of tensor `name` means the same number everywhere.
struct ParameterSpec {
  std::string name;  ///< unique within a graph, e.g. "layer1.weight"; it selects the random stream
  ParameterRole role = ParameterRole::weight;
  std::vector<Dimension> dimensions;  ///< outermost first

  [[nodiscard]] Shape shape() const;
  [[nodiscard]] bool has_fans() const noexcept;
};

/// A tensor that training measures and the optimizer leaves alone: a running mean, a running variance.
struct StatisticSpec {
  std::string name;  ///< unique within a graph and among its parameters: "bn1.running_mean"
  Shape shape = {};
  double initial = 0;  ///< every element before the first step
};

/// fan_in is the product of the `in` and `kernel` factors, fan_out that of `out`, `head` and
/// `kernel`; groups, gates, experts, vocabulary and positions are no fans.
/// @throws Error bad_shape when the tensor has no input or no output axis (a bias, a scale, an
///         embedding): such a tensor has no fans, and its initializer must not need them.
Fans fans(const ParameterSpec& parameter);

}  // namespace fanin::net
