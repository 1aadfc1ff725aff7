// conv_transpose: the adjoint of conv, which enlarges the spatial axes by the stride. The weight is
// [in, out/groups, kernel…]: here the *first* axis is the one summed over, and its fans say so.
// As everywhere, fans ignore the stride: each output sums about in·∏kernel/∏stride products.
#pragma once

#include "fanin/net/op.hpp"
#include "fanin/net/ops/spatial.hpp"

namespace fanin::net {

struct ConvTransposeOptions {
  std::int64_t channels = 1;                      ///< output channels, a multiple of groups
  Window window = {};                             ///< as many kernel entries as spatial axes, 1 to 3
  std::vector<std::int64_t> output_padding = {};  ///< positions added at the end, below stride or dilation; default 0
  std::int64_t groups = 1;
  bool bias = true;
};

class ConvTranspose final : public Op {
 public:
  /// @throws Error bad_value.
  explicit ConvTranspose(const ConvTransposeOptions& options);

  [[nodiscard]] const ConvTransposeOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string_view kind() const noexcept override { return "conv_transpose"; }
  [[nodiscard]] std::string attributes() const override;
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  [[nodiscard]] std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;

 private:
  ConvTransposeOptions options_;
};

OpPtr conv_transpose(const ConvTransposeOptions& options);

}  // namespace fanin::net
