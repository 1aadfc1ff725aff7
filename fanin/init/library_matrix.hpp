// A tensor as the matrices that another library's matrix schemes see. PyTorch works on the stored shape, Keras and JAX
// on the kernels they hold themselves ([kernel…, in, out]), so what is packed or grouped is cut differently there.
#pragma once

#include <string_view>

#include "fanin/init/dialect.hpp"
#include "fanin/init/packed_layout.hpp"

namespace fanin::init {

/// The same elements with axes relabelled so that each block [out, in·taps] of the layout is one matrix of the
/// library's `orthogonal`, up to a transpose:
///   PyTorch, timm  one matrix, the first axis by the rest (also of an embedding)
///   Keras          groups and LSTM gates are columns, heads and depthwise channels rows of its kernel; Q, K, V apart
///   JAX            as Flax holds kernels: groups and heads are columns; gates, Q, K, V apart
/// @param per_head  fanin's own: each attention head is a matrix.
/// @throws Error bad_shape when the library has no such matrix.
PackedLayout library_layout(Dialect dialect, const net::ParameterSpec& tensor, bool per_head = false);

/// Refuses a tensor whose rank, as the library stores it, is not in [lowest, highest]: its function checks that.
/// @throws Error bad_shape.
void check_library_rank(Dialect dialect, const net::ParameterSpec& tensor, std::string_view function,
                        std::size_t lowest, std::size_t highest);

}  // namespace fanin::init
