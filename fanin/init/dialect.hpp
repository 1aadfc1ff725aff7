// Dialects: what other libraries mean by the same names. A dialect changes a scheme's defaults, its
// law and the fans it computes from a shape; it never changes the random stream.
#pragma once

#include <string>
#include <string_view>

#include "fanin/net/parameter.hpp"

namespace fanin::init {

enum class Dialect {
  fanin,    ///< exact laws and typed fans
  pytorch,  ///< torch.nn.init 1.13 to 2.x
  keras,    ///< keras.initializers 3
  jax,      ///< jax.nn.initializers
  timm,     ///< timm.layers.weight_init, PyTorch's where timm has none of its own
};

std::string_view to_string(Dialect dialect) noexcept;
/// @throws Error unknown_name with the nearest names.
Dialect parse_dialect(std::string_view text);

/// The fans the library computes for its own kernel of this tensor: from the shape alone, so that
/// groups, gates and heads are miscounted exactly as there. The kernel shapes assumed are torch's own
/// layout, and for Keras and Flax [kernel…, in, out], attention projections [in, heads, width].
/// @throws Error bad_shape when the library refuses the tensor, or it has no such meaning.
net::Fans dialect_fans(Dialect dialect, const net::ParameterSpec& tensor);

/// Whether the input axis is stored before the output axis, as for a transposed convolution.
bool input_axis_first(const net::ParameterSpec& tensor);

/// Throws unsupported: `dialect` has no scheme of this name; `instead` says what to write.
[[noreturn]] void refuse_dialect(std::string_view scheme, Dialect dialect, const std::string& instead);

}  // namespace fanin::init
