// Private to this folder: the lines of a trace file as text.
#pragma once

#include <string>
#include <string_view>

#include "fanin/observe/trace.hpp"

namespace fanin::experiment::trace_file {

inline constexpr std::string_view kFormat = "fanin-trace";
inline constexpr int kVersion = 1;  ///< the newest that is read and the one that is written

/// Each with its newline.
std::string header_line(const observe::Trace& trace);
std::string step_line(const observe::TraceStep& step);
std::string facts_line(const observe::Trace& trace);
std::string end_line(const observe::Trace& trace);

}  // namespace fanin::experiment::trace_file
