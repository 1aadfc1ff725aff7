// group_norm: the channels (the first axis) split into groups, each normalized over its channels and
// all positions of one sample; scale and shift per channel. Source: Wu & He 2018, arXiv:1803.08494.
#pragma once

#include "fanin/net/op.hpp"

namespace fanin::net {

class GroupNorm final : public Op {
 public:
  /// @param groups  divides the channels: 1 is layer normalization over all, one per channel is
  ///                instance normalization. @throws Error bad_value.
  GroupNorm(std::int64_t groups, double epsilon, bool affine);

  [[nodiscard]] std::int64_t groups() const noexcept { return groups_; }
  [[nodiscard]] double epsilon() const noexcept { return epsilon_; }
  [[nodiscard]] bool affine() const noexcept { return affine_; }
  [[nodiscard]] std::string_view kind() const noexcept override { return "group_norm"; }
  [[nodiscard]] std::string attributes() const override;
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  [[nodiscard]] std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;

 private:
  std::int64_t groups_;
  double epsilon_;
  bool affine_;
};

OpPtr group_norm(std::int64_t groups, double epsilon = 1e-5, bool affine = true);

}  // namespace fanin::net
