// The scalings of inputs. All are measured on the training part only.
#pragma once

#include "fanin/experiment/data/raw_data.hpp"
#include "fanin/experiment/samples.hpp"

namespace fanin::experiment {

/// No change at all.
InputScaling raw_scaling();
/// No change either, described as what it is: tokens.
InputScaling token_scaling();

/// To [0, 1]. Inputs that lie there already are left as they are. Bytes are divided by 255, whatever
/// `how` says. A constant feature becomes 0. Test inputs beyond the training part's range come out beyond [0, 1].
/// @throws Error bad_value when a range is too large for single precision.
InputScaling unit_scaling(const Samples& train, UnitScaling how);

/// To mean 0 and variance 1 (divided by n) of each feature. A constant feature becomes 0.
/// @accuracy  sums in double; exact integers for bytes.
InputScaling standardization(const Samples& train);
/// The same with one mean and one variance for all features of a channel.
/// @param channels  the features of a row are [channels, …].
InputScaling channel_standardization(const Samples& train, std::int64_t channels);

}  // namespace fanin::experiment
