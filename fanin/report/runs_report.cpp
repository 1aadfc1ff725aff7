#include "fanin/report/runs_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "fanin/core/version.hpp"
#include "fanin/report/json_values.hpp"
#include "fanin/report/numbers.hpp"
#include "fanin/report/paragraph.hpp"
#include "fanin/report/table.hpp"

namespace fanin::report {
namespace {

using experiment::PairedRuns;
using experiment::RunNumber;
using experiment::RunPair;
using experiment::StoredEpoch;
using experiment::StoredExperiment;
using experiment::StoredFinding;
using experiment::StoredRun;
using experiment::StoredStatus;

std::string number_text(const RunNumber& number, double value) {
  if (std::isnan(value)) return "-";
  return number.fraction ? percent(value, 2) : loss(value);
}

// "test_accuracy" -> "test accuracy".
std::string in_words(std::string_view name) {
  std::string words(name);
  std::ranges::replace(words, '_', ' ');
  return words;
}

Cell status_cell(const StoredRun& run) {
  const std::string text = in_words(to_string(run.status));
  switch (run.status) {
    case StoredStatus::finished:
    case StoredStatus::stopped_early: return {text};
    case StoredStatus::diverged:
    case StoredStatus::failed: return {text, Style::bad};
    case StoredStatus::abandoned:
    case StoredStatus::interrupted: break;
  }
  return {text, Style::caution};
}

std::string remark_of(const StoredRun& run) {
  std::string remark = run.message;
  const auto add = [&remark](const std::string& text) { remark.append(remark.empty() ? "" : "; ").append(text); };
  if (run.diverged_at_step > 0) add(fmt::format("diverged at step {}", grouped(run.diverged_at_step)));
  if (!run.verdict.empty()) add(run.verdict);
  return remark;
}

void add_heading(std::string& out, const StoredExperiment& experiment, const Terminal& terminal) {
  add_paragraph(out, fmt::format("Experiment {}: {} of {}", experiment.id, to_string(experiment.kind), experiment.name),
                Style::strong, terminal);
  std::string begun = experiment.created_at;
  if (!experiment.version.empty()) begun.append(begun.empty() ? "fanin " : ", fanin ").append(experiment.version);
  if (!begun.empty()) add_paragraph(out, begun, Style::faint, terminal);
  if (!experiment.command_line.empty()) add_paragraph(out, experiment.command_line, Style::faint, terminal);
}

std::string runs_table(std::span<const StoredRun* const> runs, const RunNumber& number, const Terminal& terminal) {
  const bool has_settings = std::ranges::any_of(
      runs, [](const StoredRun* run) { return !experiment::settings_in_words(run->settings).empty(); });
  std::vector<Column> columns{{"run", Align::right}, flexible("initialization", 14)};
  if (has_settings) columns.push_back(flexible("settings", 16));
  columns.push_back({"seed", Align::right});
  columns.push_back({"status"});
  columns.push_back({in_words(number.name), Align::right});
  columns.push_back({"train loss", Align::right});
  columns.push_back({"steps", Align::right});
  columns.push_back({"time", Align::right});
  columns.push_back(flexible("remark", 20));
  Table table(std::move(columns));
  for (const StoredRun* run : runs) {
    std::vector<Cell> cells{{std::to_string(run->id)}, {run->init}};
    if (has_settings) cells.push_back({experiment::settings_in_words(run->settings)});
    cells.push_back({std::to_string(run->seed)});
    cells.push_back(status_cell(*run));
    cells.push_back({number_text(number, run->*number.value)});
    cells.push_back({std::isnan(run->train_loss) ? "-" : loss(run->train_loss)});
    cells.push_back({grouped(run->steps)});
    cells.push_back({std::isnan(run->seconds) ? "-" : duration(run->seconds)});
    cells.push_back({remark_of(*run)});
    table.add_row(std::move(cells));
  }
  return table.render(terminal);
}

std::string epochs_table(std::span<const StoredEpoch> epochs, const Terminal& terminal) {
  const auto has = [&](double StoredEpoch::*value) {
    return std::ranges::any_of(epochs, [value](const StoredEpoch& epoch) { return !std::isnan(epoch.*value); });
  };
  struct Part {
    const char* title;
    double StoredEpoch::*value;
    bool fraction;
  };
  std::vector<Part> parts;
  for (const Part& part : {Part{"train\nloss", &StoredEpoch::train_loss, false},
                           Part{"train\naccuracy", &StoredEpoch::train_accuracy, true},
                           Part{"validation\nloss", &StoredEpoch::validation_loss, false},
                           Part{"validation\naccuracy", &StoredEpoch::validation_accuracy, true},
                           Part{"test\nloss", &StoredEpoch::test_loss, false},
                           Part{"test\naccuracy", &StoredEpoch::test_accuracy, true}}) {
    if (has(part.value)) parts.push_back(part);
  }
  std::vector<Column> columns{{"epoch", Align::right}};
  for (const Part& part : parts) columns.push_back({part.title, Align::right});
  Table table(std::move(columns));
  for (const StoredEpoch& epoch : epochs) {
    std::vector<Cell> cells{{std::to_string(epoch.epoch)}};
    for (const Part& part : parts) {
      cells.push_back({number_text({.fraction = part.fraction}, epoch.*part.value)});
    }
    table.add_row(std::move(cells));
  }
  return table.render(terminal);
}

std::string finding_text(const StoredFinding& finding) {
  std::string text = finding.problem;
  if (!finding.layer.empty()) text += " in " + finding.layer;
  if (!finding.quantity.empty() && !std::isnan(finding.measured)) {
    text += fmt::format(": {} is {}", finding.quantity, significant(finding.measured));
    if (!std::isnan(finding.expected)) text += ", expected " + significant(finding.expected);
  }
  text += ".";
  for (const auto& [word, part] : {std::pair{"", finding.cause}, std::pair{"Remedy: ", finding.remedy}}) {
    if (!part.empty()) text.append(" ").append(word).append(part).append(part.ends_with('.') ? "" : ".");
  }
  return text;
}

std::string signed_number(const RunNumber& number, double value) {
  if (number.fraction) return fmt::format("{:+.2f}", 100 * value);  // points
  return (value > 0 ? std::string("+") : std::string()).append(significant(value));
}

// What the numbers allow to say, and no more.
std::string conclusion(const PairedRuns& pairs) {
  const std::string what = in_words(pairs.number.name);
  const experiment::Estimate& difference = pairs.difference;
  if (pairs.pairs.empty()) return "There is no pair: the runs have no seed and settings in common.";
  const std::string mean = signed_number(pairs.number, difference.mean);
  const std::string_view unit = pairs.number.fraction ? " points" : "";
  if (pairs.pairs.size() == 1) {
    return fmt::format("{} minus {}: {}{} of {}, from one pair: nothing is established.", pairs.first, pairs.second,
                       mean, unit, what);
  }
  const std::string half =
      pairs.number.fraction ? fmt::format("{:.2f}", 100 * difference.half_width) : significant(difference.half_width);
  const std::string interval = fmt::format("{} minus {}: {} ± {}{} of {} (95 % interval over {} pairs)", pairs.first,
                                           pairs.second, mean, half, unit, what, pairs.pairs.size());
  if (!pairs.established) return interval + ". The interval holds zero: a difference is not established.";
  const bool first_is_better = (difference.mean > 0) == pairs.number.higher_is_better;
  return fmt::format("{}. {} is better.", interval, first_is_better ? pairs.first : pairs.second);
}

}  // namespace

std::string runs_report(std::span<const StoredExperiment> experiments, std::span<const StoredRun> runs,
                        const Terminal& terminal) {
  std::string out;
  for (const StoredExperiment& experiment : experiments) {
    std::vector<const StoredRun*> own;
    for (const StoredRun& run : runs) {
      if (run.experiment == experiment.id) own.push_back(&run);
    }
    if (own.empty()) continue;
    if (!out.empty()) out += '\n';
    add_heading(out, experiment, terminal);
    const bool has_accuracy =
        std::ranges::any_of(own, [](const StoredRun* run) { return std::isfinite(run->test_accuracy); });
    out += '\n' + runs_table(own, experiment::find_run_number(has_accuracy ? "test_accuracy" : "test_loss"), terminal);
    const auto shown = static_cast<std::int64_t>(own.size());
    const std::string of = experiment.planned_runs > 0 ? fmt::format(" of {}", grouped(experiment.planned_runs)) : "";
    add_paragraph(out, fmt::format("{}{} run{}", grouped(shown), of, shown == 1 && of.empty() ? "" : "s"), Style::faint,
                  terminal);
  }
  return out.empty() ? "no runs\n" : out;
}

std::string run_report(const StoredExperiment& experiment, const StoredRun& run, const Terminal& terminal) {
  std::string out;
  add_heading(out, experiment, terminal);
  const std::string words = experiment::settings_in_words(run.settings);
  add_paragraph(out,
                fmt::format("\nRun {}: {}, seed {}{}{}", run.id, run.init.empty() ? "no initialization" : run.init,
                            run.seed, words.empty() ? "" : ", ", words),
                Style::strong, terminal);
  std::string state = fmt::format("{} after {} steps", in_words(to_string(run.status)), grouped(run.steps));
  if (!std::isnan(run.seconds)) state += " and " + duration(run.seconds);
  if (const std::string remark = remark_of(run); !remark.empty()) state += "; " + remark;
  add_paragraph(out, state, Style::plain, terminal);
  if (run.epochs.empty()) {
    for (const RunNumber& number : experiment::run_numbers()) {
      if (number.name == "seconds" || std::isnan(run.*number.value)) continue;
      add_paragraph(out, in_words(number.name) + ": " + number_text(number, run.*number.value), Style::plain, terminal);
    }
  } else {
    out += '\n' + epochs_table(run.epochs, terminal);
  }
  if (!run.findings.empty()) out += '\n';
  for (const StoredFinding& finding : run.findings) {
    add_paragraph(out, finding_text(finding), finding.severity == "error" ? Style::bad : Style::plain, terminal);
  }
  if (!run.layers.empty()) {
    std::set<std::int64_t> steps;
    for (const experiment::StoredLayer& layer : run.layers) steps.insert(layer.step);
    add_paragraph(
        out,
        fmt::format("\n{} records of layers at {} step{}: `fanin runs export csv --table layers` writes them",
                    grouped(static_cast<std::int64_t>(run.layers.size())), steps.size(), steps.size() == 1 ? "" : "s"),
        Style::faint, terminal);
  }
  return out;
}

std::string pairs_report(const PairedRuns& pairs, const Terminal& terminal) {
  std::string out;
  const bool has_settings = std::ranges::any_of(
      pairs.pairs, [](const RunPair& pair) { return !experiment::settings_in_words(pair.settings).empty(); });
  std::vector<Column> columns{{"seed", Align::right}};
  if (has_settings) columns.push_back(flexible("settings", 16));
  for (const std::string& title : {pairs.first, pairs.second}) columns.push_back({title, Align::right});
  columns.push_back({pairs.number.fraction ? "difference,\npoints" : "difference", Align::right});
  Table table(std::move(columns));
  for (const RunPair& pair : pairs.pairs) {
    std::vector<Cell> cells{{std::to_string(pair.seed)}};
    if (has_settings) cells.push_back({experiment::settings_in_words(pair.settings)});
    cells.push_back({number_text(pairs.number, pair.first)});
    cells.push_back({number_text(pairs.number, pair.second)});
    cells.push_back({signed_number(pairs.number, pair.first - pair.second)});
    table.add_row(std::move(cells));
  }
  if (!pairs.pairs.empty()) out += table.render(terminal) + '\n';
  add_paragraph(out, conclusion(pairs), pairs.established ? Style::good : Style::caution, terminal);
  if (pairs.left_out > 0) {
    add_paragraph(out,
                  fmt::format("Left out: {} run{} that did not come to an end with a finite number", pairs.left_out,
                              pairs.left_out == 1 ? "" : "s"),
                  Style::caution, terminal);
  }
  if (pairs.without_partner > 0) {
    add_paragraph(out,
                  fmt::format("Left out: {} run{} without a partner of the same seed and settings",
                              pairs.without_partner, pairs.without_partner == 1 ? "" : "s"),
                  Style::caution, terminal);
  }
  return out;
}

std::string pairs_json(const PairedRuns& pairs) {
  Json json;
  json["version"] = kVersion;
  json["first"] = pairs.first;
  json["second"] = pairs.second;
  json["number"] = pairs.number.name;
  json["pairs"] = Json::array();
  for (const RunPair& pair : pairs.pairs) {
    json["pairs"].push_back({{"seed", pair.seed},
                             {"settings", experiment::settings_in_words(pair.settings)},
                             {"first", json_number(pair.first)},
                             {"second", json_number(pair.second)}});
  }
  json["difference_mean"] = json_number(pairs.difference.mean);
  json["difference_ci95"] = json_number(pairs.difference.half_width);
  json["difference_established"] = pairs.established;
  json["left_out"] = pairs.left_out;
  json["without_partner"] = pairs.without_partner;
  return json_text(json);
}

}  // namespace fanin::report
