// fanin train and fanin evaluate: results, files, wrong use.
#include <gmock/gmock.h>
#include <signal.h>

#include <sstream>

#include "tests/support/json.hpp"
#include "train_runs.hpp"
#include "wrong_use.hpp"

namespace fanin::cli_test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;
using tests::is_json;
using tests::parse_json;

void expect_failure(const Finished& finished, int status, const std::vector<std::string>& texts) {
  EXPECT_EQ(finished.status, status) << finished.err;
  EXPECT_EQ(finished.out, "");
  for (const std::string& text : texts) EXPECT_THAT(finished.err, HasSubstr(text));
}

TEST(Train, TellsItsStory) {
  const Finished finished = run(training());
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.err, AllOf(StartsWith("loading spirals"), HasSubstr("training 2-8-2: 42 parameters"),
                                  HasSubstr("epoch 1 of 3  loss"), HasSubstr("epoch 3 of 3  loss")));
  EXPECT_THAT(finished.out, AllOf(StartsWith("Finished: 3 epochs, 15 steps"), HasSubstr("Test accuracy"),
                                  HasSubstr("Best epoch:"), Not(HasSubstr("Saved"))));
}

TEST(Train, WritesItsFilesAndNamesThoseThatExist) {
  const TemporaryFolder folder;
  const std::string out = (folder / "a/b").string();
  const std::string json_file = (folder / "result.json").string();
  const Finished finished = run(training({"--out", out, "--json", json_file, "--no-progress"}));
  EXPECT_EQ(finished.status, 0);
  EXPECT_THAT(finished.err, IsEmpty());
  EXPECT_THAT(finished.out,
              HasSubstr("Saved: " + out + "/last.safetensors, " + out + "/best.safetensors, " + out + "/train.json, " +
                        out + "/epochs.csv, " + out + "/fanin.sqlite, " + json_file + "\n"));
  EXPECT_THAT(files_in(out), UnorderedElementsAre("last.safetensors", "best.safetensors", "train.json", "epochs.csv",
                                                  AnyOf("report.html", "report.json"), "fanin.sqlite"));
  EXPECT_EQ(read_file(json_file), read_file(folder / "a/b/train.json"));
  EXPECT_THAT(read_file(folder / "a/b/epochs.csv"), StartsWith("epoch,steps,learning_rate,train_loss,train_accuracy,"));
}

TEST(Train, TwoAtOnceDoNotMixTheirCheckpoints) {
  const TemporaryFolder folder;
  const std::string out = (folder / "run").string();
  Program first({"train", "2-64-2", "--data", "spirals", "--epochs", "100000", "--out", out});
  ASSERT_TRUE(first.wait_for("epoch 2 of"));
  const Finished second = run({"train", "--resume", out, "--no-progress"});
  first.signal(SIGINT);
  EXPECT_EQ(first.finish().status, 130);
  expect_failure(second, 2, {out, "another training is writing here"});
}

TEST(Train, JsonHasTheDocumentedFields) {
  const Finished finished = run(training({"--json", "-", "--no-progress"}));
  EXPECT_EQ(finished.status, 0);
  EXPECT_THAT(finished.err, HasSubstr("Finished:"));  // the report makes room
  const json result = parse_json(finished.out);
  EXPECT_EQ(result.at("version"), FANIN_PROJECT_VERSION);
  EXPECT_EQ(result.at("status"), "finished");
  EXPECT_EQ(result.at("settings").at("net"), "2-8-2");
  EXPECT_EQ(result.at("settings").at("optimizer"), "adam");
  EXPECT_EQ(result.at("settings").at("learning_rate"), 0.01);
  EXPECT_EQ(result.at("train_rows"), 64);
  EXPECT_EQ(result.at("validation_rows"), 16);
  EXPECT_EQ(result.at("parameters"), 42);
  EXPECT_GE(result.at("unshared_bytes"), result.at("arena_bytes"));
  EXPECT_TRUE(result.at("diverged_at_step").is_null());
  EXPECT_GE(result.at("best_epoch"), 1);
  ASSERT_EQ(result.at("epochs").size(), 3U);
  for (const char* field : {"epoch", "steps", "learning_rate", "train_loss", "train_accuracy", "validation_loss",
                            "validation_accuracy", "test_loss", "test_accuracy", "clipped_steps", "seconds"}) {
    EXPECT_TRUE(result["epochs"][2].at(field).is_number()) << field;
  }
}

TEST(Train, QuietMeansOnlyFiles) {
  const Finished finished = run(training({"--json", "-", "--quiet"}));
  EXPECT_EQ(finished.err, "");
  EXPECT_TRUE(is_json(finished.out));
}

TEST(Train, TheBitsDependOnNeitherThreadsNorTheNet) {
  const TemporaryFolder folder;
  const std::string one = (folder / "1").string();
  const std::string two = (folder / "2").string();
  ASSERT_EQ(run(training({"--chunks", "2", "--threads", "1", "--out", one})).status, 0);
  ASSERT_EQ(run(training({"--chunks", "2", "--threads", "2", "--out", two, "--net", "2-8-2"})).status, 0);
  EXPECT_TRUE(tensor_bytes(one + "/last.safetensors") == tensor_bytes(two + "/last.safetensors"));
}

TEST(Train, ADivergenceIsAResult) {
  const TemporaryFolder folder;
  const Finished finished =
      run(training({"--optimizer", "sgd", "--lr", "1e30", "--out", folder.path().string(), "--no-progress"}));
  EXPECT_EQ(finished.status, 0);
  EXPECT_THAT(finished.out,
              AllOf(HasSubstr("Diverged:"), HasSubstr("last.safetensors"), Not(HasSubstr("best.safetensors"))));
  EXPECT_EQ(parse_json(read_file(folder / "train.json")).at("status"), "diverged");
}

TEST(Train, TakesDataThatACompareRefuses) {
  const Finished tokens =
      run({"train", "gpt(layers=1, width=16, heads=2)", "--data",
           "copy(length=4, symbols=3, payload=2, rows=64, test_rows=16)", "--epochs", "2", "--json", "-", "--quiet"});
  ASSERT_EQ(tokens.status, 0) << tokens.err;
  EXPECT_EQ(parse_json(tokens.out).at("predictions_per_row"), 8);
  const Finished text = run({"train", "char_lstm(8)", "--data", "text(length=16)", "--limit-train", "64",
                             "--limit-test", "16", "--epochs", "1", "--no-progress"});
  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("Test accuracy"));
  const Finished sums = run({"train", "lstm(8)", "--data", "adding(length=8, rows=64, test_rows=16)", "--clip", "1",
                             "--epochs", "1", "--no-progress"});
  EXPECT_EQ(sums.status, 0) << sums.err;
  EXPECT_THAT(sums.out, AllOf(HasSubstr("Test loss"), HasSubstr("Clipping by global_norm at 1 acted in ")));
}

TEST(Train, WrongUseNamesTheOptionAndWhatWasMeant) {
  expect_wrong_use(run(training({"--init", "he_nromal"})), {"--init", "did you mean he_normal"});
  expect_wrong_use(run(training({"--init-for", "layer3=zeros"})), {"--init-for", "layer1"});
  expect_wrong_use(run(training({"--lr-for", "layer1=fast"})), {"--lr-for", "100x"});
  expect_wrong_use(run(training({"--schedule", "cosin"})), {"--schedule", "did you mean cosine"});
  expect_wrong_use(run(training({"--schedule", "cosine(warm=3)"})), {"--schedule", "warmup"});
  expect_wrong_use(run(training({"--clip", "gobal_norm=1"})), {"--clip", "did you mean global_norm"});
  expect_wrong_use(run(training({"--clip", "norm"})), {"--clip", "KIND=LIMIT"});
  expect_wrong_use(run(training({"--clip", "-1"})), {"--clip"});
  expect_wrong_use(run(training({"--loss", "mse"})), {"--loss", "needs targets"});
  expect_wrong_use(run(training({"--optimzer", "adam"})), {"no option '--optimzer' of train", "--optimizer"});
  expect_wrong_use(run(training({"--threads", "many"})), {"--threads"});
  expect_wrong_use(run(training({"--batch-size", "65"})), {"--batch-size", "64"});
  expect_wrong_use(run(training({"--patience", "3", "--validation", "0"})), {"--patience", "--validation"});
  expect_wrong_use(run({"train", "lenet", "--data", kSpirals}), {"--net", "did you mean lenet5"});
  expect_wrong_use(run({"train", "784-10", "--data", kSpirals}), {"--net", "784"});
  expect_wrong_use(run({"train", "--data", "spirlas"}), {"did you mean spirals"});
  expect_wrong_use(run({"train", "--data", "copy(rows=9, test_rows=9)"}), {"--net", "char_lstm"});
}

TEST(Train, ResumeKeepsTheSettingsItBeganWith) {
  const TemporaryFolder folder;
  const std::string out = folder.path().string();
  expect_failure(run({"train", "--resume", out}), 3, {out, "--out"});
  ASSERT_EQ(run(training({"--out", out})).status, 0);
  for (const Arguments& option : {Arguments{"--epochs", "5"},
                                  {"--lr", "1"},
                                  {"--net", "2-2"},
                                  {"--data", "parity"},
                                  {"--out", "elsewhere"},
                                  {"--decay-all"}}) {
    Arguments arguments{"train", "--resume", out};
    arguments.insert(arguments.end(), option.begin(), option.end());
    expect_wrong_use(run(arguments), {option.front(), "keeps the settings it began with"});
  }
  expect_wrong_use(run({"train", "2-8-2", "--resume", out}), {"--net"});
  const Finished again = run({"train", "--resume", out, "--threads", "1", "--json", "-", "--no-progress"});
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(parse_json(again.out).at("status"), "finished");
  expect_wrong_use(run(training({"--out", out})), {"--out", "holds a training already", "--resume " + out});
}

TEST(Train, DamagedCheckpointsAreBadData) {
  const TemporaryFolder folder;
  const std::string out = folder.path().string();
  const std::string file = out + "/last.safetensors";
  ASSERT_EQ(run(training({"--out", out})).status, 0);
  const std::string bytes = read_file(file);
  write_file(file, bytes.substr(0, bytes.size() / 2));
  expect_failure(run({"train", "--resume", out}), 3, {file});
  expect_failure(run({"evaluate", file}), 3, {file});
  std::string flipped = bytes;
  flipped[flipped.size() - 5] = static_cast<char>(flipped[flipped.size() - 5] ^ 0x10);
  write_file(file, flipped);
  expect_failure(run({"train", "--resume", out}), 3, {file, "checksum"});
  expect_failure(run({"evaluate", file}), 3, {file, "checksum"});
  write_file(file, "no checkpoint");
  expect_failure(run({"evaluate", file}), 3, {file});
  expect_failure(run({"evaluate", out + "/nothing.safetensors"}), 3, {"nothing.safetensors"});
}

TEST(Train, OutputThatCannotBeWrittenIsFoundBeforeTheTraining) {
  const TemporaryFolder folder;
  write_file(folder / "file", "");
  const std::string file = (folder / "file").string();
  expect_failure(run(training({"--epochs", "1000000", "--out", file})), 4, {file});
  expect_failure(run(training({"--epochs", "1000000", "--out", file + "/below"})), 4, {file});
  expect_failure(run(training({"--epochs", "1000000", "--out", "/proc/self"})), 4, {"/proc/self"});
  expect_failure(run(training({"--epochs", "1000000", "--json", file + "/result.json"})), 4, {"result.json"});
}

TEST(Train, AFolderThatGoesAwayIsAnOutputError) {
  const TemporaryFolder folder;
  Program program(training({"--epochs", "1000000", "--checkpoint-seconds", "0", "--out", (folder / "run").string()}));
  ASSERT_TRUE(program.wait_for("epoch 1 of"));
  std::filesystem::rename(folder / "run", folder / "elsewhere");
  const Finished finished = program.finish();
  EXPECT_EQ(finished.status, 4) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr((folder / "run").string()));
}

TEST(Train, TheHelpFitsAndShowsThatTheNetworkIsOptional) {
  std::istringstream lines(run({"train", "--help"}, {{"COLUMNS", "80"}}).out);
  std::string all;
  bool footer = false;  // examples are to be copied and stay whole
  for (std::string line; std::getline(lines, line);) {
    footer = footer || line.starts_with("An option given twice");
    EXPECT_TRUE(footer || line.size() <= 80) << line;
    all += line + "\n";
  }
  EXPECT_THAT(all, AllOf(HasSubstr("Usage: fanin train [NET] [options]\n"), HasSubstr("--resume FOLDER"),
                         HasSubstr("Exit status:"), HasSubstr("130")));
  EXPECT_THAT(run({"evaluate", "--help"}).out, HasSubstr("Usage: fanin evaluate <CHECKPOINT> [options]\n"));
}

TEST(Train, OnANarrowTerminalTheBarStaysInItsLine) {
  TerminalSession session(training({"--epochs", "200"}), 30, {{"NO_COLOR", "1"}, {"LANG", "C"}});
  EXPECT_EQ(session.finish(), 0);
  std::string line;
  for (const char c : session.shown()) {
    if (c == '\n' || c == '\r') {
      line.clear();
      continue;
    }
    line += c;
    const std::string erase = "\x1b[2K";
    EXPECT_LE(line.size(), 30U + (line.starts_with(erase) ? erase.size() : 0)) << line;
  }
  EXPECT_THAT(session.shown(), HasSubstr("Finished: 200 epochs"));
}

TEST(Evaluate, GivesTheFiguresOfTheTraining) {
  const TemporaryFolder folder;
  const std::string out = folder.path().string();
  const Finished trained = run(training({"--out", out, "--json", "-", "--quiet"}));
  ASSERT_EQ(trained.status, 0) << trained.err;
  const json result = parse_json(trained.out);
  const json& last = result.at("epochs").back();
  const auto evaluated = [](Arguments arguments) {
    arguments.insert(arguments.begin(), "evaluate");
    arguments.emplace_back("--json");
    const Finished finished = run(arguments);
    EXPECT_EQ(finished.status, 0) << finished.err;
    return parse_json(finished.out);
  };
  const json test = evaluated({out + "/last.safetensors"});
  EXPECT_EQ(test.at("version"), FANIN_PROJECT_VERSION);
  EXPECT_EQ(test.at("part"), "test");
  EXPECT_EQ(test.at("rows"), 24);
  EXPECT_EQ(test.at("loss"), last.at("test_loss"));
  EXPECT_EQ(test.at("accuracy"), last.at("test_accuracy"));
  EXPECT_EQ(test.at("classes").size(), 2U);
  const json& best = result["epochs"][result.at("best_epoch").get<std::size_t>() - 1];
  const json validation = evaluated({out + "/best.safetensors", "--part", "validation"});
  EXPECT_EQ(validation.at("loss"), best.at("validation_loss"));
  EXPECT_EQ(evaluated({out + "/last.safetensors", "--limit-test", "10"}).at("rows"), 10);
  EXPECT_EQ(evaluated({out + "/last.safetensors", "--data", "spirals(points=50, test_points=7)"}).at("rows"), 7);
}

TEST(Evaluate, WrongUseIsExplained) {
  const TemporaryFolder folder;
  const std::string out = folder.path().string();
  ASSERT_EQ(run(training({"--out", out})).status, 0);
  const std::string file = out + "/last.safetensors";
  expect_wrong_use(run({"evaluate"}), {"it needs a checkpoint"});
  expect_wrong_use(run({"evaluate", file, "--part", "tests"}), {"--part", "test"});
  expect_wrong_use(run({"evaluate", file, "--data", "parity"}), {"--data", "10"});
  expect_wrong_use(run({"evaluate", file, "--data", "spirals", "--part", "validation"}), {"--validation"});
  const Finished table = run({"evaluate", file});
  EXPECT_THAT(table.out, AllOf(StartsWith("24 test rows of spirals"), HasSubstr("label"), HasSubstr("predictions")));
}

}  // namespace
}  // namespace fanin::cli_test
