// dropout: in training each element is zeroed with probability `rate` and the others divided by
// 1 - rate; otherwise the identity. Source: Srivastava et al. 2014.
#pragma once

#include "fanin/net/op.hpp"

namespace fanin::net {

class Dropout final : public Op {
 public:
  /// @param rate  in [0, 1). @throws Error bad_value.
  explicit Dropout(double rate);

  [[nodiscard]] double rate() const noexcept { return rate_; }
  [[nodiscard]] std::string_view kind() const noexcept override { return "dropout"; }
  [[nodiscard]] std::string attributes() const override;
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;

 private:
  double rate_;
};

OpPtr dropout(double rate);

}  // namespace fanin::net
