// Private to this room: rows of the training part that judge a repair's brief trainings, so that no test row does.
#pragma once

#include <vector>

#include "fanin/experiment/data_set.hpp"

namespace fanin::experiment {

/// Data sets that train on some rows of the training part of `data` and test on others: a fifth of them, at most
/// 10,000. As many as it takes to judge by 2,000 rows, at most three; each holds out other rows. Of tokens, which may
/// be windows of one text, they are rows in sequence. Scaling stays as it is.
/// @throws Error bad_data when there are too few rows.
std::vector<DataSet> held_out_parts(const DataSet& data);

}  // namespace fanin::experiment
