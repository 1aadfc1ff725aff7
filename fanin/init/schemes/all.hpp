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
extern const Scheme kVarianceScaling;
extern const Scheme kXavierFirst;
extern const Scheme kPytorchLinear;
extern const Scheme kOrthogonal;
extern const Scheme kDeltaOrthogonal;
extern const Scheme kIdentity;
extern const Scheme kDirac;
extern const Scheme kZeroInit;
extern const Scheme kSparse;
extern const Scheme kSirenFirst;
extern const Scheme kSirenHidden;
extern const Scheme kForgetBias;
extern const Scheme kChronoBias;
extern const Scheme kGates;
extern const Scheme kScaled;

}  // namespace fanin::init
