// Private to this room: a run as text, to be sent from one process to another. It comes back the same to the bit.
#pragma once

#include <string>

#include "fanin/experiment/store/records.hpp"

namespace fanin::experiment {

std::string to_text(const StoredRun& run);
/// @throws Error bad_data.
StoredRun run_from_text(const std::string& text);

}  // namespace fanin::experiment
