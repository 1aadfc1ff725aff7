#include <cmath>

#include "fanin/experiment/json_text.hpp"
#include "fanin/experiment/repair/repair.hpp"
#include "fanin/experiment/training/settings_json.hpp"

namespace fanin::experiment {
namespace {

constexpr int kVersion = 1;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json findings_json(const observe::Diagnosis& diagnosis) {
  Json findings = Json::array();
  for (const observe::Finding& finding : diagnosis.findings) {
    findings.push_back({{"problem", observe::to_string(finding.problem)},
                        {"layer", finding.layer},
                        {"severity", observe::to_string(finding.severity)},
                        {"quantity", finding.quantity},
                        {"measured", number(finding.measured.value)},
                        {"expected", number(finding.expected.value)},
                        {"cause", finding.cause},
                        {"remedy", finding.remedy}});
  }
  return findings;
}

Json trial_json(const RepairTrial& trial) {
  Json json;
  json["kind"] = to_string(trial.kind);
  json["what"] = trial.what;
  json["options"] = trial.options;
  json["settings"] = settings_json(trial.settings);
  if (!trial.refused.empty()) {
    json["refused"] = trial.refused;
    return json;
  }
  json["status"] = to_string(trial.status);
  json["trainings"] = trial.trainings;
  json["loss"] = number(trial.loss);
  json["accuracy"] = number(trial.accuracy);
  if (trial.diagnosis) {
    json["verdict"] = observe::to_string(trial.diagnosis->verdict);
    json["findings"] = findings_json(*trial.diagnosis);
  }
  return json;
}

}  // namespace

std::string to_json(const RepairResult& result) {
  Json json;
  json["version"] = kVersion;
  json["outcome"] = to_string(result.outcome);
  json["reason"] = result.reason;
  json["judged_by"] = result.judged_by;
  json["steps"] = result.steps;
  json["chance_loss"] = number(result.chance_loss);
  json["before"] = trial_json(result.before);
  json["after"] = result.after.kind == RepairKind::none ? Json(nullptr) : trial_json(result.after);
  json["test_before"] = {{"loss", number(result.test_before.loss)}, {"accuracy", number(result.test_before.accuracy)}};
  json["test_after"] = {{"loss", number(result.test_after.loss)}, {"accuracy", number(result.test_after.accuracy)}};
  json["trials"] = Json::array();
  for (const RepairTrial& trial : result.trials) json["trials"].push_back(trial_json(trial));
  json["changes"] = Json::array();
  for (const init::FitChange& change : result.changes) {
    json["changes"].push_back({{"parameter", change.parameter},
                               {"layer", change.layer},
                               {"factor", number(change.factor)},
                               {"before", number(change.before)},
                               {"after", number(change.after)}});
  }
  return json_file(json);
}

}  // namespace fanin::experiment
