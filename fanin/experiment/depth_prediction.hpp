// What a dense network's activations and gradients will look like at initialization, layer by layer,
// from its description and an initializer alone: nothing is drawn and nothing is trained.
//
//     const DepthPrediction he = predict_depth({.net = "784-256-128-10", .init = "he_normal"});
//     he.gradients.ratio;  // 1: the gradient's norm at layer1 is that at the output
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fanin::experiment {

struct DepthSettings {
  std::string net;  ///< dense shorthand
  std::string activation = "relu";
  std::string init = "he_normal";            ///< an initializer, or a scheme for the whole network
  std::optional<double> bias_variance = {};  ///< nothing: what the initialization gives the biases
  double input_second_moment = 1;            ///< E x² of an input, its mean being 0; > 0
};

struct LayerPrediction {
  std::string name;  ///< "layer1"
  std::int64_t fan_in = 0;
  std::int64_t units = 0;
  double weight_variance = 0;                ///< fan_in · Var W
  double activation_second_moment = 0;       ///< E x² of the layer's output
  double gradient_second_moment = 0;         ///< E (∂L/∂u)², u before the activation; 1 at the network's output
  double weight_gradient_second_moment = 0;  ///< E (∂L/∂W)², for one sample
};

enum class SizeTrend {
  kept,       ///< the ratio lies in [0.9, 1.1]
  shrinking,  ///< below, down to 1/10
  growing,    ///< above, up to 10
  vanishing,  ///< below 1/10
  exploding,  ///< above 10, or not finite
};
std::string_view to_string(SizeTrend trend) noexcept;

/// How a size changes over a chain of layers.
struct SizeChange {
  SizeTrend trend = SizeTrend::kept;
  double ratio = 1;  ///< of the size at the end of the way to that at its begin; NaN when there is no way
  double factor_per_layer = 1;
  double layers_to_thousandfold =
      0;  ///< until it is a thousandth or a thousand times; infinite when it is kept exactly
};

struct DepthPrediction {
  DepthSettings settings;  ///< texts canonical
  std::vector<LayerPrediction> layers;
  SizeChange activations;  ///< of their root mean square, from the first hidden layer to the last
  SizeChange gradients;    ///< of the expected norm ‖∂L/∂u‖, from the output back to the first layer
  bool exact = true;       ///< in the limit of wide layers; false when the weights are no independent draws of mean 0
};

/// @throws Error as the parsers of the texts; bad_value for a bad variance or moment.
/// @source  theory/predict.hpp; norms, because E ‖∂L/∂u‖² does not depend on how many units share it.
DepthPrediction predict_depth(const DepthSettings& settings);

}  // namespace fanin::experiment
