// What happens on wrong use: exit status 2, and an error that says what to write instead.
#include <gmock/gmock.h>

#include <sstream>
#include <tuple>

#include "program.hpp"
#include "wrong_use.hpp"

namespace fanin::cli_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Finished compare(Arguments arguments) {
  arguments.insert(arguments.begin(), {"compare", "--data", "spirals(points=64, test_points=32)"});
  return run(arguments);
}

TEST(Use, WithoutArgumentsItExplainsItself) {
  const Finished finished = run({});
  EXPECT_EQ(finished.status, 0);
  EXPECT_THAT(finished.out, AllOf(HasSubstr("Usage: fanin <command>"), HasSubstr("compare"), HasSubstr("Examples:"),
                                  HasSubstr("Exit status:")));
}

TEST(Use, VersionIsTheProjects) {
  const Finished finished = run({"--version"});
  EXPECT_EQ(finished.status, 0);
  EXPECT_EQ(finished.out, "fanin " FANIN_PROJECT_VERSION "\n");
}

TEST(Use, EveryCommandHasHelpWithExamplesAndExitStatus) {
  for (const char* command : {"compare", "train", "evaluate", "init", "audit", "list", "gain", "theory", "demo"}) {
    const Finished finished = run({command, "--help"});
    EXPECT_EQ(finished.status, 0);
    EXPECT_THAT(finished.out, AllOf(HasSubstr(std::string("Usage: fanin ") + command), HasSubstr("Examples:"),
                                    HasSubstr("Exit status:"), HasSubstr("130")));
    EXPECT_EQ(run({"help", command}).out, finished.out);
  }
}

TEST(Use, HelpFitsTheTerminal) {
  for (const char* columns : {"60", "80", "100"}) {
    std::istringstream lines(run({"compare", "--help"}, {{"COLUMNS", columns}}).out);
    bool footer = false;  // examples are to be copied and stay whole
    for (std::string line; std::getline(lines, line) && !footer;) {
      footer = line.starts_with("An option given twice");
      EXPECT_LE(line.size(), std::stoul(columns)) << line;
    }
    EXPECT_TRUE(footer);
  }
}

TEST(Use, AnErrorSaysOnceWhatItIsAbout) {
  for (const auto& [option, value, message] :
       {std::tuple{"--activation", "rellu", "--activation: no activation 'rellu'"},
        {"--optimizer", "adm", "--optimizer: no optimizer 'adm'"},
        {"--inits", "he_norml", "--inits: no initializer or scheme 'he_norml'"}}) {
    expect_wrong_use(compare({option, value}), {message});
  }
  expect_wrong_use(compare({"--optimizer", "adam(beta=1)"}), {"--optimizer: optimizer adam: no argument 'beta'"});
}

TEST(Use, AnUnknownInitializerSuggestsTheNearest) {
  expect_wrong_use(compare({"--inits", "he_unifrom"}), {"he_unifrom", "did you mean he_uniform"});
}

TEST(Use, AnUnknownOptionSuggestsTheNearest) {
  expect_wrong_use(compare({"--epoch", "3"}), {"no option '--epoch' of compare", "--epochs"});
  expect_wrong_use(compare({"-epochs", "3"}), {"--epochs"});
  expect_wrong_use(run({"--verison"}), {"no option '--verison'", "--version"});
  expect_wrong_use(run({"--epochs", "3", "compare"}), {"after its command: fanin compare --epochs"});
}

TEST(Use, AnUnknownCommandSuggestsTheNearest) {
  expect_wrong_use(run({"comapre"}), {"no command 'comapre'", "did you mean compare"});
  expect_wrong_use(run({"list", "intializers"}), {"did you mean initializers"});
  expect_wrong_use(run({"list"}),
                   {"initializers, schemes, activations, optimizers, schedules, losses, clipping, nets, data"});
}

TEST(Use, ALostArgumentIsPointedAt) {
  expect_wrong_use(compare({"--inits", "zeros", "ones"}), {"'ones'", "nothing is expected here"});
  expect_wrong_use(run({"compare", "list"}), {"'list'"});
  expect_wrong_use(compare({"--epochs"}), {"--epochs", "needs a value"});
  expect_wrong_use(compare({"--out", ""}), {"--out", "empty"});
}

TEST(Use, NumbersOutsideTheirDomainAreRefused) {
  expect_wrong_use(compare({"--epochs", "-1"}), {"--epochs", "-1"});
  expect_wrong_use(compare({"--epochs", "0"}), {"--epochs", "0"});
  expect_wrong_use(compare({"--epochs", "3.5"}), {"--epochs", "'3.5' is not a whole number"});
  expect_wrong_use(compare({"--epochs", "99999999999999999999"}), {"--epochs"});
  expect_wrong_use(compare({"--seeds", "-2"}), {"--seeds"});
  expect_wrong_use(compare({"--seed", "-2"}), {"--seed", "from 0"});
  expect_wrong_use(compare({"--batch-size", "0"}), {"--batch-size"});
  expect_wrong_use(compare({"--workers", "-1"}), {"--workers"});
  expect_wrong_use(compare({"--lr", "nan"}), {"--lr"});
  expect_wrong_use(compare({"--lr", "-0.1"}), {"--lr: -0.1 is not"});
  expect_wrong_use(compare({"--reach", "200%"}), {"--reach"});
  expect_wrong_use(compare({"--validation", "1.5"}), {"validation"});
  expect_wrong_use(compare({"--limit-train", "-5"}), {"limit"});
}

TEST(Use, NamesAndTextsThatDoNotParseAreRefused) {
  expect_wrong_use(compare({"--activation", "rleu"}), {"did you mean relu"});
  expect_wrong_use(compare({"--optimizer", "adma"}), {"did you mean adam"});
  expect_wrong_use(compare({"--task", "regresion"}), {"did you mean regression"});
  expect_wrong_use(compare({"--color", "alway"}), {"did you mean always"});
  expect_wrong_use(compare({"--inits", "normal(std=0.01"}), {"'(' is never closed"});
  expect_wrong_use(compare({"--inits", "zeros,,ones"}), {"empty"});
  expect_wrong_use(compare({"--net", "2-x-2"}), {"--net"});
  expect_wrong_use(run({"compare", "--data", "spirlas"}), {"did you mean spirals"});
}

TEST(Use, ANetThatDoesNotFitTheDataSaysWhatWould) {
  expect_wrong_use(compare({"--net", "784-10"}), {"784 inputs", "2 values"});
  expect_wrong_use(compare({"--net", "2-8-10"}), {"10 outputs", "2 classes"});
  expect_wrong_use(compare({"--net", "2--2"}), {"--net"});
}

TEST(Use, AnOptionThatTheDataHaveNoUseForIsRefused) {
  expect_wrong_use(compare({"--target", "y"}), {"--target", "csv", "spirals"});
  expect_wrong_use(compare({"--test-fraction", "0.3"}), {"--test-fraction", "test rows of its own", "--limit-test"});
  expect_wrong_use(compare({"--test-fraction", "20%"}), {"--test-fraction"});
}

TEST(Use, ASmallTableIsTrainedInOneBatchByDefault) {
  const TemporaryFolder folder;
  std::string table = "a,b,class\n";
  for (int i = 0; i < 30; ++i) {
    table += std::to_string(i % 7) + "," + std::to_string(i % 3) + "," + std::to_string(i % 2) + "\n";
  }
  write_file(folder / "small.csv", table);
  const Arguments arguments{"compare",  "--data",    (folder / "small.csv").string(),
                            "--target", "class",     "--epochs",
                            "1",        "--seeds",   "1",
                            "--inits",  "he_normal", "--no-progress"};
  const Finished finished = run(arguments);
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("24 training and 6 test rows"), HasSubstr("batches of 24")));
  Arguments asked = arguments;
  asked.insert(asked.end(), {"--batch-size", "63"});
  expect_wrong_use(run(asked), {"--batch-size", "from 1 to 24"});
}

TEST(Use, TheLastOfARepeatedOptionCounts) {
  const Finished finished =
      compare({"--inits", "zeros", "--epochs", "50", "--epochs", "1", "--seeds", "1", "--no-progress"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("1 epoch,"));
}

TEST(Use, HostileArgumentsCannotReachTheTerminal) {
  const Finished finished = compare({"--inits", "he\x1b[2J\xff"});
  EXPECT_EQ(finished.status, 2);
  EXPECT_THAT(finished.err, Not(HasSubstr("\x1b")));
  EXPECT_EQ(run({"compare", std::string(100000, 'x')}).status, 2);
  EXPECT_EQ(run({"compare", "--inits", std::string(100000, '(')}).status, 2);
}

}  // namespace
}  // namespace fanin::cli_test
