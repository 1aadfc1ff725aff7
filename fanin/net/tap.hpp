// Tap: what a training step shows to whoever watches it. The engine calls; observers implement.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "fanin/core/shape.hpp"

namespace fanin::net {

enum class TapKind {
  activation,           ///< output of a node, [rows, features]
  activation_gradient,  ///< ∂L/∂output of a node, [rows, features]
  weight,               ///< a parameter
  weight_gradient,      ///< ∂L/∂parameter
};

/// One tensor, valid during the call only.
struct TapTensor {
  TapKind kind = TapKind::activation;
  std::string_view name;          ///< node or parameter name
  std::span<const float> values;  ///< row-major in `shape`
  const Shape* shape = nullptr;   ///< a parameter's shape is that of its ParameterSpec
};

/// Watching never changes what is watched: a step gives the same bits with and without a tap.
class Tap {
 public:
  virtual ~Tap() = default;
  Tap() = default;
  Tap(const Tap&) = delete;
  Tap& operator=(const Tap&) = delete;
  virtual void see(const TapTensor& tensor) = 0;
};

}  // namespace fanin::net
