// Calls written the way another library writes them: kaiming_uniform_(a=2.24), RandomNormal(stddev=0.1).
#pragma once

#include <string>
#include <string_view>

#include "fanin/core/call_expr.hpp"
#include "fanin/init/dialect.hpp"

namespace fanin::init {

/// fanin's name of the library's initializer: "random_normal" and "RandomNormal" are Keras's "normal". A name the
/// library does not have comes back as it is.
std::string own_name(std::string_view library_name, Dialect dialect);

/// Takes dialect= out of the call, if it is there, and answers it, or `fallback`.
/// @throws Error unknown_name.
Dialect take_dialect(CallExpr& call, Dialect fallback);

/// Rewrites name and arguments into fanin's, so that one scheme reads both.
/// @param dialect  becomes fanin's where the library's function is fanin's with other arguments (trunc_normal_tf_).
/// @throws Error unsupported for a name of the library that fanin does not offer, bad_value.
void translate_call(CallExpr& call, Dialect& dialect);

}  // namespace fanin::init
