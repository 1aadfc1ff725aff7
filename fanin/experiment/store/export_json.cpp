#include <algorithm>
#include <cmath>

#include "fanin/core/version.hpp"
#include "fanin/experiment/json_text.hpp"
#include "fanin/experiment/store/export.hpp"
#include "fanin/experiment/store/run_numbers.hpp"
#include "fanin/experiment/store/settings_text.hpp"

namespace fanin::experiment {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json experiment_json(const StoredExperiment& experiment) {
  Json json;
  json["id"] = experiment.id;
  json["kind"] = to_string(experiment.kind);
  json["name"] = experiment.name;
  json["settings"] = settings_of(experiment.settings);
  json["command_line"] = experiment.command_line;
  json["fanin"] = experiment.version;
  json["created_at"] = experiment.created_at;
  json["planned_runs"] = experiment.planned_runs;
  return json;
}

Json epoch_json(const StoredEpoch& epoch) {
  Json json;
  json["epoch"] = epoch.epoch;
  json["steps"] = epoch.steps;
  for (const auto& [name, value] : epoch_numbers()) json[std::string(name)] = number(epoch.*value);
  return json;
}

Json layer_json(const StoredLayer& layer) {
  Json json;
  json["step"] = layer.step;
  json["name"] = layer.name;
  json["parameter"] = layer.parameter;
  for (const auto& [name, value] : layer_numbers()) json[std::string(name)] = number(layer.*value);
  return json;
}

Json finding_json(const StoredFinding& finding) {
  Json json;
  json["problem"] = finding.problem;
  json["layer"] = finding.layer;
  json["severity"] = finding.severity;
  json["quantity"] = finding.quantity;
  json["measured"] = number(finding.measured);
  json["expected"] = number(finding.expected);
  json["source"] = finding.source;
  json["cause"] = finding.cause;
  json["remedy"] = finding.remedy;
  return json;
}

void add_run(Json& json, const StoredRun& run) {
  json["id"] = run.id;
  json["experiment"] = run.experiment;
  json["key"] = run.key;
  json["init"] = run.init;
  json["seed"] = run.seed;
  json["settings"] = settings_of(run.settings);
  json["status"] = to_string(run.status);
  json["message"] = run.message;
  json["verdict"] = run.verdict;
  json["diverged_at_step"] = run.diverged_at_step;
  json["steps"] = run.steps;
  for (const RunNumber& result : run_numbers()) json[std::string(result.name)] = number(run.*result.value);
  json["ended_at"] = run.ended_at;
  for (const StoredEpoch& epoch : run.epochs) json["epochs"].push_back(epoch_json(epoch));
  for (const StoredLayer& layer : run.layers) json["layers"].push_back(layer_json(layer));
  for (const StoredFinding& finding : run.findings) json["findings"].push_back(finding_json(finding));
}

}  // namespace

std::string runs_to_json(std::span<const StoredExperiment> experiments, std::span<const StoredRun> runs) {
  Json json;
  json["version"] = kVersion;
  json["experiments"] = Json::array();
  for (const StoredExperiment& experiment : experiments) json["experiments"].push_back(experiment_json(experiment));
  json["runs"] = Json::array();
  for (const StoredRun& run : runs) {
    Json entry;
    add_run(entry, run);
    json["runs"].push_back(std::move(entry));
  }
  return json_file(json);
}

std::string runs_to_json_lines(std::span<const StoredExperiment> experiments, std::span<const StoredRun> runs) {
  std::string text;
  for (const StoredRun& run : runs) {
    Json json;
    const auto owner = std::ranges::find(experiments, run.experiment, &StoredExperiment::id);
    if (owner != experiments.end()) {
      json["kind"] = to_string(owner->kind);
      json["name"] = owner->name;
    }
    add_run(json, run);
    text += json_line(json) + "\n";
  }
  return text;
}

}  // namespace fanin::experiment
