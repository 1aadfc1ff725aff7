#include "fanin/core/version.hpp"
#include "fanin/observe/remedy_elsewhere.hpp"
#include "fanin/report/check_report.hpp"
#include "fanin/report/json_values.hpp"
#include "fanin/report/why_json.hpp"

namespace fanin::report {
namespace {

using observe::Diagnosis;
using observe::Finding;
using observe::LayerRow;
using observe::Trace;

Json finding_json(const Finding& finding, const std::string& origin) {
  Json json{{"problem", observe::to_string(finding.problem)},
            {"layer", finding.layer},
            {"severity", observe::to_string(finding.severity)},
            {"initialization", observe::is_initialization(finding.problem)},
            {"quantity", finding.quantity},
            {"measured", json_number(finding.measured.value)},
            {"measured_error", json_number(finding.measured.error)},
            {"expected", json_number(finding.expected.value)},
            {"expected_error", json_number(finding.expected.error)},
            {"source", finding.source},
            {"cause", finding.cause},
            {"remedy", finding.remedy},
            {"falsified_by", finding.falsified_by}};
  const std::string there = observe::remedy_elsewhere(finding.remedy, origin);
  if (!there.empty()) json["remedy_elsewhere"] = there;
  return json;
}

Json layer_json(const LayerRow& row) {
  Json json{{"name", row.name},
            {"kind", row.kind},
            {"activation", json_number(row.activation)},
            {"gradient", json_number(row.gradient)},
            {"weight_scale", json_number(row.weight_scale)},
            {"expected_scale", json_number(row.expected_scale)},
            {"correlation", json_number(row.correlation)},
            {"saturated", json_number(row.saturated)},
            {"dead", json_number(row.dead)},
            {"update_ratio", json_number(row.update_ratio)},
            {"problems", Json::array()}};
  for (const observe::Problem problem : row.problems) json["problems"].push_back(observe::to_string(problem));
  return json;
}

Json non_finite_json(const observe::NonFinite& first) {
  Json json{{"step", first.step},
            {"name", first.name},
            {"tensor", first.tensor},
            {"element", first.element < 0 ? Json(nullptr) : Json(first.element)},
            {"kind", first.nan ? "nan" : "infinity"},
            {"growth", Json::array()}};
  for (const double magnitude : first.growth) json["growth"].push_back(json_number(magnitude));
  return json;
}

}  // namespace

std::string check_json(const Trace& trace, const Diagnosis& diagnosis, const experiment::Counterfactual* why) {
  Json json;
  json["version"] = kVersion;
  json["verdict"] = observe::to_string(diagnosis.verdict);
  json["reason"] = diagnosis.reason;
  json["findings"] = Json::array();
  for (const Finding& finding : diagnosis.findings) json["findings"].push_back(finding_json(finding, trace.origin));
  json["layers"] = Json::array();
  for (const LayerRow& row : diagnosis.layers) json["layers"].push_back(layer_json(row));
  json["steps"] = trace.steps.size();
  json["ended"] = trace.ended;
  json["loss_at_start"] = json_number(diagnosis.loss_at_start);
  json["chance_loss"] = json_number(diagnosis.chance_loss.value);
  json["last_loss"] = trace.steps.empty() ? Json(nullptr) : json_number(trace.steps.back().loss);
  json["activation_slope"] = json_number(diagnosis.activation_slope);
  json["gradient_slope"] = json_number(diagnosis.gradient_slope);
  json["jacobian"] = nullptr;
  if (trace.jacobian) {
    json["jacobian"] = {{"mean_square", json_number(trace.jacobian->mean_square)},
                        {"largest", json_number(trace.jacobian->largest)},
                        {"spread", json_number(trace.jacobian->spread)}};
  }
  json["non_finite"] = trace.non_finite ? non_finite_json(*trace.non_finite) : Json(nullptr);
  if (why != nullptr) json["why"] = why_json(*why);
  return json_text(json);
}

}  // namespace fanin::report
