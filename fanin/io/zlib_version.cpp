#include "fanin/io/zlib_version.hpp"

#include <zlib.h>

namespace fanin::io {

std::string loaded_zlib_version() { return ::zlibVersion(); }

}  // namespace fanin::io
