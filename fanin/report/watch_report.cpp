#include "fanin/report/watch_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "fanin/report/numbers.hpp"
#include "fanin/report/paragraph.hpp"

namespace fanin::report {
namespace {

using observe::Diagnosis;
using observe::Finding;
using observe::Severity;

Style style_of(observe::Verdict verdict) {
  switch (verdict) {
    case observe::Verdict::healthy: return Style::good;
    case observe::Verdict::unhealthy: return Style::bad;
    case observe::Verdict::uncertain: break;
  }
  return Style::caution;
}

std::string quantity(const observe::Quantity& number) {
  const bool has_error = std::isfinite(number.error) && number.error > 0;
  return significant(number.value) + (has_error ? " ± " + significant(number.error) : "");
}

std::string sentence(std::string text) {
  if (!text.ends_with('.')) text.push_back('.');
  return text;
}

std::string finding_text(const Finding& finding) {
  std::string text(observe::to_string(finding.problem));
  if (!finding.layer.empty()) text += " in " + finding.layer;
  if (!finding.quantity.empty() && !std::isnan(finding.measured.value)) {
    text += fmt::format(": {} is {}", finding.quantity, quantity(finding.measured));
    if (!std::isnan(finding.expected.value)) text += ", expected " + quantity(finding.expected);
  }
  text += ".";
  if (!finding.cause.empty()) text += fmt::format(" {}", sentence(finding.cause));
  if (!finding.remedy.empty()) text += fmt::format(" Remedy: {}", sentence(finding.remedy));
  return text;
}

// Where a problem was found in the runs of one initialization.
struct Found {
  std::int64_t runs = 0;
  std::string layer = {};  // of the first run that has it
};

std::string line_of(const experiment::InitSummary& row, std::span<const experiment::RunResult> runs) {
  std::vector<std::pair<observe::Problem, Found>> problems;  // in the order of the findings
  std::int64_t watched = 0;
  std::int64_t healthy = 0;
  std::string reason;
  std::string broken;
  for (const experiment::RunResult& run : runs) {
    if (run.init != row.init || !run.diagnosis) continue;
    ++watched;
    healthy += run.diagnosis->verdict == observe::Verdict::healthy ? 1 : 0;
    if (reason.empty()) reason = run.diagnosis->reason;
    if (broken.empty() && run.non_finite)
      broken = fmt::format(" Seed {}: {}.", run.seed, non_finite_text(*run.non_finite));
    std::vector<observe::Problem> counted;
    for (const Finding& finding : run.diagnosis->findings) {
      if (finding.severity == Severity::note) continue;
      if (std::find(counted.begin(), counted.end(), finding.problem) != counted.end()) continue;
      counted.push_back(finding.problem);
      auto known = std::find_if(problems.begin(), problems.end(),
                                [&](const auto& entry) { return entry.first == finding.problem; });
      if (known == problems.end()) known = problems.insert(problems.end(), {finding.problem, {0, finding.layer}});
      ++known->second.runs;
    }
  }
  if (watched == 0) return {};
  if (problems.empty()) {
    return row.init + ": " + (healthy == watched ? "healthy." : "cannot tell. " + reason) + broken;
  }
  std::string text = row.init + ": ";
  for (std::size_t i = 0; i < problems.size(); ++i) {
    const Found& found = problems[i].second;
    text += fmt::format("{}{}", i == 0 ? "" : ", ", observe::to_string(problems[i].first));
    if (!found.layer.empty()) text += " in " + found.layer;
    if (found.runs < watched) text += fmt::format(" ({} of {} runs)", found.runs, watched);
  }
  return text + "." + broken;
}

}  // namespace

std::string non_finite_text(const observe::NonFinite& found) {
  std::string text(found.nan ? "NaN" : "infinity");
  text += found.tensor == "loss" ? " as the loss" : fmt::format(" in the {} of {}", found.tensor, found.name);
  if (found.element >= 0) text += fmt::format(", element {}", grouped(found.element));
  text += fmt::format(", at step {}", grouped(found.step + 1));
  if (found.growth.empty()) return text;
  text += "; its largest magnitudes before:";
  for (std::size_t i = 0; i < found.growth.size(); ++i) {
    text += (i == 0 ? " " : ", ") + significant(found.growth[i]);
  }
  return text;
}

void add_watch(std::string& out, const Diagnosis& diagnosis, const std::optional<observe::NonFinite>& non_finite,
               const Terminal& terminal) {
  std::string verdict = fmt::format("\nWatched: {}.", observe::to_string(diagnosis.verdict));
  if (!diagnosis.reason.empty()) verdict += " " + diagnosis.reason;
  add_paragraph(out, verdict, style_of(diagnosis.verdict), terminal);
  for (const Finding& finding : diagnosis.findings) {
    const bool note = finding.severity == Severity::note;
    add_paragraph(out, finding_text(finding), note ? Style::faint : Style::plain, terminal);
  }
  if (non_finite) {
    add_paragraph(out, "First value that is no finite number: " + non_finite_text(*non_finite) + ".", Style::bad,
                  terminal);
  }
}

void add_watched_runs(std::string& out, std::span<const experiment::InitSummary> rows,
                      std::span<const experiment::RunResult> runs, const Terminal& terminal) {
  bool first = true;
  for (const experiment::InitSummary& row : rows) {
    const std::string line = line_of(row, runs);
    if (line.empty()) continue;
    if (first) add_paragraph(out, "\nWatched:", Style::plain, terminal);
    first = false;
    add_paragraph(out, line, Style::plain, terminal);
  }
}

}  // namespace fanin::report
