#include "fanin/experiment/watch/watch_json.hpp"

#include <cmath>

namespace fanin::experiment {
namespace {

using Json = nlohmann::ordered_json;

// JSON knows no NaN and no infinity.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json finding_json(const observe::Finding& finding) {
  Json json;
  json["problem"] = observe::to_string(finding.problem);
  json["layer"] = finding.layer;
  json["severity"] = observe::to_string(finding.severity);
  json["quantity"] = finding.quantity;
  json["measured"] = number(finding.measured.value);
  json["measured_error"] = number(finding.measured.error);
  json["expected"] = number(finding.expected.value);
  json["expected_error"] = number(finding.expected.error);
  json["source"] = finding.source;
  json["cause"] = finding.cause;
  json["remedy"] = finding.remedy;
  json["falsified_by"] = finding.falsified_by;
  return json;
}

}  // namespace

Json findings_json(const std::optional<observe::Diagnosis>& diagnosis) {
  if (!diagnosis) return nullptr;
  Json json;
  json["verdict"] = observe::to_string(diagnosis->verdict);
  json["reason"] = diagnosis->reason;
  json["findings"] = Json::array();
  for (const observe::Finding& finding : diagnosis->findings) json["findings"].push_back(finding_json(finding));
  return json;
}

Json non_finite_json(const std::optional<observe::NonFinite>& found) {
  if (!found) return nullptr;
  Json json;
  json["step"] = found->step;
  json["name"] = found->name;
  json["tensor"] = found->tensor;
  json["element"] = found->element < 0 ? Json(nullptr) : Json(found->element);
  json["nan"] = found->nan;
  json["growth"] = Json::array();
  for (const double value : found->growth) json["growth"].push_back(number(value));
  return json;
}

}  // namespace fanin::experiment
