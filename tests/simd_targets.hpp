// Runs a check once on every SIMD target that this machine has and the code was compiled for.
#pragma once

#include <gtest/gtest.h>
#include <hwy/highway.h>

namespace fanin {

/// Calls check() with each target chosen in turn, best first; the machine's own choice is restored.
template <class Check>
void for_every_simd_target(const Check& check) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    check();
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace fanin
