// The schemes of this folder.
#pragma once

#include "fanin/init/scheme.hpp"

namespace fanin::init {

extern const Scheme kZeros;
extern const Scheme kOnes;
extern const Scheme kConstant;
extern const Scheme kUniform;
extern const Scheme kNormal;
extern const Scheme kTruncatedNormal;
extern const Scheme kLecunUniform;
extern const Scheme kLecunNormal;
extern const Scheme kGlorotUniform;
extern const Scheme kGlorotNormal;
extern const Scheme kHeUniform;
extern const Scheme kHeNormal;

}  // namespace fanin::init
