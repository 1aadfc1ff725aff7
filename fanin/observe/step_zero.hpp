// What a network shows on its first batch, before any parameter has moved: per layer the size of the
// weight gradient, whether its units receive equal gradients, and the statistics of its output.
// Measurements only; remark.hpp says what follows from them.
//
//     observe::StepZeroTap tap(graph);
//     plan.gradients(rows, &tap);                       // or any other caller of net::Tap
//     const observe::StepZero start = tap.result();
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fanin/net/graph.hpp"
#include "fanin/net/tap.hpp"
#include "fanin/observe/describe.hpp"

namespace fanin::observe {

/// One weight tensor that has fans, and the output of the layer it belongs to.
struct LayerStart {
  std::string name;            ///< "layer1": the parameter's name up to its last '.'
  std::string parameter;       ///< "layer1.weight"
  std::int64_t fan_in = 0;     ///< inputs one unit sums over
  std::int64_t units = 0;      ///< extent of the dimension that holds the output axis
  double gradient_norm = 0;    ///< L2 norm of ∂L/∂weight; not finite when an element is not
  bool zero_gradient = false;  ///< every element of ∂L/∂weight is exactly zero
  double unit_spread = 0;      ///< largest L2 distance of a unit's gradient from the mean over the units
  /// Two or more units receive the same gradient, which is not zero, up to rounding: no unit is
  /// further from the mean than 2·rows·2^-24 times the root mean square norm of a unit's gradient.
  /// (Two orders of summing `rows` products differ by no more than that without cancellation.) When
  /// the units' weights are equal too, the norm is that of the network's largest gradient instead,
  /// because an equal gradient that cancels to zero arrives as noise of that size.
  bool equal_gradients = false;
  std::optional<bool> equal_weights;  ///< all units have the same weights, exactly; none: not shown
  double bias_gradient_norm = 0;      ///< L2 norm over the layer's biases and shifts; 0 without any
  /// Root mean square of the values that the weight multiplies; NaN when they were not shown.
  double input_size = std::numeric_limits<double>::quiet_NaN();
  /// Of the output of the layer's last node, over all rows and features; NaN when it was not shown.
  double activation_mean = std::numeric_limits<double>::quiet_NaN();
  double activation_std_dev = std::numeric_limits<double>::quiet_NaN();
  double zero_fraction = std::numeric_limits<double>::quiet_NaN();
};

struct StepZero {
  std::vector<LayerStart> layers;                          ///< in the order of the graph's parameters
  std::int64_t rows = 0;                                   ///< of the batch; 0 when no activation was shown
  double loss = std::numeric_limits<double>::quiet_NaN();  ///< for whoever ran the batch to fill in
};

/// Collects StepZero from one pass over one batch. Tensors it has no use for are ignored.
class StepZeroTap final : public net::Tap {
 public:
  explicit StepZeroTap(const net::Graph& graph);

  /// @throws Error bad_shape when a tensor's size is not what the description says.
  void see(const net::TapTensor& tensor) override;
  [[nodiscard]] StepZero result() const;

 private:
  void see_weight_gradient(std::size_t layer, std::span<const float> values);
  void see_input(const std::vector<std::size_t>& layers, const net::TapTensor& tensor);
  void see_output(const std::vector<std::size_t>& layers, const net::TapTensor& tensor);

  StepZero start_;
  std::vector<UnitLayout> layouts_;  // of start_.layers
  std::map<std::string, std::size_t, std::less<>> layer_of_weight_;
  std::map<std::string, std::size_t, std::less<>> layer_of_bias_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> layers_of_input_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> layers_of_output_;
};

}  // namespace fanin::observe
