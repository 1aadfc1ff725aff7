// The activation functions of this folder, one file each.
#pragma once

#include "fanin/net/activation.hpp"

namespace fanin::net {

extern const ActivationFunction kElu;
extern const ActivationFunction kErf;
extern const ActivationFunction kGelu;
extern const ActivationFunction kGeluTanh;
extern const ActivationFunction kHardsigmoid;
extern const ActivationFunction kHardswish;
extern const ActivationFunction kHardtanh;
extern const ActivationFunction kLeakyRelu;
extern const ActivationFunction kLinear;
extern const ActivationFunction kMish;
extern const ActivationFunction kRelu;
extern const ActivationFunction kSelu;
extern const ActivationFunction kSigmoid;
extern const ActivationFunction kSilu;
extern const ActivationFunction kSin;
extern const ActivationFunction kSoftplus;
extern const ActivationFunction kSoftsign;
extern const ActivationFunction kTanh;

}  // namespace fanin::net
