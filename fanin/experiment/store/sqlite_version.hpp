// Which SQLite keeps the store; database.cpp, which alone knows it, answers.
#pragma once

#include <string>

namespace fanin::experiment {

/// Of the library that is loaded: "3.40.1".
std::string sqlite_version();

}  // namespace fanin::experiment
