#include "fanin/report/sweep_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "fanin/report/numbers.hpp"
#include "fanin/report/paragraph.hpp"
#include "fanin/report/sweep_map.hpp"
#include "fanin/report/table.hpp"

namespace fanin::report {
namespace {

using experiment::SettingValue;
using experiment::StoredRun;
using experiment::StoredStatus;
using experiment::SweepComparison;
using experiment::SweepPair;
using experiment::SweepPoint;
using experiment::SweepResult;
using experiment::SweepRow;
using experiment::SweepSummary;

constexpr std::size_t kMostRows = 60;  // of the table; a larger sweep shows its best ones
constexpr std::size_t kFewRows = 12;   // a larger map says what the table would say
constexpr std::size_t kMostPoints = 40;

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", grouped(count), count == 1 ? one : many);
}

std::int64_t count_of(const SweepResult& result, StoredStatus status) {
  return std::count_if(result.runs.begin(), result.runs.end(),
                       [&](const std::optional<StoredRun>& run) { return run && run->status == status; });
}

void add_heading(std::string& out, const SweepResult& result, const Terminal& terminal) {
  const std::string validation =
      result.validation_rows > 0 ? fmt::format(", {} validation", grouped(result.validation_rows)) : "";
  add_paragraph(out,
                fmt::format("{} on {}: {} training{} and {} test rows", result.plan.name, result.data_name,
                            grouped(result.train_rows), validation, grouped(result.test_rows)),
                Style::strong, terminal);
  const auto all = static_cast<std::int64_t>(result.runs.size());
  const auto missing = std::count(result.runs.begin(), result.runs.end(), std::nullopt);
  std::string text = missing == 0 ? counted(all, "run", "runs") : fmt::format("{} of {} runs", all - missing, all);
  const auto add = [&text](std::int64_t count, const char* what) {
    if (count > 0) text += fmt::format(", {} {}", grouped(count), what);
  };
  add(count_of(result, StoredStatus::diverged), "diverged");
  add(count_of(result, StoredStatus::abandoned), "given up at chance level");
  add(count_of(result, StoredStatus::failed), "failed");
  if (result.kept > 0) text += fmt::format("; {} were there already", grouped(result.kept));
  add_paragraph(out, text + "; " + duration(result.seconds), Style::faint, terminal);
}

std::string score_text(const SweepResult& result, const experiment::Estimate& score) {
  if (score.count == 0 || std::isnan(score.mean)) return "-";
  if (result.has_accuracy) return percent_with_half_width(score.mean, score.half_width);
  return std::isfinite(score.half_width) ? loss(score.mean) + " ± " + loss(score.half_width) : loss(score.mean);
}

std::string difference_text(const SweepResult& result, const experiment::Estimate& difference) {
  const double factor = result.has_accuracy ? 100 : 1;
  const int decimals = result.has_accuracy ? 2 : 4;
  std::string text = fmt::format("{:+.{}f}", factor * difference.mean, decimals);
  if (std::isfinite(difference.half_width)) {
    text += fmt::format(" ± {:.{}f}", factor * difference.half_width, decimals);
  }
  return text;
}

std::string remarks(const SweepRow& row) {
  std::string text;
  const auto add = [&text](std::int64_t count, const char* what) {
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what);
  };
  add(row.diverged, "diverged");
  add(row.abandoned, "at chance level");
  add(row.failed, "failed");
  return text;
}

/// The best rows where there are too many, in the order of the sweep.
std::vector<const SweepRow*> shown_rows(const SweepResult& result, const SweepSummary& summary) {
  std::vector<const SweepRow*> rows;
  for (const SweepRow& row : summary.rows) rows.push_back(&row);
  if (rows.size() <= kMostRows) return rows;
  const auto worth = [&](const SweepRow* row) {
    if (std::isnan(row->score.mean)) return -std::numeric_limits<double>::infinity();
    return result.has_accuracy ? row->score.mean : -row->score.mean;
  };
  std::stable_sort(rows.begin(), rows.end(), [&](const SweepRow* a, const SweepRow* b) { return worth(a) > worth(b); });
  rows.resize(kMostRows);
  return rows;
}

void add_table(std::string& out, const SweepResult& result, const SweepSummary& summary, const Terminal& terminal) {
  std::vector<Column> columns;
  for (const SettingValue& value : summary.rows.front().values) columns.push_back(flexible(value.key, 8));
  if (columns.empty()) columns.push_back({"setting"});
  if (result.plan.select_learning_rate) columns.push_back({"learning rate\nchosen", Align::right});
  columns.push_back({"runs", Align::right});
  columns.push_back({result.has_accuracy ? "test accuracy" : "test loss", Align::right});
  columns.push_back(flexible("", 14));
  Table table(columns);
  const std::vector<const SweepRow*> rows = shown_rows(result, summary);
  for (const SweepRow* row : rows) {
    std::vector<Cell> cells;
    for (const SettingValue& value : row->values) cells.push_back({value.value});
    if (row->values.empty()) cells.push_back({"all runs"});
    if (result.plan.select_learning_rate) {
      cells.push_back({row->learning_rate.empty() ? "-" : row->learning_rate + (row->rate_at_edge ? " *" : "")});
    }
    cells.push_back({std::to_string(row->runs)});
    cells.push_back({score_text(result, row->score)});
    cells.push_back({remarks(*row), Style::caution});
    table.add_row(std::move(cells));
  }
  out.append("\n").append(table.render(terminal));
  if (rows.size() < summary.rows.size()) {
    add_paragraph(out,
                  fmt::format("The best {} of {} settings; --json has all of them.", rows.size(),
                              grouped(static_cast<std::int64_t>(summary.rows.size()))),
                  Style::faint, terminal);
  }
  const bool edges = std::any_of(rows.begin(), rows.end(), [](const SweepRow* row) { return row->rate_at_edge; });
  if (edges) {
    add_paragraph(out, "* the smallest or largest rate that was tried: a better one may lie beyond it.", Style::faint,
                  terminal);
  }
}

void add_lost_runs(std::string& out, const SweepResult& result, const Terminal& terminal) {
  const bool lost = count_of(result, StoredStatus::diverged) + count_of(result, StoredStatus::abandoned) > 0;
  if (lost && result.has_accuracy) {
    add_paragraph(out,
                  fmt::format("Runs that diverged or were given up count as {}, what always naming the most frequent "
                              "class of the test rows reaches.",
                              percent(result.chance_accuracy, 1)),
                  Style::faint, terminal);
  }
}

/// False when the sweep has no map.
bool add_map(std::string& out, const SweepResult& result, const SweepSummary& summary, const Terminal& terminal) {
  const std::optional<SweepMap> map = sweep_map(result, summary);
  if (!map) return false;
  out += "\n";
  add_paragraph(out, "Test accuracy in percent:", Style::strong, terminal);
  out += heatmap(map->picture, terminal);
  if (map->trainable_depth.empty()) return true;
  std::string depths;
  for (std::size_t i = 0; i < map->trainable_depth.size(); ++i) {
    depths += fmt::format("{}{}: {}", i == 0 ? "" : ", ", map->picture.columns[i],
                          std::isfinite(map->trainable_depth[i]) ? significant(map->trainable_depth[i]) : "any depth");
  }
  add_paragraph(
      out,
      fmt::format("The line is the theory's: below it the depth is more than six times the depth scale of the "
                  "correlation, over which two inputs become indistinguishable or unrelated. By weight "
                  "variance, six depth scales are {}.",
                  depths),
      Style::faint, terminal);
  return true;
}

std::string p_text(double p) {
  if (std::isnan(p)) return "-";
  return p < 0.001 ? "< 0.001" : fmt::format("{:.3f}", p);
}

std::string interval_text(const SweepResult& result, const experiment::Interval& interval) {
  if (std::isnan(interval.low)) return "-";
  const double factor = result.has_accuracy ? 100 : 1;
  return fmt::format("{0:+.{2}f} to {1:+.{2}f}", factor * interval.low, factor * interval.high,
                     result.has_accuracy ? 2 : 4);
}

Cell verdict(const SweepComparison& comparison, const SweepPair& pair) {
  if (pair.established && pair.difference.mean > 0) return {comparison.best + " is better", Style::good};
  if (pair.established) return {"better on the test rows, though not chosen", Style::caution};
  if (pair.difference.count < 2) return {"one pair establishes nothing", Style::caution};
  if (pair.difference.mean == 0 && pair.difference.std_dev == 0) return {"equal in every block", Style::caution};
  return {"not established", Style::caution};
}

void add_comparison(std::string& out, const SweepResult& result, const SweepComparison& comparison,
                    const Terminal& terminal) {
  out += "\n";
  if (comparison.best.empty()) {
    const bool goes_on = std::ranges::any_of(result.runs, [](const auto& run) { return !run.has_value(); });
    const std::string why =
        goes_on ? fmt::format("No setting has a run of each {} yet", comparison.key)
                : fmt::format(
                      "No setting has a score of each {}: runs that failed have none, nor have those that "
                      "diverged where answers are never right or wrong",
                      comparison.key);
    add_paragraph(out, why + ", so nothing can be compared.", Style::caution, terminal);
    return;
  }
  add_paragraph(out,
                fmt::format("{} over {}: equal settings of everything else, and equal seeds.", comparison.key,
                            counted(comparison.ranks.blocks, "block", "blocks")),
                Style::strong, terminal);
  std::map<std::string, const SweepPair*> pairs;
  for (const SweepPair& pair : comparison.pairs) pairs[pair.value] = &pair;
  Table table({flexible(comparison.key, 12),
               {result.has_accuracy ? "mean\naccuracy" : "mean\nloss", Align::right},
               {"mean\nrank", Align::right},
               {"best minus this", Align::right},
               {"bootstrap", Align::right},
               {"p\nt test", Align::right},
               {"p\nsigns", Align::right},
               flexible("verdict", 14)});
  for (std::size_t i = 0; i < comparison.values.size(); ++i) {
    const std::string& value = comparison.values[i];
    std::vector<Cell> cells{
        {value, value == comparison.best ? Style::good : Style::plain},
        {result.has_accuracy ? percent(comparison.mean_score[i], 2) : loss(comparison.mean_score[i])},
        {fmt::format("{:.2f}", comparison.ranks.mean_rank[i])}};
    if (const auto found = pairs.find(value); found != pairs.end()) {
      const SweepPair& pair = *found->second;
      cells.push_back({difference_text(result, pair.difference)});
      cells.push_back({interval_text(result, pair.bootstrap)});
      cells.push_back({p_text(pair.t_p_value)});
      cells.push_back({p_text(pair.free_p_value)});
      cells.push_back(verdict(comparison, pair));
    } else {
      for (int empty = 0; empty < 4; ++empty) cells.push_back({"", Style::faint});
      cells.push_back({comparison.chosen_by_validation ? "best by validation" : "best", Style::good});
    }
    table.add_row(std::move(cells));
  }
  out += table.render(terminal);
  const std::string family =
      comparison.family == 1 ? "" : fmt::format(", corrected by Holm for all {} pairs,", comparison.family);
  std::string text = fmt::format(
      "Intervals are of 95 %, each for itself. The p-values{} keep the chance of any false verdict in this table at 5 "
      "%, whichever value is the best; a difference is established when each is below 0.05. The test by signs takes no "
      "law for granted and needs {} blocks, the bootstrap 6.",
      family, comparison.free_test_from);
  if (const double p = comparison.ranks.p_value; std::isfinite(p)) {
    text += fmt::format(" That all of them are alike has p {}{} by Friedman's test of the ranks.",
                        p < 0.001 ? "" : "= ", p_text(p));
  }
  if (!comparison.chosen_by_validation) {
    text +=
        " The best was found on the test rows that also measured it, which flatters it a little; validation = 0.1 in "
        "[data] chooses on rows of their own.";
  }
  add_paragraph(out, text, Style::faint, terminal);
}

/// Each error once, with the first run that it ended.
void add_failures(std::string& out, const SweepResult& result, const Terminal& terminal) {
  constexpr std::size_t kMostErrors = 5;
  std::vector<std::pair<std::string, std::vector<std::size_t>>> errors;
  for (std::size_t i = 0; i < result.runs.size(); ++i) {
    if (!result.runs[i] || result.runs[i]->status != StoredStatus::failed) continue;
    const std::string& message = result.runs[i]->message;
    auto there = std::ranges::find(errors, message, &std::pair<std::string, std::vector<std::size_t>>::first);
    if (there == errors.end()) there = errors.insert(there, {message, {}});
    there->second.push_back(i);
  }
  if (errors.empty()) return;
  out += "\n";
  for (std::size_t e = 0; e < std::min(errors.size(), kMostErrors); ++e) {
    const auto& [message, runs] = errors[e];
    const SweepPoint& first = result.points[runs.front()];
    const std::string settings = to_string(first.values);
    add_paragraph(
        out,
        fmt::format("{} failed{}, {}{}seed {}: {}", counted(static_cast<std::int64_t>(runs.size()), "run", "runs"),
                    runs.size() == 1 ? "" : "; the first", settings, settings.empty() ? "" : ", ", first.seed, message),
        Style::bad, terminal);
  }
  if (errors.size() > kMostErrors) {
    add_paragraph(out, fmt::format("and {} other errors; --json has all of them.", errors.size() - kMostErrors),
                  Style::caution, terminal);
  }
  add_paragraph(out, "The same command tries each of them once more.", Style::faint, terminal);
}

}  // namespace

std::string sweep_report(const SweepResult& result, const SweepSummary& summary, const Terminal& terminal) {
  std::string out;
  add_heading(out, result, terminal);
  if (summary.rows.empty()) return out;
  const bool mapped = add_map(out, result, summary, terminal);
  if (!mapped || summary.rows.size() <= kFewRows) add_table(out, result, summary, terminal);
  add_lost_runs(out, result, terminal);
  if (summary.comparison) add_comparison(out, result, *summary.comparison, terminal);
  add_failures(out, result, terminal);
  return out;
}

std::string sweep_plan_report(const experiment::SweepPlan& plan, const std::vector<SweepPoint>& points,
                              const Terminal& terminal) {
  std::string out;
  add_paragraph(out,
                fmt::format("{} on {}: {}", plan.name, plan.data,
                            counted(static_cast<std::int64_t>(points.size()), "run", "runs")),
                Style::strong, terminal);
  Table table(
      {{"key"}, flexible("settings", 20), {"seed", Align::right}, flexible("network", 14), flexible("init", 12)});
  for (std::size_t i = 0; i < std::min(points.size(), kMostPoints); ++i) {
    const SweepPoint& point = points[i];
    table.add_row({{point.key},
                   {to_string(point.values)},
                   {std::to_string(point.seed)},
                   {point.settings.net.empty() ? "default" : point.settings.net},
                   {point.settings.init}});
  }
  out += table.render(terminal);
  if (points.size() > kMostPoints) {
    add_paragraph(out, fmt::format("and {} more", grouped(static_cast<std::int64_t>(points.size() - kMostPoints))),
                  Style::faint, terminal);
  }
  return out;
}

}  // namespace fanin::report
