// What `fanin explain` shows: a page about one problem, or the list of all.
#pragma once

#include <string>

#include "fanin/observe/diagnosis.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::report {

/// Lines that fit the terminal.
std::string problem_report(const observe::ProblemPage& page, const Terminal& terminal);
/// A line for each problem.
std::string problem_list(const Terminal& terminal);

/// {"version","problem","title","meaning","formula","remedy","command","source","initialization"}.
std::string problem_json(const observe::ProblemPage& page);
/// {"version","problems":[…]} of such objects.
std::string problem_list_json();

}  // namespace fanin::report
