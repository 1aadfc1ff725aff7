// Which oneDNN the engine runs on, and what it makes of this processor.
#pragma once

#include <string>

namespace fanin::engine {

/// Of the library that is loaded: "2.6.3".
std::string onednn_version();

/// The instruction set that oneDNN may use in this process: "avx512_core", "avx2", …; "unknown" for one without a
/// name here, as on processors that are not x86.
std::string onednn_instruction_set();

}  // namespace fanin::engine
