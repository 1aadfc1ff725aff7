// The activation functions of this folder, one file each.
#pragma once

#include "fanin/net/activation.hpp"

namespace fanin::net {

extern const ActivationFunction kRelu;

}  // namespace fanin::net
