// The demonstrations of this folder, one file each.
#pragma once

#include "fanin/experiment/demo.hpp"

namespace fanin::experiment {

struct DemoScript {
  DemoInfo info;
  /// Fills in everything but name and seed.
  void (*run)(Demo& demo) = nullptr;
};

extern const DemoScript kVanishingDemo;
extern const DemoScript kExplodingDemo;
extern const DemoScript kXavierDemo;
extern const DemoScript kHeDemo;
extern const DemoScript kDyingReluDemo;
extern const DemoScript kSigmoidChainDemo;
extern const DemoScript kHe3x3Demo;

}  // namespace fanin::experiment
