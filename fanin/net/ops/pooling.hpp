// pooling: the largest value or the mean of a sliding window, or the mean over all positions, per
// channel (the first axis).
#pragma once

#include "fanin/net/op.hpp"
#include "fanin/net/ops/spatial.hpp"

namespace fanin::net {

enum class PoolingKind {
  max,
  average,         ///< padding counts as zeros
  global_average,  ///< [channels, spatial axes…] to [channels]
};

struct PoolingOptions {
  PoolingKind type = PoolingKind::max;
  Window window = {};  ///< no dilation; stride: default the kernel; unused for global_average
};

class Pooling final : public Op {
 public:
  /// @throws Error bad_value.
  explicit Pooling(const PoolingOptions& options);

  [[nodiscard]] const PoolingOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string_view kind() const noexcept override { return "pooling"; }
  [[nodiscard]] std::string attributes() const override;
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;

 private:
  PoolingOptions options_;
};

OpPtr pooling(const PoolingOptions& options);

}  // namespace fanin::net
