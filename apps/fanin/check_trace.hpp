// For fanin check: a trace followed while a training writes it.
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "fanin/observe/trace.hpp"

namespace fanin::cli {

/// Reads on until the training ends or somebody asks to stop; waits for a file that is not there yet.
/// @param say  gets a line whenever the verdict or the problems change: "step 120: unhealthy: …".
/// @throws Error as experiment::read_trace; missing_data when stopped before a header was there.
observe::Trace follow_trace(const std::filesystem::path& file, const std::function<void(const std::string&)>& say,
                            const std::stop_token& stop);

}  // namespace fanin::cli
