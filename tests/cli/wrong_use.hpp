// What every wrong use must lead to.
#pragma once

#include <gmock/gmock.h>

#include "program.hpp"

namespace fanin::cli_test {

/// Exit status 2, nothing on standard output, one error that contains `texts`.
inline void expect_wrong_use(const Finished& finished, const std::vector<std::string>& texts) {
  EXPECT_EQ(finished.status, 2) << finished.err;
  EXPECT_EQ(finished.out, "");
  EXPECT_THAT(finished.err, ::testing::HasSubstr("fanin: error: "));
  for (const std::string& text : texts) EXPECT_THAT(finished.err, ::testing::HasSubstr(text));
}

}  // namespace fanin::cli_test
