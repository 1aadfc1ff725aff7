// Runs another program, without a shell, for a limited time.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fanin::cli {

struct ChildResult {
  int status = -1;     ///< exit status; -1: it was ended by a signal or by the limit
  std::string output;  ///< what it wrote to standard output
};

/// Standard error goes nowhere. The child and its children are ended when the time is over.
/// @param seconds  limit, > 0. @throws Error io_failure when it cannot be started.
ChildResult run_child(const std::filesystem::path& program, const std::vector<std::string>& arguments, int seconds);

/// The program's full path, from PATH; empty: not there.
std::filesystem::path find_in_path(const std::string& name);

}  // namespace fanin::cli
