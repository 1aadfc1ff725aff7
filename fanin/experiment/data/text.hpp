// text(file=PATH, length=64): the next character of a text, at every position of a window of it. Without
// `file` it is the text that comes with fanin.
//
// The windows do not overlap, and the parts follow each other in the file: first the training part, of
// which --validation cuts off the end, then the test part. Characters are bytes: what is UTF-8 beyond ASCII
// takes several. The bytes of the training part, in their order, are the tokens 1, 2, …; token 0
// stands for every byte that it lacks.
#pragma once

#include "fanin/core/call_expr.hpp"
#include "fanin/experiment/data/raw_data.hpp"

namespace fanin::experiment {

/// Row i has the tokens of the bytes [i·length, (i + 1)·length) and, as labels, those of the bytes one
/// further on. The vocabulary is that of all windows before the test part, whatever --validation and
/// --limit-train leave of them, so that they do not change a network's shape.
/// @param test_fraction  of the windows, the last ones, in (0, 0.9].
/// @throws Error missing_data, io_failure; bad_value for an argument, or a length that leaves a part
///         without a window; bad_data for a file of more than 2^28 bytes, or of one byte repeated.
RawData read_text(const CallExpr& call, double test_fraction);

}  // namespace fanin::experiment
