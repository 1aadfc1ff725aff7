// embedding: a row of the weight [vocabulary, width] for each token of the input. The vocabulary is
// no fan: one row is read per token, whatever the number of rows.
#pragma once

#include "fanin/net/op.hpp"

namespace fanin::net {

class Embedding final : public Op {
 public:
  /// @throws Error bad_value unless both are >= 1.
  Embedding(std::int64_t vocabulary, std::int64_t width);

  [[nodiscard]] std::int64_t vocabulary() const noexcept { return vocabulary_; }
  [[nodiscard]] std::int64_t width() const noexcept { return width_; }
  [[nodiscard]] std::string_view kind() const noexcept override { return "embedding"; }
  [[nodiscard]] std::string attributes() const override;
  /// [tokens…] gives [tokens…, width].
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  [[nodiscard]] std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;

 private:
  std::int64_t vocabulary_;
  std::int64_t width_;
};

OpPtr embedding(std::int64_t vocabulary, std::int64_t width);

}  // namespace fanin::net
