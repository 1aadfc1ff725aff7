// The whole-network schemes of this folder and of data/.
#pragma once

#include "fanin/init/network/plan_builder.hpp"
#include "fanin/init/network_scheme.hpp"

namespace fanin::init {

struct NetworkSchemeEntry {
  NetworkSchemeInfo info;
  /// Reads the scheme's arguments; the caller calls reader.finish().
  NetworkScheme (*parse)(CallReader& reader, Dialect dialect) = nullptr;
};

extern const NetworkSchemeEntry kRolesScheme;
extern const NetworkSchemeEntry kGpt2Scheme;
extern const NetworkSchemeEntry kFixupScheme;
extern const NetworkSchemeEntry kRezeroScheme;
extern const NetworkSchemeEntry kTFixupScheme;
extern const NetworkSchemeEntry kDeepNormScheme;
extern const NetworkSchemeEntry kMupScheme;
extern const NetworkSchemeEntry kIrnnScheme;
extern const NetworkSchemeEntry kChronoScheme;
extern const NetworkSchemeEntry kSirenScheme;
extern const NetworkSchemeEntry kPytorchDefaultScheme;
extern const NetworkSchemeEntry kKerasDefaultScheme;
extern const NetworkSchemeEntry kLsuvScheme;
extern const NetworkSchemeEntry kKrahenbuhlScheme;
extern const NetworkSchemeEntry kWeightNormDataScheme;
extern const NetworkSchemeEntry kMetainitScheme;
extern const NetworkSchemeEntry kGradinitScheme;

}  // namespace fanin::init
