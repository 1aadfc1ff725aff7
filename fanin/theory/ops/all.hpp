// The rules of this folder, one file each, named as the ops of net.
#pragma once

#include "fanin/theory/op_rule.hpp"

namespace fanin::theory {

extern const OpRule kActivationRule;
extern const OpRule kBiasRule;
extern const OpRule kDenseRule;

}  // namespace fanin::theory
