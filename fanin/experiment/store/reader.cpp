#include <bit>
#include <system_error>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/experiment/store/database.hpp"
#include "fanin/experiment/store/schema.hpp"
#include "fanin/experiment/store/store.hpp"

namespace fanin::experiment {
namespace {

constexpr std::string_view kRunColumns =
    "SELECT id, experiment, key, init, seed, settings, status, message, verdict, diverged_at_step, steps, train_loss, "
    "train_accuracy, validation_loss, validation_accuracy, test_loss, test_accuracy, seconds, "
    "ended_at FROM runs";

// A word that fanin does not write.
template <typename Parse>
auto known_word(const Database& database, const std::string& text, const Parse& parse) {
  try {
    return parse(text);
  } catch (const Error& error) {
    database.damaged(error.what());
  }
}

StoredRun run_of(const Database& database, const Statement& row) {
  StoredRun run;
  run.id = row.integer(0);
  run.experiment = row.integer(1);
  run.key = row.text(2);
  run.init = row.text(3);
  run.seed = std::bit_cast<std::uint64_t>(row.integer(4));
  run.settings = row.text(5);
  run.status = known_word(database, row.text(6), parse_stored_status);
  run.message = row.text(7);
  run.verdict = row.text(8);
  run.diverged_at_step = row.integer(9);
  run.steps = row.integer(10);
  run.train_loss = row.real(11);
  run.train_accuracy = row.real(12);
  run.validation_loss = row.real(13);
  run.validation_accuracy = row.real(14);
  run.test_loss = row.real(15);
  run.test_accuracy = row.real(16);
  run.seconds = row.real(17);
  run.ended_at = row.text(18);
  return run;
}

std::vector<StoredLayer> read_layers(const Database& database, std::int64_t run) {
  std::vector<StoredLayer> layers;
  Statement rows(database,
                 "SELECT step, name, parameter, mean, std_dev, gradient_norm, dead, saturated, correlation, "
                 "update_ratio FROM layer_statistics WHERE run = ? ORDER BY step, position");
  rows.bind(run);
  while (rows.step()) {
    layers.push_back({.step = rows.integer(0),
                      .name = rows.text(1),
                      .parameter = rows.integer(2) != 0,
                      .mean = rows.real(3),
                      .std_dev = rows.real(4),
                      .gradient_norm = rows.real(5),
                      .dead = rows.real(6),
                      .saturated = rows.real(7),
                      .correlation = rows.real(8),
                      .update_ratio = rows.real(9)});
  }
  return layers;
}

std::vector<StoredFinding> read_findings(const Database& database, std::int64_t run) {
  std::vector<StoredFinding> findings;
  Statement rows(database,
                 "SELECT problem, layer, severity, quantity, measured, expected, source, cause, remedy FROM findings "
                 "WHERE run = ? ORDER BY position");
  rows.bind(run);
  while (rows.step()) {
    findings.push_back({.problem = rows.text(0),
                        .layer = rows.text(1),
                        .severity = rows.text(2),
                        .quantity = rows.text(3),
                        .measured = rows.real(4),
                        .expected = rows.real(5),
                        .source = rows.text(6),
                        .cause = rows.text(7),
                        .remedy = rows.text(8)});
  }
  return findings;
}

std::string conditions(const RunQuery& query) {
  std::string sql;
  const auto add = [&sql](std::string_view condition) { (sql += sql.empty() ? " WHERE " : " AND ") += condition; };
  if (query.experiment) add("experiment = ?");
  if (!query.init.empty()) add("init = ?");
  if (query.seed) add("seed = ?");
  if (!query.key.empty()) add("key = ?");
  if (!query.statuses.empty()) {
    std::string marks;
    for (std::size_t i = 0; i < query.statuses.size(); ++i) marks += i == 0 ? "?" : ", ?";
    add("status IN (" + marks + ")");
  }
  return sql + " ORDER BY id";
}

}  // namespace

struct StoreReader::Impl {
  Impl(const std::filesystem::path& file, const StoreOptions& options)
      : database(file, Database::Mode::read, options) {}

  Database database;
};

StoreReader::StoreReader(const std::filesystem::path& file, const StoreOptions& options)
    : impl_(std::make_unique<Impl>(file, options)) {
  const std::int64_t version = schema_version(impl_->database);
  if (version == 0) throw Error(ErrorCode::bad_data, file.string(), "this file is empty, so it is no store");
  if (version == kStoreVersion) return;
  impl_.reset();
  try {
    const StoreWriter migrates(file, options);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::io_failure) throw;
    throw Error(ErrorCode::io_failure, file.string(),
                "an older fanin wrote this store, which has to be brought forward to be read, and that failed: " +
                    error.message() + "; where nothing may be written, copy the folder and read the copy");
  }
  impl_ = std::make_unique<Impl>(file, options);
}
StoreReader::~StoreReader() = default;
StoreReader::StoreReader(StoreReader&&) noexcept = default;
StoreReader& StoreReader::operator=(StoreReader&&) noexcept = default;

std::vector<StoredExperiment> StoreReader::experiments() const {
  std::vector<StoredExperiment> experiments;
  Statement rows(impl_->database,
                 "SELECT id, kind, name, settings, command_line, version, created_at, planned_runs FROM experiments "
                 "ORDER BY id");
  while (rows.step()) {
    experiments.push_back({.id = rows.integer(0),
                           .kind = known_word(impl_->database, rows.text(1), parse_experiment_kind),
                           .name = rows.text(2),
                           .settings = rows.text(3),
                           .command_line = rows.text(4),
                           .version = rows.text(5),
                           .created_at = rows.text(6),
                           .planned_runs = rows.integer(7)});
  }
  return experiments;
}

std::vector<StoredRun> StoreReader::runs(const RunQuery& query) const {
  Statement rows(impl_->database, std::string(kRunColumns) + conditions(query));
  if (query.experiment) rows.bind(*query.experiment);
  if (!query.init.empty()) rows.bind(std::string_view(query.init));
  if (query.seed) rows.bind(std::bit_cast<std::int64_t>(*query.seed));
  if (!query.key.empty()) rows.bind(std::string_view(query.key));
  for (const StoredStatus status : query.statuses) rows.bind(to_string(status));
  std::vector<StoredRun> runs;
  while (rows.step()) runs.push_back(run_of(impl_->database, rows));
  return runs;
}

StoredRun StoreReader::run(std::int64_t id) const {
  Statement row(impl_->database, std::string(kRunColumns) + " WHERE id = ?");
  row.bind(id);
  if (!row.step()) {
    throw Error(ErrorCode::unknown_name, impl_->database.file().string(),
                "there is no run " + std::to_string(id) + "; `fanin runs list` shows those there are");
  }
  StoredRun run = run_of(impl_->database, row);
  run.epochs = epochs(id);
  run.layers = read_layers(impl_->database, id);
  run.findings = read_findings(impl_->database, id);
  return run;
}

std::vector<StoredEpoch> StoreReader::epochs(std::int64_t run) const {
  std::vector<StoredEpoch> epochs;
  Statement rows(impl_->database,
                 "SELECT epoch, steps, learning_rate, train_loss, train_accuracy, validation_loss, "
                 "validation_accuracy, test_loss, test_accuracy, seconds FROM epochs WHERE run = ? ORDER BY epoch");
  rows.bind(run);
  while (rows.step()) {
    epochs.push_back({.epoch = rows.integer(0),
                      .steps = rows.integer(1),
                      .learning_rate = rows.real(2),
                      .train_loss = rows.real(3),
                      .train_accuracy = rows.real(4),
                      .validation_loss = rows.real(5),
                      .validation_accuracy = rows.real(6),
                      .test_loss = rows.real(7),
                      .test_accuracy = rows.real(8),
                      .seconds = rows.real(9)});
  }
  return epochs;
}

std::vector<StoredArtifact> StoreReader::artifacts(std::int64_t experiment) const {
  std::vector<StoredArtifact> artifacts;
  Statement rows(impl_->database,
                 "SELECT ifnull(run, 0), kind, path FROM artifacts WHERE experiment = ? ORDER BY rowid");
  rows.bind(experiment);
  while (rows.step()) artifacts.push_back({.run = rows.integer(0), .kind = rows.text(1), .path = rows.text(2)});
  return artifacts;
}

std::filesystem::path find_store(const std::filesystem::path& folder_or_file) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder_or_file, error)) return folder_or_file;
  const std::filesystem::path file = folder_or_file / kStoreFileName;
  if (!std::filesystem::exists(file, error)) {
    throw Error(ErrorCode::missing_data, folder_or_file.string(),
                "there is no store in this folder; compare, train, check and sweep write one with --out");
  }
  return file;
}

}  // namespace fanin::experiment
