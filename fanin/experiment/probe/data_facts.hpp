// What a probe says of the training data, before any network sees them.
#pragma once

#include <cstdint>

#include "fanin/experiment/samples.hpp"
#include "fanin/observe/trace.hpp"

namespace fanin::experiment {

/// @param most_rows  evenly taken from the training rows, so that sorted ones are no matter; values as the network gets
///                   them.
/// @cost  one pass over those rows, and at most 10^8 multiply-adds for the label signal.
observe::DataFacts data_facts(const DataSet& data, std::int64_t most_rows = 10'000);

}  // namespace fanin::experiment
