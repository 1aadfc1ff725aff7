#include "fanin/experiment/data/csv_file.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/io/csv.hpp"

namespace fanin::experiment {
namespace {

constexpr double kLargestLabel = 2147483647.0;

std::string line_of(const io::CsvTable& table, std::size_t row) {
  return table.source + ", line " + std::to_string(table.lines[row]);
}

bool is_whole(double value) { return std::trunc(value) == value && std::abs(value) <= kLargestLabel; }

void read_class_names(const std::vector<std::string>& texts, const io::CsvTable& table, RawData& raw) {
  std::vector<std::string> names = texts;
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (names.front().empty()) {
    const auto row = std::find(texts.begin(), texts.end(), "") - texts.begin();
    throw Error(ErrorCode::bad_data, line_of(table, static_cast<std::size_t>(row)), "the target is empty");
  }
  if (static_cast<std::int64_t>(names.size()) > detail::kMaxClasses) {
    throw Error(ErrorCode::bad_value, table.source,
                "the target column holds " + std::to_string(names.size()) + " different words; is it the target?");
  }
  raw.outputs = static_cast<std::int64_t>(names.size());
  raw.train.labels.reserve(texts.size());
  for (const std::string& text : texts) {
    const auto at = std::lower_bound(names.begin(), names.end(), text);
    raw.train.labels.push_back(static_cast<std::int32_t>(at - names.begin()));
  }
}

void read_labels(std::span<const double> values, const io::CsvTable& table, RawData& raw) {
  std::vector<std::int64_t> labels(values.size());
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (!is_whole(values[row])) {
      throw Error(ErrorCode::bad_value, line_of(table, row),
                  "the target " + std::to_string(values[row]) +
                      " is no class number; for targets that are quantities " + "ask for the task regression");
    }
    labels[row] = static_cast<std::int64_t>(values[row]);
  }
  raw.train.labels = checked_labels(labels, raw.outputs, [&](std::size_t row) { return line_of(table, row); });
}

void read_target(std::size_t column, const io::CsvTable& table, Task task, RawData& raw) {
  const io::CsvColumn& target = table.columns[column];
  const bool whole = target.numeric && std::all_of(target.numbers.begin(), target.numbers.end(), is_whole);
  const bool labels = task == Task::classification || (task == Task::automatic && (whole || !target.numeric));
  if (labels) {
    if (target.numeric) {
      read_labels(target.numbers, table, raw);
    } else {
      read_class_names(target.texts, table, raw);
    }
    detail::check_labels_differ(raw.train.labels, table.source);
    return;
  }
  raw.loss = net::Loss::mean_squared_error;
  raw.outputs = 1;
  for (const double value : table.numbers(column)) {
    raw.train.targets.push_back(static_cast<float>(value));
    if (!std::isfinite(raw.train.targets.back())) {
      throw Error(ErrorCode::bad_data, line_of(table, raw.train.targets.size() - 1),
                  "the target is beyond single precision");
    }
  }
}

void read_features(std::size_t target, const io::CsvTable& table, Samples& samples) {
  const std::size_t features = table.columns.size() - 1;
  samples.count = static_cast<std::int64_t>(table.rows);
  samples.features = static_cast<std::int64_t>(features);
  auto& values = samples.values.emplace<std::vector<float>>(table.rows * features);
  std::size_t feature = 0;
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    if (column == target) continue;
    const std::span<const double> numbers = table.numbers(column);
    for (std::size_t row = 0; row < table.rows; ++row) {
      const auto value = static_cast<float>(numbers[row]);
      if (!std::isfinite(value)) {
        throw Error(ErrorCode::bad_data, line_of(table, row) + ", column " + table.columns[column].name,
                    "the input is beyond single precision; rescale the column");
      }
      values[row * features + feature] = value;
    }
    ++feature;
  }
}

}  // namespace

RawData read_csv_file(const std::filesystem::path& path, std::string_view target_column, Task task) {
  const io::CsvTable table = io::read_csv(path);
  if (table.rows == 0) throw Error(ErrorCode::bad_data, table.source, "the table has no rows");
  if (table.rows > 0xFFFF'FFFFU) throw Error(ErrorCode::bad_data, table.source, "more than 2^32 - 1 rows");
  if (target_column.empty()) {
    std::string names;
    for (const io::CsvColumn& column : table.columns) {
      if (names.size() > 200) break;
      names += (names.empty() ? "" : ", ") + column.name;
    }
    throw Error(ErrorCode::bad_value, "--target", "name the column of " + table.source + " to predict: " + names);
  }
  const std::size_t target = table.find(target_column);
  if (table.columns.size() < 2) {
    throw Error(ErrorCode::bad_data, table.source,
                "the target is the only column; there is nothing to predict it from");
  }
  RawData raw;
  raw.name = path.stem().string();
  raw.source = path.string();
  raw.sample_shape = Shape{static_cast<std::int64_t>(table.columns.size()) - 1};
  raw.unit_scaling = UnitScaling::per_feature;
  read_features(target, table, raw.train);
  read_target(target, table, task, raw);
  return raw;
}

}  // namespace fanin::experiment
