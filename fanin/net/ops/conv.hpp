// conv: cross-correlation over one, two or three spatial axes, channels first, with a bias per
// output channel. The weight is [out, in/groups, kernel…], its first axis made of groups.
//
//     graph.add("conv1", net::conv({.channels = 64, .window = {.kernel = {3, 3}, .padding = {1}}}), {x});
#pragma once

#include "fanin/net/op.hpp"
#include "fanin/net/ops/spatial.hpp"

namespace fanin::net {

struct ConvOptions {
  std::int64_t channels = 1;  ///< output channels, a multiple of groups
  Window window = {};         ///< as many kernel entries as spatial axes, 1 to 3
  std::int64_t groups = 1;    ///< input channels: depthwise
  bool bias = true;
};

class Conv final : public Op {
 public:
  /// @throws Error bad_value.
  explicit Conv(const ConvOptions& options);

  [[nodiscard]] const ConvOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string_view kind() const noexcept override { return "conv"; }
  [[nodiscard]] std::string attributes() const override;
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  [[nodiscard]] std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;

 private:
  ConvOptions options_;
};

OpPtr conv(const ConvOptions& options);

}  // namespace fanin::net
