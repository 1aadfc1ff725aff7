// attention: multi-head attention over a sequence [time, width], with the projections of queries, keys
// and values packed in one weight [3·width, width] and an output projection [width, width]. With a
// second input, keys and values come from that sequence, as in a decoder. The packed weight's first
// axis is gate × head × out, so that its fan_out is width, not three times that.
// Source: Vaswani et al. 2017, arXiv:1706.03762.
#pragma once

#include "fanin/net/op.hpp"

namespace fanin::net {

/// What the products of queries and keys are divided by; head_width = width/heads.
enum class LogitScale {
  sqrt_head_width,  ///< the usual form
  head_width,       ///< as muP asks (Yang et al. 2022)
};

struct AttentionOptions {
  std::int64_t heads = 1;  ///< divides the width
  bool causal = false;     ///< each position sees itself and what precedes it; one input only
  bool bias = true;        ///< for the packed and the output projection
  LogitScale logits = LogitScale::sqrt_head_width;
};

/// The slots of the packed weight's and bias's gate axis.
enum class AttentionGate { query, key, value };

class Attention final : public Op {
 public:
  /// @throws Error bad_value.
  explicit Attention(const AttentionOptions& options);

  [[nodiscard]] const AttentionOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string_view kind() const noexcept override { return "attention"; }
  [[nodiscard]] std::string attributes() const override;
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  /// in_proj_weight, in_proj_bias, out_proj.weight, out_proj.bias.
  [[nodiscard]] std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;

 private:
  AttentionOptions options_;
};

OpPtr attention(const AttentionOptions& options);

}  // namespace fanin::net
