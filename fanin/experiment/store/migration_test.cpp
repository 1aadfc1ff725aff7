// Stores of older fanins, made by the SQL they were made by.
#include <gtest/gtest.h>

#include "fanin/core/error.hpp"
#include "fanin/experiment/store/database.hpp"
#include "fanin/experiment/store/store_for_test.hpp"

namespace fanin::experiment {
namespace {

// As fanin wrote it before runs had an ended_at.
constexpr const char* kVersion1[] = {
    "PRAGMA application_id = 1717661289",
    "CREATE TABLE experiments (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, settings TEXT NOT NULL, "
    "command_line TEXT NOT NULL, version TEXT NOT NULL, created_at TEXT NOT NULL, planned_runs INTEGER NOT NULL) "
    "STRICT",
    "CREATE TABLE runs (id INTEGER PRIMARY KEY, experiment INTEGER NOT NULL REFERENCES experiments (id) ON DELETE "
    "CASCADE, key TEXT NOT NULL, init TEXT NOT NULL, seed INTEGER NOT NULL, settings TEXT NOT NULL, status TEXT NOT "
    "NULL, message TEXT NOT NULL, verdict TEXT NOT NULL, diverged_at_step INTEGER NOT NULL, steps INTEGER NOT NULL, "
    "train_loss REAL, train_accuracy REAL, validation_loss REAL, validation_accuracy REAL, test_loss REAL, "
    "test_accuracy REAL, seconds REAL, UNIQUE (experiment, key)) STRICT",
    "CREATE TABLE epochs (run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE, epoch INTEGER NOT NULL, steps "
    "INTEGER NOT NULL, learning_rate REAL, train_loss REAL, train_accuracy REAL, validation_loss REAL, "
    "validation_accuracy REAL, test_loss REAL, test_accuracy REAL, seconds REAL, PRIMARY KEY (run, epoch)) STRICT, "
    "WITHOUT ROWID",
    "CREATE TABLE layer_statistics (run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE, step INTEGER NOT "
    "NULL, position INTEGER NOT NULL, name TEXT NOT NULL, parameter INTEGER NOT NULL, mean REAL, std_dev REAL, "
    "gradient_norm REAL, dead REAL, saturated REAL, correlation REAL, update_ratio REAL, PRIMARY KEY (run, step, "
    "position)) STRICT, WITHOUT ROWID",
    "CREATE TABLE findings (run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE, position INTEGER NOT NULL, "
    "problem TEXT NOT NULL, layer TEXT NOT NULL, severity TEXT NOT NULL, quantity TEXT NOT NULL, measured REAL, "
    "expected REAL, source TEXT NOT NULL, cause TEXT NOT NULL, remedy TEXT NOT NULL, PRIMARY KEY (run, position)) "
    "STRICT, WITHOUT ROWID",
    "CREATE TABLE artifacts (experiment INTEGER NOT NULL REFERENCES experiments (id) ON DELETE CASCADE, run INTEGER "
    "REFERENCES runs (id) ON DELETE CASCADE, kind TEXT NOT NULL, path TEXT NOT NULL) STRICT",
    "INSERT INTO experiments VALUES (1, 'compare', 'old', '{}', 'fanin compare', '0.1.0', '2026-11-01T00:00:00Z', 2)",
    "INSERT INTO runs VALUES (7, 1, 'he_normal/1', 'he_normal', 1, '{}', 'finished', '', '', 0, 60, 0.5, 0.8, NULL, "
    "NULL, 0.25, 0.875, 1.5)",
    "INSERT INTO epochs VALUES (7, 1, 60, 0.001, 0.5, 0.8, NULL, NULL, 0.25, 0.875, 1.5)",
    "PRAGMA user_version = 1"};

void write_version_1(const std::filesystem::path& file) {
  const Database database(file, Database::Mode::write, {});
  for (const char* sql : kVersion1) database.execute(sql);
}

void expect_the_old_run(const StoreReader& reader) {
  const StoredRun run = reader.run(7);
  EXPECT_EQ(run.key, "he_normal/1");
  EXPECT_EQ(run.test_accuracy, 0.875);
  EXPECT_EQ(run.ended_at, "");
  ASSERT_EQ(run.epochs.size(), 1U);
  EXPECT_EQ(run.epochs[0].test_loss, 0.25);
}

TEST(StoreMigration, BringsAnOldStoreForwardWhenItIsRead) {
  const StoreFolder folder("store_old_read");
  write_version_1(folder.store());
  expect_the_old_run(StoreReader(folder.store()));
  EXPECT_EQ(Database(folder.store(), Database::Mode::read, {}).integer_of("PRAGMA user_version"), kStoreVersion);
  EXPECT_TRUE(check_store(folder.store()).empty());
}

TEST(StoreMigration, LetsAnOldStoreGrow) {
  const StoreFolder folder("store_old_write");
  write_version_1(folder.store());
  StoreWriter writer(folder.store());
  const std::int64_t id = writer.commit_run(1, full_run("he_normal/2"));
  const StoreReader reader(folder.store());
  expect_the_old_run(reader);
  expect_equal(reader.run(id), full_run("he_normal/2"));
}

TEST(StoreMigration, RefusesAStoreOfANewerFanin) {
  const StoreFolder folder("store_newer");
  write_version_1(folder.store());
  Database(folder.store(), Database::Mode::write, {}).execute("PRAGMA user_version = 99");
  for (const bool writes : {false, true}) {
    try {
      if (writes) {
        const StoreWriter writer(folder.store());
      } else {
        const StoreReader reader(folder.store());
      }
      FAIL() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::bad_data);
      EXPECT_NE(error.message().find("newer fanin"), std::string::npos) << error.what();
      EXPECT_NE(error.message().find("99"), std::string::npos) << error.what();
    }
  }
}

TEST(StoreMigration, SaysThatAnOldStoreCannotBeBroughtForward) {
  const StoreFolder folder("store_old_stuck");
  write_version_1(folder.store());
  std::filesystem::create_directory(folder.store().string() + ".lock");  // where the writer's lock would have to be
  try {
    const StoreReader reader(folder.store());
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::io_failure);
    EXPECT_NE(error.message().find("an older fanin wrote this store"), std::string::npos) << error.what();
    EXPECT_NE(error.message().find("copy the folder"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace fanin::experiment
