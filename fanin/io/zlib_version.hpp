// Which zlib reads compressed files.
#pragma once

#include <string>

namespace fanin::io {

/// Of the library that is loaded: "1.2.13".
std::string loaded_zlib_version();

}  // namespace fanin::io
