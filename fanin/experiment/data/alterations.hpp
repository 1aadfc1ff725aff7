// Faults put into a data set on purpose, for experiments on how a training shows them.
#pragma once

#include "fanin/experiment/data_set.hpp"
#include "fanin/experiment/samples.hpp"

namespace fanin::experiment {

/// @throws Error bad_value naming the option.
void check_alterations(const DataOptions& options);

/// Draws `fraction` of the rows (of all of them, rounded) and permutes their labels or targets among them, so that the
/// classes keep their shares; a row's positions stay together. Some rows get the label that they had.
/// The rows and their order depend on the data set's name alone.
void shuffle_labels(Samples& samples, double fraction, std::string_view name);

/// The scaling followed by a product with `factor`. @throws Error bad_value beyond single precision.
InputScaling times(InputScaling scaling, double factor);

}  // namespace fanin::experiment
