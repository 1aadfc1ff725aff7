// Traces in files for fanin check: read whole, or followed while a training writes them.
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "fanin/observe/diagnosis.hpp"
#include "fanin/observe/trace.hpp"

namespace fanin::cli {

/// What was read, and what it comes to.
struct CheckedTrace {
  observe::Trace trace = {};
  observe::Diagnosis diagnosis = {};
  std::string note = {};  ///< a last line that was left out; else empty
};

/// @throws Error missing_data, bad_data, unsupported, io_failure.
CheckedTrace check_trace(const std::filesystem::path& file);

/// Reads on until the training ends or somebody asks to stop; waits for a file that is not there yet.
/// @param say  gets a line whenever the verdict or the problems change: "step 120: unhealthy: …".
/// @throws Error as check_trace; missing_data when stopped before a header was there.
CheckedTrace follow_trace(const std::filesystem::path& file, const std::function<void(const std::string&)>& say,
                          const std::stop_token& stop);

}  // namespace fanin::cli
