// The commands below `fanin theory`, one file each.
#pragma once

#include "apps/fanin/commands.hpp"

namespace fanin::cli {

extern const Command kTheoryEdgeCommand;
extern const Command kTheoryDepthCommand;

}  // namespace fanin::cli
