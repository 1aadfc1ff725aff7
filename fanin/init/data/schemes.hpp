// Private to this room: what the schemes of this folder share.
#pragma once

#include <string>
#include <string_view>

#include "fanin/init/data_fit.hpp"
#include "fanin/init/network/all.hpp"

namespace fanin::init {

/// Reads the argument "start": the initializer or scheme that draws the parameters first.
/// @throws Error bad_value when that needs data itself.
NetworkScheme read_start(CallReader& reader, std::string_view scheme, std::string_view fallback, Dialect dialect);

/// The plan of `start`, to be finished by `fit`.
NetworkScheme with_fit(const std::string& text, const NetworkScheme& start, const NetworkFit& fit);

/// @throws Error bad_value unless low <= value <= high.
void check_fit_number(std::string_view scheme, std::string_view argument, double value, double low, double high);

}  // namespace fanin::init
