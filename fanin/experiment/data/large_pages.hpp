// Moves large arrays onto large pages where the system has them. Rows of a shuffled batch lie on
// pages far apart; with pages of 4 KiB, looking those pages up costs as much as reading the rows.
#pragma once

#include "fanin/experiment/samples.hpp"

namespace fanin::experiment {

/// Copies the inputs of `samples` to memory that asks for large pages. Values do not change; without
/// such pages, or for less than 4 MiB, nothing happens.
/// @cost  one copy, and the memory of both for its duration.
void use_large_pages(Samples& samples);

}  // namespace fanin::experiment
