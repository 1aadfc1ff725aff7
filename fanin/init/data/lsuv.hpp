// Private to this room, and what fanin fix rescales with: layer-sequential unit variance.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "fanin/init/data_fit.hpp"

namespace fanin::init {

struct LsuvOptions {
  double tolerance = 0.01;       ///< |variance − 1| of a layer's output that is good enough; the paper has 0.1
  std::int64_t iterations = 10;  ///< corrections of one layer at most
};

/// Divides the weight of each linear layer by the standard deviation of its output over the batch, from the input to
/// the output, so that each has unit variance. The weights keep their distribution's shape and their seed. A layer
/// that starts at zero stays there, with a note. Recurrent layers and embeddings are left alone.
/// @throws Error bad_value naming the layer whose output does not vary or is not finite, or when no layer is left.
/// @cost   a forward pass for each layer at most; for a chain of ReLU layers two in all, because all later layers
///         are corrected ahead by what a homogeneous network would do, and judged by the next pass.
/// @source Mishkin & Matas 2016, arXiv:1511.06422, algorithm 1. Departures: the start need not be orthogonal.
FitReport fit_lsuv(net::Evaluator& evaluator, std::span<const std::string> fixed, const LsuvOptions& options);

}  // namespace fanin::init
