// glu: splits the last axis in two halves a and b and gives a·φ(b). φ is the sigmoid in GLU, GELU in
// GEGLU, SiLU in SwiGLU. Source: Dauphin et al. 2017, arXiv:1612.08083; Shazeer 2020, arXiv:2002.05202.
#pragma once

#include "fanin/net/activation.hpp"
#include "fanin/net/op.hpp"

namespace fanin::net {

class Glu final : public Op {
 public:
  explicit Glu(const Activation& gate) noexcept : gate_(gate) {}

  [[nodiscard]] const Activation& gate() const noexcept { return gate_; }
  [[nodiscard]] std::string_view kind() const noexcept override { return "glu"; }
  [[nodiscard]] std::string attributes() const override { return to_string(gate_); }
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;

 private:
  Activation gate_;
};

/// @param gate  an activation: "sigmoid", "silu", "gelu". @throws Error unknown_name, bad_value.
OpPtr glu(std::string_view gate = "sigmoid");

}  // namespace fanin::net
