// Makes a trace small enough to keep beside a result: some of its records and some of its steps.
#pragma once

#include <cstddef>

#include "fanin/observe/trace.hpp"

namespace fanin::observe {

struct ThinOptions {
  std::size_t records = 48;  ///< full steps that keep theirs, at least 2
  std::size_t steps = 500;   ///< in all, at least 2
};

/// Keeps the first and the last step and record, records that have histograms before others, and of the rest those
/// that lie evenly. A trace that is small enough stays as it is.
Trace thinned(Trace trace, const ThinOptions& options = {});

}  // namespace fanin::observe
