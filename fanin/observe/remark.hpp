// One line in plain words that follows from what a run measured: what is wrong with the start, or
// that it is healthy, and how the training ended. A pure function of its arguments.
//
// The cause is the first of these that holds:
//   not finite    a weight gradient or a layer's output on the first batch is not a finite number
//   dead          a weight gradient is exactly zero (in all layers: only biases can move); zeros that are
//                 meant, such as a last layer of zeros, show in the accuracy that is reached
//   symmetry      all units of a layer receive equal gradients and, where known, have equal weights:
//                 they stay copies of one unit for ever
//   vanishing,    the first layer's weight gradient against the last one's is outside what a start
//   exploding     that keeps sizes gives: sqrt(fan_in of the first / fan_in of the last), since then
//   gradients     ∂L/∂W has the norm of a unit's error times the norm of the layer's input
//   shrinking,    the last layer's output (root mean square) against the first one's is outside what
//   growing       a start that keeps sizes gives: 1
//   activations
//   healthy       none of these
// Outside means by more than size_ratio_half_width. All measures are ratios, so multiplying the loss
// by a constant changes no remark, and they read the layers as a chain from the first to the last.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>

#include "fanin/observe/step_zero.hpp"

namespace fanin::observe {

/// How the training ended.
struct Outcome {
  double test_accuracy = std::numeric_limits<double>::quiet_NaN();    ///< in [0, 1]; NaN: none (regression)
  double chance_accuracy = std::numeric_limits<double>::quiet_NaN();  ///< the share of the most frequent class
  std::int64_t test_rows = 0;         ///< the rows behind test_accuracy, for its standard error
  std::int64_t diverged_at_step = 0;  ///< from 1; 0 when it did not diverge
};

/// Accuracy that blind guessing could have given: no more than three standard errors of a
/// proportion over `test_rows` rows above chance. False when either accuracy is NaN.
bool at_chance(const Outcome& outcome) noexcept;

/// How far the log of a squared size ratio between the first and the last layer may lie from its
/// expectation: three standard deviations, 3·sqrt(1 + 5·Σ 1/units) over all layers but the last.
/// A random network of finite width scatters with variance 5/units per layer, to first order; the 1
/// allows a factor e for what the rows of a batch have in common.
/// @source Hanin & Nica 2018, arXiv:1812.05994, Theorem 1 (ReLU, fourth moment of a Gaussian).
double size_ratio_half_width(std::span<const LayerStart> layers) noexcept;

/// For example "layer1's gradient is 3.1e-4 of layer3's, expected about 2.5: vanishing; stays at
/// chance (10.0 %)".
std::string remark(const StepZero& start, const Outcome& outcome);

}  // namespace fanin::observe
