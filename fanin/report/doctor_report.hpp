// What `fanin doctor` shows: the machine as a table, then what is wrong with it and what to do.
#pragma once

#include <span>
#include <string>

#include "fanin/experiment/machine/findings.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::report {

/// Of the library that lays out these texts: "9.1.0".
std::string fmt_version();

/// Lines that fit the terminal.
std::string doctor_report(const experiment::MachineFacts& facts, std::span<const experiment::MachineFinding> findings,
                          const Terminal& terminal);

/// {"version","processor":{"name","logical","cores","simd_target","onednn_instructions","caches"},
///  "threads":{"default","usable","allowed","cpu_quota"},"memory":{"total","limit","available","large_pages"},
///  "output":{"path","file_system","free_bytes","writable"},"data","shipped_data","environment","libraries",
///  "build":{"compiler","build_type","sanitizers","optimized"},"findings":[{"name","hurts","found","remedy"}]};
/// what is unknown or without a limit is null.
std::string doctor_json(const experiment::MachineFacts& facts, std::span<const experiment::MachineFinding> findings);

}  // namespace fanin::report
