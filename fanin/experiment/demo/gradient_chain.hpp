// The honest version of a demonstration: a deep chain of layers with a real loss on real rows. The
// gradient of every layer is measured at the start, and then the chain is trained for a moment to see
// whether that start was of any use.
//
//     const GradientChain chain = measure_chain({.init = "he_normal", .activation = "relu", .seed = 42});
//     chain.layers.front().gradient_norm;
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fanin::experiment {

struct ChainSettings {
  std::string label = {};  ///< what to call the initialization; empty: its text
  std::string init = "he_normal";
  std::string activation = "relu";
  std::uint64_t seed = 42;
  int hidden_layers = 12;
  std::int64_t width = 64;
  double hidden_bias = 0;    ///< of every hidden unit at the start
  int training_steps = 100;  ///< of Adam at 0.001, after the measurement
};

struct ChainLayer {
  std::string name;          ///< "layer1"
  double error_norm = 0;     ///< ‖∂L/∂u‖ over all rows, L their mean loss and u the layer before its activation
  double gradient_norm = 0;  ///< ‖∂L/∂W‖
  double activation_rms = 0;  ///< of the layer's output
  double dead_fraction = 0;   ///< units whose output is 0 for every row; 0 for the output layer
};

struct GradientChain {
  ChainSettings settings;  ///< texts canonical
  std::string net;
  std::string data;
  std::int64_t rows = 0;
  std::vector<ChainLayer> layers;
  double loss = 0;          ///< mean over all rows, where the gradients were measured
  double trained_loss = 0;  ///< after the training steps
  /// The factor on ‖∂L/∂u‖ per layer, backwards, from the last hidden layer to the first: as measured, and as
  /// theory/predict.hpp has it (NaN with hidden biases).
  double factor_per_layer = 0;
  double predicted_factor_per_layer = 0;
};

/// Runs in a thread of its own. The rows do not depend on the seed, the weights do.
/// @throws Error as the parsers of the texts.
GradientChain measure_chain(const ChainSettings& settings);
/// The same for several chains, at the same time.
std::vector<GradientChain> measure_chains(const std::vector<ChainSettings>& settings);

}  // namespace fanin::experiment
