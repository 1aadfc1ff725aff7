// The ops the engine runs, one file each in this folder.
#pragma once

#include "fanin/engine/kernel.hpp"

namespace fanin::engine {

extern const OpEntry kActivationEntry;
extern const OpEntry kBiasEntry;
extern const OpEntry kDenseEntry;

}  // namespace fanin::engine
