// Stores that a disk, a crash or an attacker changed: an error or a value, never anything else.
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/experiment/store/database.hpp"
#include "fanin/experiment/store/store_for_test.hpp"

namespace fanin::experiment {
namespace {

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_bytes(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

void fill(StoreWriter& writer) {
  for (int e = 0; e < 3; ++e) {
    const std::int64_t experiment = writer.add_experiment(some_experiment());
    for (int i = 0; i < 8; ++i) {
      StoredRun run = full_run("run " + std::to_string(i));
      for (std::int64_t step = 2; step < 30; ++step) run.layers.push_back({step, "layer9.weight", true, 0.1, 0.2, 0.3});
      run.message.assign(i == 3 ? 20'000 : 20, 'm');  // one of several pages
      writer.commit_run(experiment, run);
    }
    writer.add_artifact(experiment, {.kind = "result", .path = "result.json"});
  }
}

void read_everything(const std::filesystem::path& file) {
  const StoreReader reader(file);
  for (const StoredExperiment& experiment : reader.experiments()) static_cast<void>(reader.artifacts(experiment.id));
  for (const StoredRun& run : reader.runs({})) static_cast<void>(reader.run(run.id));
}

/// @return whether it was refused, by an error about this file.
template <typename Action>
bool is_refused(const std::filesystem::path& file, const Action& action) {
  try {
    action();
    return false;
  } catch (const Error& error) {
    EXPECT_TRUE(error.where().starts_with(file.string())) << error.what();
    EXPECT_FALSE(error.message().empty());
    return true;
  }
}

/// What a disk does to a file: single bytes, blocks of zeros or of other blocks, a lost end.
std::string damaged(std::string bytes, std::mt19937_64& random) {
  const auto below = [&random](std::size_t end) { return static_cast<std::size_t>(random() % end); };
  switch (below(5)) {
    case 0:
      for (std::size_t i = 0, n = 1 + below(40); i < n; ++i) bytes[below(bytes.size())] = static_cast<char>(random());
      break;
    case 1: bytes[below(100)] = static_cast<char>(random()); break;  // the header
    case 2: bytes.resize(below(bytes.size())); break;
    case 3: {
      const std::size_t page = below(bytes.size() / 4096) * 4096;
      std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(page), 4096, '\0');
      break;
    }
    default: {
      const std::string page = bytes.substr(below(bytes.size() / 4096) * 4096, 4096);
      bytes.replace(below(bytes.size() / 4096) * 4096, 4096, page);
    }
  }
  return bytes;
}

TEST(StoreDamage, OfTheFileIsAnErrorOrHarmless) {
  const StoreFolder folder("store_damage");
  {
    StoreWriter writer(folder.store());
    fill(writer);
  }
  const std::string sound = bytes_of(folder.store());
  ASSERT_TRUE(check_store(folder.store()).empty());
  std::mt19937_64 random(1);
  int refused = 0;
  for (int trial = 0; trial < 300; ++trial) {
    SCOPED_TRACE(trial);
    write_bytes(folder.store(), damaged(sound, random));
    const bool unreadable = is_refused(folder.store(), [&] { read_everything(folder.store()); });
    refused += unreadable ? 1 : 0;
    is_refused(folder.store(), [&] {
      const auto problems = check_store(folder.store());
      EXPECT_TRUE(!unreadable || !problems.empty());
    });
    if (trial % 8 != 0) continue;
    is_refused(folder.store(), [&] {
      StoreWriter writer(folder.store());
      writer.commit_run(writer.continue_experiment(some_experiment()), full_run("new"));
    });
    for (const char* beside : {"-wal", "-shm"}) std::filesystem::remove(folder.store().string() + beside);
  }
  EXPECT_GT(refused, 50);
}

TEST(StoreDamage, OfTheLogLosesNothingThatWasWrittenBeforeIt) {
  const StoreFolder folder("store_log");
  const StoreFolder copy("store_log_copy");
  {
    StoreWriter moves_its_log_into_the_file(folder.store());
    fill(moves_its_log_into_the_file);
  }
  StoreWriter writer(folder.store());
  fill(writer);
  const std::string file = bytes_of(folder.store());
  const std::string log = bytes_of(folder.store().string() + "-wal");
  ASSERT_GT(log.size(), 4096U);
  std::mt19937_64 random(2);
  for (int trial = 0; trial < 100; ++trial) {
    SCOPED_TRACE(trial);
    write_bytes(copy.store(), file);
    std::filesystem::remove(copy.store().string() + "-shm");
    const std::size_t intact = static_cast<std::size_t>(random() % log.size());
    write_bytes(copy.store().string() + "-wal", trial % 2 == 0 ? log.substr(0, intact) : damaged(log, random));
    read_everything(copy.store());
    EXPECT_EQ(check_store(copy.store()), std::vector<std::string>{});
    EXPECT_GE(StoreReader(copy.store()).runs({}).size(), 24U);
  }
}

TEST(StoreDamage, ReportsWhatWasFoundAndWhatToDo) {
  const StoreFolder folder("store_words");
  {
    StoreWriter writer(folder.store());
    fill(writer);
  }
  std::string bytes = bytes_of(folder.store());
  std::fill(bytes.begin() + 4096, bytes.end(), '\x5a');
  write_bytes(folder.store(), bytes);
  try {
    read_everything(folder.store());
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::bad_data);
    EXPECT_NE(error.message().find("fanin runs check"), std::string::npos) << error.what();
    EXPECT_NE(error.message().find(".recover"), std::string::npos) << error.what();
  }
  EXPECT_FALSE(check_store(folder.store()).empty());
}

TEST(StoreDamage, OtherFilesAreNoStores) {
  const StoreFolder folder("store_others");
  const auto refusal = [&] {
    try {
      const StoreReader reader(folder.store());
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::bad_data) << error.what();
      return error.message();
    }
    return std::string("no error");
  };
  write_bytes(folder.store(), "");
  EXPECT_NE(refusal().find("empty"), std::string::npos) << refusal();
  write_bytes(folder.store(), std::string(5000, 'x'));
  EXPECT_NE(refusal().find("no SQLite database"), std::string::npos) << refusal();
  write_bytes(folder.store(), "");
  Database(folder.store(), Database::Mode::write, {}).execute("CREATE TABLE runs (id INTEGER PRIMARY KEY)");
  EXPECT_NE(refusal().find("no store of fanin"), std::string::npos) << refusal();
  try {
    const StoreWriter writer(folder.store());
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("no store of fanin"), std::string::npos) << error.what();
  }
  EXPECT_THROW(StoreReader(folder.path()), Error);
}

// Something else wrote tables of the same names.
void replace_runs(const std::filesystem::path& file, const std::string& sql) {
  { const StoreWriter writer(file); }
  const Database database(file, Database::Mode::write, {});
  database.execute("PRAGMA foreign_keys = OFF");
  database.execute("DROP TABLE runs");
  database.execute(sql);
}

TEST(StoreDamage, ValuesOfAnotherTypeAreErrors) {
  constexpr const char* kColumns =
      "CREATE TABLE runs (id, experiment, key, init, seed, settings, status, message, verdict, diverged_at_step, "
      "steps, train_loss, train_accuracy, validation_loss, validation_accuracy, test_loss, test_accuracy, seconds, "
      "ended_at)";
  const StoreFolder folder("store_types");
  for (const char* values : {
           "1, 1, x'00ff', 'zeros', 1, '{}', 'finished', '', '', 0, 0, 1, 1, 1, 1, 1, 1, 1, ''",
           "1, 1, 'k', NULL, 1, '{}', 'finished', '', '', 0, 0, 1, 1, 1, 1, 1, 1, 1, ''",
           "1, 1, 'k', 'zeros', 1.5, '{}', 'finished', '', '', 0, 0, 1, 1, 1, 1, 1, 1, 1, ''",
           "1, 1, 'k', 'zeros', 1, '{}', 'splendid', '', '', 0, 0, 1, 1, 1, 1, 1, 1, 1, ''",
           "1, 1, 'k', 'zeros', 1, '{}', 'finished', '', '', 0, 0, 1, 1, 1, 1, 'good', 1, 1, ''",
           "1, 1, zeroblob(3000000), 'zeros', 1, '{}', 'finished', '', '', 0, 0, 1, 1, 1, 1, 1, 1, 1, ''",
           "'one', 1, 'k', 'zeros', 1, '{}', 'finished', '', '', 0, 0, 1, 1, 1, 1, 1, 1, 1, ''",
       }) {
    SCOPED_TRACE(values);
    std::filesystem::remove(folder.store());
    replace_runs(folder.store(), kColumns);
    const std::string insert = std::string("INSERT INTO runs VALUES (").append(values).append(")");
    Database(folder.store(), Database::Mode::write, {}).execute(insert);
    EXPECT_THROW(StoreReader(folder.store()).runs({}), Error);
    EXPECT_FALSE(check_store(folder.store()).empty());
  }
}

TEST(StoreDamage, AViewThatNeverEndsIsRefused) {
  const StoreFolder folder("store_endless");
  replace_runs(
      folder.store(),
      "CREATE VIEW runs AS WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) SELECT * FROM n");
  EXPECT_THROW(StoreReader(folder.store()).runs({}), Error);
  EXPECT_FALSE(check_store(folder.store()).empty());
}

}  // namespace
}  // namespace fanin::experiment
