// Runs a test on every instruction set that this machine and this build have. For tests only.
#pragma once

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cstdint>

namespace fanin::random {

/// Calls check() with the kernels bound to each available instruction set in turn.
template <typename Check>
void on_every_target(const Check& check) {
  hwy::SetSupportedTargetsForTest(0);
  int targets = 0;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    SCOPED_TRACE(hwy::TargetName(target));
    check(hwy::TargetName(target));
    ++targets;
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  EXPECT_GE(targets, 1);
}

}  // namespace fanin::random
