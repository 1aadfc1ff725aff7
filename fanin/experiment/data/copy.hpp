// copy(length=100, symbols=8, payload=10, rows=10000, test_rows=1000, seed=0): symbols to repeat after a
// long pause. One label per position; hard because the payload has to be kept over the pause.
//
// @source  Hochreiter & Schmidhuber 1997; the layout of Arjovsky et al. 2016, arXiv:1511.06464, section 4.1.
#pragma once

#include "fanin/core/call_expr.hpp"
#include "fanin/experiment/data/raw_data.hpp"

namespace fanin::experiment {

/// With T = length and S = payload, a row has T + 2S positions of tokens:
///
///     token   S random symbols | T - 1 blanks | the go sign | S blanks
///     label   T + S blanks                                  | the S symbols
///
/// Symbols are 0 … symbols - 1, the blank is `symbols`, the go sign (never a label) is `symbols` + 1.
/// A predictor without memory loses S·ln(symbols) / (T + 2S) per position.
/// @throws Error bad_value, unknown_name for its arguments.
RawData generate_copy(const CallExpr& call);

}  // namespace fanin::experiment
