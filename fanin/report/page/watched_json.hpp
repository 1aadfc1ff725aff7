// Private to this room: a watched training as the page's JSON. docs/report.md describes it.
#pragma once

#include "fanin/observe/diagnosis.hpp"
#include "fanin/report/json_values.hpp"

namespace fanin::report {

/// {"verdict","reason","findings","layers","predicted","steps","records","histograms","filters",…}
/// @param detailed  also what is bulky: records, histograms, filters.
Json watched_json(const observe::Trace& trace, const observe::Diagnosis& diagnosis, bool detailed);

/// Six significant digits, which are enough to draw; null where not finite.
Json drawn_number(double value);

}  // namespace fanin::report
