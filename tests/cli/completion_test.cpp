// fanin completion: the scripts name every command and option, and bash runs its own.
#include <gmock/gmock.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "program.hpp"

namespace fanin::cli_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string script(const char* shell) {
  const Finished finished = run({"completion", shell});
  EXPECT_EQ(finished.status, 0) << finished.err;
  return finished.out;
}

// What bash offers for the last of these words.
std::string offered(const std::string& words, int position) {
  const std::filesystem::path file = std::filesystem::path(::testing::TempDir()) / "fanin_completion_test.bash";
  std::ofstream(file) << script("bash") << "COMP_WORDS=(" << words << "); COMP_CWORD=" << position
                      << "; _fanin; echo \"${COMPREPLY[@]}\"\n";
  const std::string command = "bash " + file.string();
  std::FILE* pipe = ::popen(command.c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  std::string text;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) text += static_cast<char>(c);
  EXPECT_EQ(::pclose(pipe), 0);
  std::filesystem::remove(file);
  return text;
}

TEST(Completion, BashOffersCommandsAndTheirOptions) {
  EXPECT_EQ(offered("fanin comp", 1), "compare completion\n");
  EXPECT_THAT(offered("fanin train --lea", 2), Not(HasSubstr("--inits")));
  EXPECT_EQ(offered("fanin train --label-s", 2), "--label-smoothing\n");
  EXPECT_EQ(offered("fanin compare --init", 2), "--inits\n");
  EXPECT_EQ(offered("fanin train some", 2), "\n");  // files are bash's own business
}

TEST(Completion, EveryShellHearsOfEveryCommand) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    EXPECT_THAT(script(shell), AllOf(HasSubstr("audit"), HasSubstr("evaluate"), HasSubstr("explain"),
                                     HasSubstr("theory"), HasSubstr("label-smoothing")))
        << shell;
  }
}

TEST(Completion, AnUnknownShellIsAnErrorThatNamesTheKnownOnes) {
  const Finished finished = run({"completion", "fsh"});
  EXPECT_EQ(finished.status, 2);
  EXPECT_THAT(finished.err, HasSubstr("fish"));
}

}  // namespace
}  // namespace fanin::cli_test
