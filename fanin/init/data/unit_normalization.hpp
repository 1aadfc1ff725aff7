// Private to this room: gives every unit zero mean and unit variance over the batch, by its weights and its bias.
#pragma once

#include <span>
#include <string_view>

#include "fanin/init/data/linear_layers.hpp"
#include "fanin/init/data_fit.hpp"

namespace fanin::init {

/// From the input to the output: unit u's weights ÷ σ_u, its bias to −μ_u/σ_u, where μ_u and σ_u are of u's output
/// without bias over rows and positions. A layer without a bias of its own keeps its mean, with a note; so does a unit
/// that does not vary. A layer that starts at zero stays there, with a note.
/// @param report  gets a change for each layer and the passes: one forward pass for each layer.
/// @throws Error bad_value naming `scheme` and the layer: no unit of it varies, or values are not finite.
void normalize_units(net::Evaluator& evaluator, std::span<const LinearLayer> layers, std::string_view scheme,
                     FitReport& report);

}  // namespace fanin::init
