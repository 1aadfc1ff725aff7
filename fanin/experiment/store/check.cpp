#include "fanin/core/error.hpp"
#include "fanin/experiment/store/database.hpp"
#include "fanin/experiment/store/schema.hpp"
#include "fanin/experiment/store/store.hpp"

namespace fanin::experiment {
namespace {

void check_pages(const Database& database, std::vector<std::string>& problems) {
  Statement rows(database, "PRAGMA integrity_check(20)");
  while (rows.step()) {
    if (const std::string line = rows.text(0); line != "ok") problems.push_back(line);
  }
  Statement keys(database, "PRAGMA foreign_key_check");
  while (keys.step()) {
    problems.push_back("a row of " + keys.text(0) + " belongs to a row of " + keys.text(2) + " that is not there");
    if (problems.size() > 20) return;
  }
}

void check_values(const StoreReader& reader, std::vector<std::string>& problems) {
  for (const StoredExperiment& experiment : reader.experiments()) static_cast<void>(reader.artifacts(experiment.id));
  for (const StoredRun& run : reader.runs({})) {
    try {
      static_cast<void>(reader.run(run.id));
    } catch (const Error& error) {
      problems.push_back("run " + std::to_string(run.id) + ": " + error.message());
      if (problems.size() > 20) return;
    }
  }
}

}  // namespace

std::vector<std::string> check_store(const std::filesystem::path& file) {
  std::vector<std::string> problems;
  const auto collect = [&problems](const auto& check) {
    try {
      check();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::bad_data) throw;
      problems.push_back(error.message());
    }
  };
  collect([&] { check_pages(Database(file, Database::Mode::read, {}), problems); });
  collect([&] { check_values(StoreReader(file), problems); });
  return problems;
}

}  // namespace fanin::experiment
