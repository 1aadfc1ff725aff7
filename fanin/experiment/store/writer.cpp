#include <bit>
#include <cmath>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/experiment/json_text.hpp"
#include "fanin/experiment/store/database.hpp"
#include "fanin/experiment/store/schema.hpp"
#include "fanin/experiment/store/store.hpp"
#include "fanin/experiment/store/writer_lock.hpp"

namespace fanin::experiment {

struct StoreWriter::Impl {
  Impl(const std::filesystem::path& file, const StoreOptions& options)
      : lock(file, options.wait_seconds), database(file, Database::Mode::write, options) {
    migrate(database);
  }

  WriterLock lock;  // first, so that it is the last to go
  Database database;
};

namespace {

void need_object(const std::string& where, const std::string& settings) {
  if (parse_json_or_discard(settings).is_object()) return;
  throw Error(ErrorCode::bad_value, where, "the settings are no JSON object: '" + settings.substr(0, 100) + "'");
}

void write_epochs(const Database& database, std::int64_t run, const std::vector<StoredEpoch>& epochs) {
  Statement insert(database, "INSERT INTO epochs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const StoredEpoch& epoch : epochs) {
    insert.bind(run).bind(epoch.epoch).bind(epoch.steps).bind(epoch.learning_rate);
    insert.bind(epoch.train_loss).bind(epoch.train_accuracy).bind(epoch.validation_loss);
    insert.bind(epoch.validation_accuracy).bind(epoch.test_loss).bind(epoch.test_accuracy).bind(epoch.seconds).run();
  }
}

void write_layers(const Database& database, std::int64_t run, const std::vector<StoredLayer>& layers) {
  Statement insert(database, "INSERT INTO layer_statistics VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  std::int64_t position = 0;
  for (const StoredLayer& layer : layers) {
    insert.bind(run).bind(layer.step).bind(position++).bind(std::string_view(layer.name));
    insert.bind(std::int64_t{layer.parameter}).bind(layer.mean).bind(layer.std_dev).bind(layer.gradient_norm);
    insert.bind(layer.dead).bind(layer.saturated).bind(layer.correlation).bind(layer.update_ratio).run();
  }
}

void write_findings(const Database& database, std::int64_t run, const std::vector<StoredFinding>& findings) {
  Statement insert(database, "INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  std::int64_t position = 0;
  for (const StoredFinding& finding : findings) {
    insert.bind(run).bind(position++).bind(std::string_view(finding.problem)).bind(std::string_view(finding.layer));
    insert.bind(std::string_view(finding.severity)).bind(std::string_view(finding.quantity));
    insert.bind(finding.measured).bind(finding.expected).bind(std::string_view(finding.source));
    insert.bind(std::string_view(finding.cause)).bind(std::string_view(finding.remedy)).run();
  }
}

void write_run(const Database& database, std::int64_t experiment, const StoredRun& run) {
  Statement insert(
      database,
      "INSERT INTO runs (experiment, key, init, seed, settings, status, message, verdict, "
      "diverged_at_step, steps, train_loss, train_accuracy, validation_loss, validation_accuracy, "
      "test_loss, test_accuracy, seconds, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind(experiment).bind(std::string_view(run.key)).bind(std::string_view(run.init));
  insert.bind(std::bit_cast<std::int64_t>(run.seed)).bind(std::string_view(run.settings));
  insert.bind(to_string(run.status)).bind(std::string_view(run.message)).bind(std::string_view(run.verdict));
  insert.bind(run.diverged_at_step).bind(run.steps).bind(run.train_loss).bind(run.train_accuracy);
  insert.bind(run.validation_loss).bind(run.validation_accuracy).bind(run.test_loss).bind(run.test_accuracy);
  insert.bind(run.seconds).bind(std::string_view(run.ended_at)).run();
}

// A word that fanin does not write is damage of the file, not a wrong request.
bool is_complete_in(const Database& database, const std::string& status) {
  try {
    return is_complete(parse_stored_status(status));
  } catch (const Error& error) {
    database.damaged(error.what());
  }
}

// A complete run is never written over.
void make_room_for(const Database& database, std::int64_t experiment, const StoredRun& run) {
  Statement find(database, "SELECT id, status FROM runs WHERE experiment = ? AND key = ?");
  find.bind(experiment).bind(std::string_view(run.key));
  if (!find.step()) return;
  if (is_complete_in(database, find.text(1))) {
    throw Error(ErrorCode::bad_value, database.file().string(), "the run '" + run.key + "' is complete already");
  }
  Statement(database, "DELETE FROM runs WHERE id = ?").bind(find.integer(0)).run();
}

}  // namespace

StoreWriter::StoreWriter(const std::filesystem::path& file, const StoreOptions& options)
    : impl_(std::make_unique<Impl>(file, options)) {}
StoreWriter::~StoreWriter() = default;
StoreWriter::StoreWriter(StoreWriter&&) noexcept = default;
StoreWriter& StoreWriter::operator=(StoreWriter&&) noexcept = default;

std::int64_t StoreWriter::add_experiment(const StoredExperiment& experiment) {
  need_object("settings of the experiment", experiment.settings);
  Transaction transaction(impl_->database);
  Statement insert(impl_->database,
                   "INSERT INTO experiments (kind, name, settings, command_line, version, created_at, planned_runs) "
                   "VALUES (?, ?, ?, ?, ?, ?, ?)");
  insert.bind(to_string(experiment.kind)).bind(std::string_view(experiment.name));
  insert.bind(std::string_view(experiment.settings)).bind(std::string_view(experiment.command_line));
  insert.bind(std::string_view(experiment.version)).bind(std::string_view(experiment.created_at));
  insert.bind(experiment.planned_runs).run();
  const std::int64_t id = impl_->database.last_row_id();
  transaction.commit();
  return id;
}

std::int64_t StoreWriter::continue_experiment(const StoredExperiment& experiment) {
  {
    Statement find(impl_->database,
                   "SELECT id FROM experiments WHERE kind = ? AND name = ? AND settings = ? ORDER BY id DESC LIMIT 1");
    find.bind(to_string(experiment.kind)).bind(std::string_view(experiment.name));
    find.bind(std::string_view(experiment.settings));
    if (find.step()) return find.integer(0);
  }
  return add_experiment(experiment);
}

std::set<std::string> StoreWriter::complete_keys(std::int64_t experiment) const {
  std::set<std::string> keys;
  Statement find(impl_->database, "SELECT key, status FROM runs WHERE experiment = ?");
  find.bind(experiment);
  while (find.step()) {
    if (is_complete_in(impl_->database, find.text(1))) keys.insert(find.text(0));
  }
  return keys;
}

std::int64_t StoreWriter::commit_run(std::int64_t experiment, const StoredRun& run) {
  need_object("settings of run '" + run.key + "'", run.settings);
  const Database& database = impl_->database;
  Transaction transaction(database);
  make_room_for(database, experiment, run);
  write_run(database, experiment, run);
  const std::int64_t id = database.last_row_id();
  write_epochs(database, id, run.epochs);
  write_layers(database, id, run.layers);
  write_findings(database, id, run.findings);
  transaction.commit();
  return id;
}

void StoreWriter::add_artifact(std::int64_t experiment, const StoredArtifact& artifact) {
  const Database& database = impl_->database;
  Transaction transaction(database);
  {
    Statement owner(database, "SELECT count(*) FROM runs WHERE id = ? AND experiment = ?");
    owner.bind(artifact.run).bind(experiment);
    owner.step();
    if (artifact.run != 0 && owner.integer(0) == 0) {
      throw Error(ErrorCode::bad_value, database.file().string(),
                  "run " + std::to_string(artifact.run) + " is not of experiment " + std::to_string(experiment));
    }
  }
  Statement insert(database,
                   "INSERT INTO artifacts SELECT ?1, nullif(?2, 0), ?3, ?4 WHERE NOT EXISTS (SELECT * FROM artifacts "
                   "WHERE experiment = ?1 AND run IS nullif(?2, 0) AND kind = ?3 AND path = ?4)");
  insert.bind(experiment).bind(artifact.run).bind(std::string_view(artifact.kind));
  insert.bind(std::string_view(artifact.path)).run();
  transaction.commit();
}

}  // namespace fanin::experiment
