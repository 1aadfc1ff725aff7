#include "fanin/report/page/settings_list.hpp"

#include <gmock/gmock.h>

namespace fanin::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(SettingsList, WordsAreQuotedWhereAShellWouldTearThem) {
  EXPECT_EQ(shell_word("784-256-10"), "784-256-10");
  EXPECT_EQ(shell_word("zeros,normal(std=0.01)"), "\"zeros,normal(std=0.01)\"");
  EXPECT_EQ(shell_word(""), "\"\"");
  EXPECT_EQ(shell_word("a$b"), "'a$b'");
  EXPECT_EQ(shell_word("it's \"$5\""), "'it'\\''s \"$5\"'");
}

TEST(SettingsList, TheCommandOfAComparisonNamesWhatDiffersFromTheDefaults) {
  experiment::CompareSettings settings;
  settings.net = "2-8-2";
  settings.data = "spirals";
  settings.data_options.standardize = true;
  settings.inits = {"zeros", "uniform(low=-0.1, high=0.1)"};
  settings.learning_rate = 0.05;
  settings.first_seed = 18'446'744'073'709'551'615U;
  const std::string command = command_line("compare", settings_list(settings));
  EXPECT_EQ(command,
            "fanin compare --net 2-8-2 --inits \"zeros,uniform(low=-0.1, high=0.1)\" --data spirals --standardize "
            "--optimizer adam --lr 0.05 --epochs 10 --seeds 3 --seed 18446744073709551615");
}

TEST(SettingsList, TheCommandOfATrainingHasClippingSchedulesAndRules) {
  experiment::TrainSettings settings;
  settings.net = "mlp(10, 32)";
  settings.init = "orthogonal(gain=1.02)";
  settings.init_for = "head=zeros";
  settings.clipping = "global_norm";
  settings.clip_limit = 0.5;
  settings.schedule = "cosine(warmup=10)";
  settings.max_steps = 7;
  settings.decay_all = true;
  const std::string command = command_line("train", settings_list(settings));
  for (const char* part : {"--net \"mlp(10, 32)\"", "--init \"orthogonal(gain=1.02)\"", "--init-for head=zeros",
                           "--clip global_norm=0.5", "--schedule \"cosine(warmup=10)\"", "--steps 7", "--decay-all"}) {
    EXPECT_THAT(command, HasSubstr(part));
  }
  EXPECT_THAT(command, Not(HasSubstr("--patience")));
  EXPECT_THAT(command, Not(HasSubstr("--watch")));
}

TEST(SettingsList, EverySettingIsListedAlsoWhereItIsTheDefault) {
  const std::vector<SettingLine> lines = settings_list(experiment::ProbeSettings{});
  const auto of = [&](const std::string& option) {
    for (const SettingLine& line : lines) {
      if (line.option == option) return line.value;
    }
    return std::string("missing");
  };
  EXPECT_EQ(of("--activation"), "relu");
  EXPECT_EQ(of("--clip"), "none");
  EXPECT_EQ(of("--decay-all"), "no");
  EXPECT_EQ(of("--weights"), "");
}

}  // namespace
}  // namespace fanin::report
