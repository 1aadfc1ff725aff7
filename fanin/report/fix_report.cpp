#include "fanin/report/fix_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fanin/report/numbers.hpp"
#include "fanin/report/paragraph.hpp"
#include "fanin/report/table.hpp"

namespace fanin::report {
namespace {

using experiment::RepairFigures;
using experiment::RepairOutcome;
using experiment::RepairResult;
using experiment::RepairTrial;

std::string headline(const RepairResult& result) {
  const auto because = [&](const char* what) { return fmt::format("{}: {}.", what, result.reason); };
  switch (result.outcome) {
    case RepairOutcome::healthy: return because("Nothing to repair");
    case RepairOutcome::uncertain: return because("Nothing found to repair, and too little seen to be sure");
    case RepairOutcome::repaired: return because("Repaired");
    case RepairOutcome::not_repairable: return because("Not repairable here");
    case RepairOutcome::interrupted: break;
  }
  return "Interrupted before a change was chosen.";
}

Style style_of(RepairOutcome outcome) {
  if (outcome == RepairOutcome::healthy || outcome == RepairOutcome::repaired) return Style::good;
  return outcome == RepairOutcome::not_repairable ? Style::bad : Style::caution;
}

std::string loss_text(const RepairTrial& trial) {
  if (!trial.refused.empty()) return "-";
  return std::isfinite(trial.loss) ? loss(trial.loss) : "diverged";
}

std::string accuracy_text(const RepairTrial& trial) {
  return std::isfinite(trial.accuracy) && trial.refused.empty() ? percent(trial.accuracy, 2) : "-";
}

std::string loss_text(const RepairFigures& figures) {
  return std::isfinite(figures.loss) ? loss(figures.loss) : "diverged";
}

std::string accuracy_text(const RepairFigures& figures) {
  return std::isfinite(figures.accuracy) ? percent(figures.accuracy, 2) : "-";
}

std::string problems_text(const RepairTrial& trial) {
  if (!trial.diagnosis) return "-";
  std::vector<std::string> names;
  for (const observe::Finding& finding : trial.diagnosis->findings) {
    if (finding.severity == observe::Severity::note) continue;
    std::string name(observe::to_string(finding.problem));
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  }
  if (names.empty()) return std::string(observe::to_string(trial.diagnosis->verdict));
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 4); ++i)
    text.append(i == 0 ? "" : ", ").append(names[i]);
  if (names.size() > 4) text += fmt::format(" and {} more", names.size() - 4);
  return text;
}

Table two_sides(const RepairResult& result) {
  Table table({{""}, flexible("before", 20), flexible("after", 20)});
  table.add_row(
      {{"diagnosis"}, {problems_text(result.before), Style::bad}, {problems_text(result.after), Style::good}});
  table.add_row({{"test loss"}, {loss_text(result.test_before)}, {loss_text(result.test_after)}});
  if (std::isfinite(result.test_before.accuracy) || std::isfinite(result.test_after.accuracy)) {
    table.add_row({{"test accuracy"}, {accuracy_text(result.test_before)}, {accuracy_text(result.test_after)}});
  }
  table.add_row({{"--init"}, {result.before.settings.init}, {result.after.settings.init}});
  if (!result.before.settings.init_for.empty() || !result.after.settings.init_for.empty()) {
    table.add_row({{"--init-for"}, {result.before.settings.init_for}, {result.after.settings.init_for}});
  }
  return table;
}

Table tried(const RepairResult& result) {
  Table table({flexible("tried", 24), {"loss", Align::right}, {"accuracy", Align::right}, flexible("diagnosis", 16)});
  table.add_row(
      {{"as it is"}, {loss_text(result.before)}, {accuracy_text(result.before)}, {problems_text(result.before)}});
  for (const RepairTrial& trial : result.trials) {
    const bool chosen = trial.options == result.after.options;
    const std::string verdict =
        trial.refused.empty() ? problems_text(trial) : fmt::format("refused: {}", trial.refused);
    table.add_row({{trial.options, chosen ? Style::good : Style::plain},
                   {loss_text(trial)},
                   {accuracy_text(trial)},
                   {verdict, chosen ? Style::good : Style::faint}});
  }
  return table;
}

// What a rescaling multiplied the layers' weights by, the largest changes first.
Table factors(const RepairResult& result) {
  std::vector<init::FitChange> changes = result.changes;
  std::ranges::stable_sort(changes, std::ranges::greater{},
                           [](const init::FitChange& change) { return std::fabs(std::log(change.factor)); });
  Table table({{"parameter"}, {"times", Align::right}, {"output before", Align::right}, {"after", Align::right}});
  for (std::size_t i = 0; i < std::min<std::size_t>(changes.size(), 8); ++i) {
    const auto measured = [](double value) { return std::isfinite(value) ? significant(value) : std::string("-"); };
    table.add_row({{changes[i].parameter},
                   {significant(changes[i].factor)},
                   {measured(changes[i].before)},
                   {measured(changes[i].after)}});
  }
  return table;
}

std::string how_tried(const RepairResult& result) {
  std::string text =
      fmt::format("Each was trained for {} steps from the same seed on the same batches; figures are of {} rows",
                  result.steps, result.judged_by);
  if (result.before.trainings > 1) {
    text +=
        fmt::format(", and of the best means over {} trainings that hold out different rows", result.before.trainings);
  }
  return text + ".";
}

}  // namespace

std::string fix_report(const RepairResult& result, const Terminal& terminal) {
  std::string text;
  add_paragraph(text, headline(result), style_of(result.outcome), terminal);
  if (result.outcome == RepairOutcome::repaired) {
    text.append("\n").append(two_sides(result).render(terminal));
    if (!result.changes.empty()) text.append("\n").append(factors(result).render(terminal));
  }
  if (!result.trials.empty()) {
    text.append("\n").append(tried(result).render(terminal));
    add_paragraph(text, how_tried(result), Style::faint, terminal);
  }
  if (result.outcome == RepairOutcome::repaired) {
    text += "\n";
    add_paragraph(text, fmt::format("Use: {}", result.after.options), Style::strong, terminal);
  }
  return text;
}

}  // namespace fanin::report
