// What was typed and when, for whoever keeps results.
#pragma once

#include <string>

namespace fanin::cli {

/// To be called once, before anything else.
void remember_command_line(int argc, const char* const* argv);
/// As it can be typed again in a POSIX shell: "fanin compare --inits 'zeros,normal(std=0.01)'".
std::string command_line();

/// Now, in ISO 8601 and UTC: "2026-11-22T07:30:00Z".
std::string utc_now();

}  // namespace fanin::cli
