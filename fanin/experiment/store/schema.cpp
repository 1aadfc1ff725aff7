#include "fanin/experiment/store/schema.hpp"

#include <array>
#include <string>

#include "fanin/core/error.hpp"

namespace fanin::experiment {
namespace {

constexpr std::int64_t kApplicationId = 0x66616e69;  // "fani", so that `file fanin.sqlite` can tell

// STRICT: a value of another type cannot be written. A number that nobody measured is NULL.
void create_version_1(const Database& database) {
  database.execute("PRAGMA application_id = " + std::to_string(kApplicationId));
  database.execute(R"sql(
    CREATE TABLE experiments (
      id INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,
      name TEXT NOT NULL,
      settings TEXT NOT NULL,
      command_line TEXT NOT NULL,
      version TEXT NOT NULL,
      created_at TEXT NOT NULL,
      planned_runs INTEGER NOT NULL
    ) STRICT)sql");
  database.execute(R"sql(
    CREATE TABLE runs (
      id INTEGER PRIMARY KEY,
      experiment INTEGER NOT NULL REFERENCES experiments (id) ON DELETE CASCADE,
      key TEXT NOT NULL,
      init TEXT NOT NULL,
      seed INTEGER NOT NULL,
      settings TEXT NOT NULL,
      status TEXT NOT NULL,
      message TEXT NOT NULL,
      verdict TEXT NOT NULL,
      diverged_at_step INTEGER NOT NULL,
      steps INTEGER NOT NULL,
      train_loss REAL, train_accuracy REAL,
      validation_loss REAL, validation_accuracy REAL,
      test_loss REAL, test_accuracy REAL,
      seconds REAL,
      UNIQUE (experiment, key)
    ) STRICT)sql");
  database.execute(R"sql(
    CREATE TABLE epochs (
      run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      epoch INTEGER NOT NULL,
      steps INTEGER NOT NULL,
      learning_rate REAL,
      train_loss REAL, train_accuracy REAL,
      validation_loss REAL, validation_accuracy REAL,
      test_loss REAL, test_accuracy REAL,
      seconds REAL,
      PRIMARY KEY (run, epoch)
    ) STRICT, WITHOUT ROWID)sql");
  database.execute(R"sql(
    CREATE TABLE layer_statistics (
      run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      step INTEGER NOT NULL,
      position INTEGER NOT NULL,
      name TEXT NOT NULL,
      parameter INTEGER NOT NULL,
      mean REAL, std_dev REAL, gradient_norm REAL,
      dead REAL, saturated REAL, correlation REAL, update_ratio REAL,
      PRIMARY KEY (run, step, position)
    ) STRICT, WITHOUT ROWID)sql");
  database.execute(R"sql(
    CREATE TABLE findings (
      run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      problem TEXT NOT NULL,
      layer TEXT NOT NULL,
      severity TEXT NOT NULL,
      quantity TEXT NOT NULL,
      measured REAL,
      expected REAL,
      source TEXT NOT NULL,
      cause TEXT NOT NULL,
      remedy TEXT NOT NULL,
      PRIMARY KEY (run, position)
    ) STRICT, WITHOUT ROWID)sql");
  database.execute(R"sql(
    CREATE TABLE artifacts (
      experiment INTEGER NOT NULL REFERENCES experiments (id) ON DELETE CASCADE,
      run INTEGER REFERENCES runs (id) ON DELETE CASCADE,
      kind TEXT NOT NULL,
      path TEXT NOT NULL
    ) STRICT)sql");
}

void add_ends_of_runs_2(const Database& database) {
  database.execute("ALTER TABLE runs ADD COLUMN ended_at TEXT NOT NULL DEFAULT ''");
}

// Element i leads from version i to version i + 1.
constexpr std::array kMigrations{create_version_1, add_ends_of_runs_2};
static_assert(kMigrations.size() == kStoreVersion);

}  // namespace

std::int64_t schema_version(const Database& database) {
  const std::int64_t version = database.integer_of("PRAGMA user_version");
  const std::int64_t application = database.integer_of("PRAGMA application_id");
  const std::int64_t entries = database.integer_of("SELECT count(*) FROM sqlite_schema");
  if (entries == 0 && version == 0) return 0;
  if (application != kApplicationId) {
    throw Error(ErrorCode::bad_data, database.file().string(), "it is an SQLite database, but no store of fanin");
  }
  if (version > kStoreVersion) {
    throw Error(ErrorCode::bad_data, database.file().string(),
                "a newer fanin wrote this store (its version is " + std::to_string(version) + ", this fanin knows " +
                    std::to_string(kStoreVersion) + "); read it with that fanin");
  }
  // A store has tables only: a view could stand for a table and compute for ever.
  if (version < 1 || database.integer_of("SELECT count(*) FROM sqlite_schema WHERE type IN ('view', 'trigger') OR "
                                         "sql LIKE 'CREATE VIRTUAL%'") != 0) {
    database.damaged("its tables are not those of fanin");
  }
  return version;
}

void migrate(const Database& database) {
  for (;;) {
    if (schema_version(database) == kStoreVersion) return;
    Transaction transaction(database);
    const std::int64_t version = schema_version(database);  // another process may have been faster
    if (version < kStoreVersion) {
      kMigrations[static_cast<std::size_t>(version)](database);
      database.execute("PRAGMA user_version = " + std::to_string(version + 1));
    }
    transaction.commit();
  }
}

}  // namespace fanin::experiment
