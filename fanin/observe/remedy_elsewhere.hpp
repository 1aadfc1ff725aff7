// A remedy for a training that ran in another framework: what fanin's options that it names are called there.
#pragma once

#include <string>
#include <string_view>

namespace fanin::observe {

/// @param remedy  Finding::remedy: "--init glorot_normal".
/// @param origin  Trace::origin: "pytorch" or "keras".
/// @return code and arguments of that framework in the order of the remedy, with "; " between:
///         "torch.nn.init.xavier_normal_(layer.weight)"; empty for another origin, or where the remedy names no option.
std::string remedy_elsewhere(std::string_view remedy, std::string_view origin);

}  // namespace fanin::observe
