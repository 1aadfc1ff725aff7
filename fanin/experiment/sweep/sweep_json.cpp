// The result of a sweep for programs.
#include <cmath>
#include <nlohmann/json.hpp>

#include "fanin/core/version.hpp"
#include "fanin/experiment/json_text.hpp"
#include "fanin/experiment/sweep/sweep_summary.hpp"

namespace fanin::experiment {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json values_json(const std::vector<SettingValue>& values) {
  Json json = Json::object();
  for (const SettingValue& value : values) json[value.key] = value.value;
  return json;
}

Json estimate_json(const Estimate& estimate) {
  Json json;
  json["count"] = estimate.count;
  json["mean"] = number(estimate.mean);
  json["std_dev"] = number(estimate.std_dev);
  json["ci95"] = number(estimate.half_width);
  return json;
}

Json row_json(const SweepRow& row) {
  Json json;
  json["settings"] = values_json(row.values);
  json["learning_rate"] = row.learning_rate.empty() ? Json(nullptr) : Json(row.learning_rate);
  json["learning_rate_at_edge"] = row.rate_at_edge;
  json["runs"] = row.runs;
  json["diverged"] = row.diverged;
  json["abandoned"] = row.abandoned;
  json["failed"] = row.failed;
  json["validation_mean"] = number(row.validation_mean);
  json["test"] = estimate_json(row.score);
  return json;
}

Json comparison_json(const SweepComparison& comparison) {
  Json json;
  json["axis"] = comparison.key;
  json["blocks"] = comparison.ranks.blocks;
  json["best"] = comparison.best;
  json["chosen_by_validation"] = comparison.chosen_by_validation;
  json["pairs_in_family"] = comparison.family;
  json["signs_need_blocks"] = comparison.free_test_from;
  json["friedman"] = number(comparison.ranks.statistic);
  json["friedman_p_value"] = number(comparison.ranks.p_value);
  json["values"] = Json::array();
  for (std::size_t i = 0; i < comparison.values.size(); ++i) {
    Json value;
    value["value"] = comparison.values[i];
    value["mean_test"] = number(comparison.mean_score[i]);
    value["mean_rank"] = comparison.ranks.mean_rank.empty() ? Json(nullptr) : number(comparison.ranks.mean_rank[i]);
    json["values"].push_back(std::move(value));
  }
  json["pairs"] = Json::array();
  for (const SweepPair& pair : comparison.pairs) {
    Json entry;
    entry["value"] = pair.value;
    entry["difference"] = estimate_json(pair.difference);
    entry["bootstrap95"] = {number(pair.bootstrap.low), number(pair.bootstrap.high)};
    entry["t_p_value_holm"] = number(pair.t_p_value);
    entry["free_p_value_holm"] = number(pair.free_p_value);
    entry["established"] = pair.established;
    json["pairs"].push_back(std::move(entry));
  }
  return json;
}

Json run_json(const SweepPoint& point, const StoredRun& run) {
  Json json;
  json["key"] = point.key;
  json["settings"] = values_json(point.values);
  json["seed"] = point.seed;
  json["status"] = to_string(run.status);
  json["message"] = run.message.empty() ? Json(nullptr) : Json(run.message);
  json["steps"] = run.steps;
  json["train_loss"] = number(run.train_loss);
  json["train_accuracy"] = number(run.train_accuracy);
  json["validation_loss"] = number(run.validation_loss);
  json["validation_accuracy"] = number(run.validation_accuracy);
  json["test_loss"] = number(run.test_loss);
  json["test_accuracy"] = number(run.test_accuracy);
  json["seconds"] = number(run.seconds);
  return json;
}

}  // namespace

std::string to_json(const SweepResult& result, const SweepSummary& summary) {
  Json json;
  json["version"] = kVersion;
  Json& sweep = json["sweep"];
  sweep["plan"] = parse_json(to_json(result.plan));
  sweep["data"] = result.data_name;
  sweep["train_rows"] = result.train_rows;
  sweep["validation_rows"] = result.validation_rows;
  sweep["test_rows"] = result.test_rows;
  sweep["chance_accuracy"] = number(result.chance_accuracy);
  sweep["runs_planned"] = result.points.size();
  sweep["interrupted"] = result.interrupted;
  sweep["seconds"] = number(result.seconds);
  json["rows"] = Json::array();
  for (const SweepRow& row : summary.rows) json["rows"].push_back(row_json(row));
  json["comparison"] = summary.comparison ? comparison_json(*summary.comparison) : Json(nullptr);
  json["runs"] = Json::array();
  for (std::size_t i = 0; i < result.points.size(); ++i) {
    if (result.runs[i]) json["runs"].push_back(run_json(result.points[i], *result.runs[i]));
  }
  return json_file(json);
}

}  // namespace fanin::experiment
