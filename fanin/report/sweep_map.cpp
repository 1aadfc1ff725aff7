#include "fanin/report/sweep_map.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "fanin/core/call_expr.hpp"
#include "fanin/net/activation.hpp"
#include "fanin/theory/depth_scales.hpp"

namespace fanin::report {
namespace {

using experiment::SettingValue;
using experiment::SweepResult;
using experiment::SweepRow;
using experiment::SweepSummary;

std::string value_of(const std::vector<SettingValue>& values, const std::string& key) {
  for (const SettingValue& value : values) {
    if (value.key == key) return value.value;
  }
  return {};
}

/// The values that the rows have of a key, in the order of their size; nothing when one is no number.
std::optional<std::map<double, std::string>> numbers_of(const SweepSummary& summary, const std::string& key) {
  std::map<double, std::string> numbers;
  for (const SweepRow& row : summary.rows) {
    const std::string text = value_of(row.values, key);
    const std::optional<double> number = parse_number(text);
    if (!number) return std::nullopt;
    numbers[*number] = text;
  }
  return numbers;
}

std::vector<double> trainable_depths(const SweepResult& result, const std::map<double, std::string>& variances) {
  double bias_variance = 0;
  for (const SettingValue& value : result.plan.base) {
    if (value.key == "bias_variance") bias_variance = *parse_number(value.value);
  }
  const net::Activation activation = net::parse_activation(result.points.front().settings.activation);
  std::vector<double> depths;
  for (const auto& [variance, text] : variances) {
    depths.push_back(theory::depth_scales(activation, {.weight_variance = variance, .bias_variance = bias_variance})
                         .trainable_depth);
  }
  return depths;
}

}  // namespace

std::optional<SweepMap> sweep_map(const SweepResult& result, const SweepSummary& summary) {
  if (!result.has_accuracy || summary.rows.empty()) return std::nullopt;
  std::vector<std::string> keys;
  for (const SettingValue& value : summary.rows.front().values) keys.push_back(value.key);
  if (keys.size() != 2) return std::nullopt;
  if (keys[0] != "depth") std::swap(keys[0], keys[1]);  // depth, or else the second axis, runs down
  const auto rows = numbers_of(summary, keys[0]);
  const auto columns = numbers_of(summary, keys[1]);
  if (!rows || !columns || rows->size() < 2 || columns->size() < 2) return std::nullopt;
  if (rows->size() * columns->size() != summary.rows.size()) return std::nullopt;

  SweepMap map;
  Heatmap& picture = map.picture;
  picture.row_title = keys[0];
  picture.column_title = keys[1];
  for (const auto& [number, text] : *rows) picture.rows.push_back(text);
  for (const auto& [number, text] : *columns) picture.columns.push_back(text);
  picture.values.assign(rows->size(), std::vector<double>(columns->size(), std::numeric_limits<double>::quiet_NaN()));
  for (const SweepRow& row : summary.rows) {
    const auto r = std::find(picture.rows.begin(), picture.rows.end(), value_of(row.values, keys[0]));
    const auto c = std::find(picture.columns.begin(), picture.columns.end(), value_of(row.values, keys[1]));
    picture.values[static_cast<std::size_t>(r - picture.rows.begin())]
                  [static_cast<std::size_t>(c - picture.columns.begin())] = row.score.mean;
  }
  if (keys[0] != "depth" || keys[1] != "weight_variance") return map;
  map.trainable_depth = trainable_depths(result, *columns);
  for (const double depth : map.trainable_depth) {
    std::size_t above = 0;
    for (const auto& [number, text] : *rows) above += number <= depth ? 1 : 0;
    picture.rows_above_line.push_back(above);
  }
  return map;
}

}  // namespace fanin::report
