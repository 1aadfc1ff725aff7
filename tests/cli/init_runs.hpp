// Runs of fanin init that several tests share.
#pragma once

#include <gmock/gmock.h>

#include "program.hpp"

namespace fanin::cli_test {

inline Finished init(const std::filesystem::path& out, Arguments arguments) {
  arguments.insert(arguments.begin(), {"init", "-o", out.string()});
  return run(arguments);
}

inline std::size_t files_in(const TemporaryFolder& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder.path()), {}));
}

/// Exit status `status`, an error that contains `texts`, and an empty folder.
inline void expect_failure(const Finished& finished, int status, const TemporaryFolder& folder,
                           const std::vector<std::string>& texts) {
  EXPECT_EQ(finished.status, status) << finished.err;
  for (const std::string& text : texts) EXPECT_THAT(finished.err, ::testing::HasSubstr(text));
  EXPECT_EQ(files_in(folder), 0U);
}

}  // namespace fanin::cli_test
