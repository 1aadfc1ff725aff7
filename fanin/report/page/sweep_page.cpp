#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fanin/core/call_expr.hpp"
#include "fanin/report/numbers.hpp"
#include "fanin/report/page/page_data.hpp"
#include "fanin/report/page/page_json.hpp"
#include "fanin/report/sweep_map.hpp"

namespace fanin::report {
namespace {

using experiment::SettingValue;
using experiment::SweepComparison;
using experiment::SweepPlan;
using experiment::SweepResult;
using experiment::SweepRow;
using experiment::SweepSummary;

std::vector<SettingLine> settings_of(const SweepPlan& plan) {
  std::vector<SettingLine> lines{{.group = "Data", .option = "data.source", .value = plan.data}};
  for (const SettingValue& value : plan.base) {
    lines.push_back({.group = "The same for all", .option = "base." + value.key, .value = value.value, .given = true});
  }
  for (const experiment::SweepAxis& axis : plan.axes) {
    std::string values;
    for (const std::string& value : axis.values) values.append(values.empty() ? "" : ", ").append(value);
    if (axis.values.empty()) values = significant(axis.from) + " to " + significant(axis.to);
    lines.push_back({.group = "Axes", .option = "axes." + axis.key, .value = values, .given = true});
  }
  lines.push_back({.group = "Axes", .option = "axes.seeds", .value = std::to_string(plan.seeds.size())});
  return lines;
}

// The places of a row's values in the page's order: the axis that a map has across comes first, then the one it has up.
std::vector<std::size_t> order_of(const SweepRow& row, const std::optional<SweepMap>& map) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < row.values.size(); ++i) order.push_back(i);
  if (map) {
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return row.values[i].key != map->picture.column_title; });
  }
  return order;
}

std::string remark_of(const SweepRow& row) {
  std::vector<std::string> parts;
  if (!row.learning_rate.empty()) {
    parts.push_back("learning rate " + row.learning_rate + (row.rate_at_edge ? ", at the edge of those tried" : ""));
  }
  const auto count = [&](std::int64_t runs, const char* what) {
    if (runs > 0) parts.push_back(std::to_string(runs) + what);
  };
  count(row.diverged, " diverged");
  count(row.abandoned, " given up at chance level");
  count(row.failed, " failed");
  std::string text;
  for (const std::string& part : parts) text.append(text.empty() ? "" : "; ").append(part);
  return text;
}

Json points_of(const SweepSummary& summary, const std::vector<std::size_t>& order, bool higher_is_better) {
  std::vector<double> means;
  for (const SweepRow& row : summary.rows) {
    if (!std::isnan(row.score.mean)) means.push_back(row.score.mean);
  }
  Json points = Json::array();
  for (const SweepRow& row : summary.rows) {
    const auto better = std::ranges::count_if(
        means, [&](double mean) { return higher_is_better ? mean > row.score.mean : mean < row.score.mean; });
    Json values = Json::array();
    for (const std::size_t i : order) values.push_back(row.values[i].value);
    points.push_back({{"values", values},
                      {"mean", json_number(row.score.mean)},
                      {"half_width", json_number(row.score.half_width)},
                      {"runs", row.runs},
                      {"rank", std::isnan(row.score.mean) ? Json(nullptr) : Json(better + 1)},
                      {"remark", remark_of(row)}});
  }
  return points;
}

Json lines_of(const std::optional<SweepMap>& map) {
  Json lines = Json::array();
  if (!map || map->trainable_depth.empty()) return lines;
  Json x = Json::array();
  Json y = Json::array();
  for (std::size_t i = 0; i < map->trainable_depth.size(); ++i) {
    x.push_back(*parse_number(map->picture.columns[i]));
    y.push_back(json_number(map->trainable_depth[i]));
  }
  lines.push_back({{"name", "six depth scales, beyond which theory lets no signal arrive"}, {"x", x}, {"y", y}});
  return lines;
}

std::string outcome_of(const std::optional<SweepComparison>& comparison) {
  if (!comparison || comparison->best.empty()) return {};
  std::string beaten;
  std::string better;
  std::string open;
  for (const experiment::SweepPair& pair : comparison->pairs) {
    std::string& list = !pair.established ? open : pair.difference.mean > 0 ? beaten : better;
    list.append(list.empty() ? "" : ", ").append(pair.value);
  }
  std::string text = "Of " + comparison->key + ", " + comparison->best + " has the best mean";
  if (!beaten.empty()) text.append("; it is better than ").append(beaten);
  if (!better.empty()) text.append("; better on the test rows, though not chosen: ").append(better);
  if (!open.empty()) text.append("; a difference to ").append(open).append(" is not established");
  return text + ".";
}

}  // namespace

std::string sweep_page_data(const SweepResult& result, const SweepSummary& summary, std::string_view command) {
  const std::optional<SweepMap> map = sweep_map(result, summary);
  Json page = page_head("sweep", result.plan.name + " on " + bare_name(result.data_name), settings_of(result.plan));
  page["command"] = command;
  add_fact(page, "Data", result.data_name);
  const auto done = std::ranges::count_if(result.runs, [](const auto& run) { return run.has_value(); });
  add_fact(page, "Runs", grouped(done) + " of " + grouped(static_cast<std::int64_t>(result.points.size())));
  add_fact(page, "Training rows", grouped(result.train_rows));
  if (result.validation_rows > 0) add_fact(page, "Validation rows", grouped(result.validation_rows));
  add_fact(page, "Test rows", grouped(result.test_rows));
  page["outcome"] = outcome_of(summary.comparison);
  page["interrupted"] = result.interrupted;
  page["regression"] = !result.has_accuracy;
  page["chance_accuracy"] = json_number(result.chance_accuracy);
  page["summary"] = Json::array();
  page["runs"] = Json::array();
  const std::vector<std::size_t> order =
      summary.rows.empty() ? std::vector<std::size_t>() : order_of(summary.rows[0], map);
  Json axes = Json::array();
  for (const std::size_t i : order) axes.push_back(summary.rows[0].values[i].key);
  page["sweep"] = {{"score", result.has_accuracy ? "test accuracy" : "test loss"},
                   {"percent", result.has_accuracy},
                   {"higher_is_better", result.has_accuracy},
                   {"axes", axes},
                   {"points", points_of(summary, order, result.has_accuracy)},
                   {"lines", lines_of(map)}};
  return page_text(page);
}

}  // namespace fanin::report
