// The interface of an operation in a network's description: attributes, shape rule, parameters,
// cost. Each op lives in a file of its name under ops/; theory and engine hold their own file of
// the same name. Shapes here are per sample: the batch axis belongs to whoever executes.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/core/shape.hpp"
#include "fanin/net/parameter.hpp"

namespace fanin::net {

/// Work per sample. A multiply-add counts as two operations.
struct Cost {
  double forward_flops = 0;
  double backward_flops = 0;  ///< gradients with respect to the inputs and the parameters
  double gemm_flops = 0;      ///< the part of both spent in matrix products
};

class Op {
 public:
  virtual ~Op() = default;
  Op() = default;
  Op(const Op&) = delete;
  Op& operator=(const Op&) = delete;

  /// The op's name and that of its files: "dense", "bias", "activation".
  [[nodiscard]] virtual std::string_view kind() const noexcept = 0;
  /// The attributes as text, e.g. "units=256", "relu"; empty when there are none.
  [[nodiscard]] virtual std::string attributes() const = 0;
  /// @throws Error bad_shape for a wrong number of inputs or shapes that do not fit.
  [[nodiscard]] virtual Shape output_shape(std::span<const Shape> inputs) const = 0;
  /// Parameters with local names ("weight"); the graph prefixes the node's scope.
  [[nodiscard]] virtual std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const;
  /// What training measures and inference uses, with local names: batch_norm's running_mean.
  [[nodiscard]] virtual std::vector<StatisticSpec> statistics(std::span<const Shape> inputs) const;
  [[nodiscard]] virtual Cost cost(std::span<const Shape> inputs) const = 0;
};

using OpPtr = std::shared_ptr<const Op>;

/// The only input of an op that takes one. @throws Error bad_shape otherwise.
const Shape& single_input(const Op& op, std::span<const Shape> inputs);

}  // namespace fanin::net
