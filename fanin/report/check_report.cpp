#include "fanin/report/check_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "fanin/observe/remedy_elsewhere.hpp"
#include "fanin/report/numbers.hpp"
#include "fanin/report/paragraph.hpp"
#include "fanin/report/sparkline.hpp"
#include "fanin/report/table.hpp"
#include "fanin/report/text.hpp"

namespace fanin::report {
namespace {

using observe::Diagnosis;
using observe::Finding;
using observe::LayerRow;
using observe::Severity;
using observe::Trace;
using observe::Verdict;

constexpr std::size_t kMostRows = 24;
constexpr std::size_t kShownAtAnEnd = 8;  // of a deeper network's layers

std::string number(double value) { return std::isnan(value) ? "-" : significant(value); }
std::string share(double value) { return std::isnan(value) ? "-" : percent(value, value < 0.1 ? 1 : 0); }

Style style_of(Severity severity) {
  return severity == Severity::error ? Style::bad : severity == Severity::warning ? Style::caution : Style::plain;
}

std::string problems_of(const LayerRow& row) {
  std::string text;
  for (const observe::Problem problem : row.problems) {
    text += text.empty() ? "" : ", ";
    text += observe::to_string(problem);
  }
  return text;
}

void add_layer(Table& table, const LayerRow& row) {
  std::string scale = number(row.weight_scale);
  if (!std::isnan(row.expected_scale)) scale += fmt::format(" / {}", number(row.expected_scale));
  table.add_row({{row.name},
                 {row.kind},
                 {number(row.activation)},
                 {number(row.gradient)},
                 {scale},
                 {share(row.saturated)},
                 {share(row.dead)},
                 {number(row.update_ratio)},
                 {problems_of(row), row.problems.empty() ? Style::plain : Style::caution}});
}

std::string layer_table(const std::vector<LayerRow>& layers, const Terminal& terminal) {
  Table table({flexible("layer", 12),
               flexible("kind", 12),
               {"activation\nrms", Align::right},
               {"gradient\nrms", Align::right},
               {"fan_in·Var W\n/ expected", Align::right},
               {"flat", Align::right},
               {"dead", Align::right},
               {"update", Align::right},
               flexible("problems", 20)});
  const bool deep = layers.size() > kMostRows;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (!deep || i < kShownAtAnEnd || i + kShownAtAnEnd >= layers.size()) {
      add_layer(table, layers[i]);
    } else if (i == kShownAtAnEnd) {
      const auto hidden = static_cast<std::int64_t>(layers.size() - 2 * kShownAtAnEnd);
      table.add_row({{fmt::format("({} layers more)", grouped(hidden)), Style::faint}});
    }
  }
  return table.render(terminal);
}

void add_indented(std::string& out, const std::string& text, const Terminal& terminal) {
  const auto width = static_cast<std::size_t>(std::max(1, terminal.width - 3));
  for (const std::string& line : wrap(printable(text, terminal.unicode), width)) out += fmt::format("   {}\n", line);
}

// "activation  ▄▄▃▃▂▂▁  1.20 at layer1, 0.0310 at layer9"; the numbers on a line of their own where there is little
// room.
void add_depth_line(std::string& out, std::string_view what, const std::vector<LayerRow>& layers,
                    double LayerRow::*member, const Terminal& terminal) {
  std::vector<double> values;
  std::vector<const LayerRow*> known;
  for (const LayerRow& row : layers) {
    if (std::isnan(row.*member)) continue;
    values.push_back(row.*member);
    known.push_back(&row);
  }
  if (values.size() < 2) return;
  const std::string ends = printable(fmt::format("{} at {}, {} at {}", number(values.front()), known.front()->name,
                                                 number(values.back()), known.back()->name),
                                     terminal.unicode);
  constexpr int kLabel = 12;
  const int room = terminal.width - kLabel - 2 - static_cast<int>(display_width(ends));
  const int width = std::clamp(room < 8 ? terminal.width - kLabel : room, 1, 60);
  out += fmt::format("{}{}", pad_right(what, kLabel),
                     styled(sparkline(values, static_cast<std::size_t>(width), terminal), Style::accent, terminal));
  if (room >= 8) {
    out += fmt::format("  {}\n", ends);
  } else {
    out += '\n';
    add_indented(out, ends, terminal);
  }
}

std::string quantity(const observe::Quantity& q) {
  if (!(q.error > 0 && std::isfinite(q.error))) return number(q.value);
  return fmt::format("{} ± {}", number(q.value), number(q.error));
}

std::string measured_against(const Finding& finding) {
  std::string text = fmt::format("{}: {}", finding.quantity, quantity(finding.measured));
  if (!std::isnan(finding.expected.value)) text += fmt::format(", expected {}", quantity(finding.expected));
  if (!finding.source.empty()) text += fmt::format(" ({})", finding.source);
  return text;
}

/// What the remedy's options are called where the training ran.
void add_elsewhere(std::string& out, const Finding& finding, const std::string& origin, const Terminal& terminal) {
  const std::string there = observe::remedy_elsewhere(finding.remedy, origin);
  if (there.empty()) return;
  add_indented(out, fmt::format("In {}: {}", origin == "keras" ? "Keras" : "PyTorch", there), terminal);
}

void add_finding(std::string& out, std::size_t position, const Finding& finding, const std::string& origin,
                 const Terminal& terminal) {
  add_paragraph(out,
                fmt::format("\n{}. {}: {}{}{}", position, observe::to_string(finding.severity),
                            observe::to_string(finding.problem), finding.layer.empty() ? "" : ", ", finding.layer),
                style_of(finding.severity), terminal);
  add_indented(out, finding.cause, terminal);
  if (!finding.quantity.empty()) add_indented(out, measured_against(finding), terminal);
  if (!finding.remedy.empty()) add_indented(out, fmt::format("Remedy: {}", finding.remedy), terminal);
  add_elsewhere(out, finding, origin, terminal);
  if (!finding.falsified_by.empty()) add_indented(out, fmt::format("Wrong if: {}", finding.falsified_by), terminal);
}

std::string course(const Trace& trace, const Diagnosis& diagnosis) {
  if (trace.steps.empty()) return {};
  std::string text = fmt::format("Loss {} at the start", loss(trace.steps.front().loss));
  if (!std::isnan(diagnosis.chance_loss.value)) {
    text += fmt::format(" ({} for an answer that ignores its input)", loss(diagnosis.chance_loss.value));
  }
  if (trace.steps.size() > 1) {
    text += fmt::format(", {} at step {}", loss(trace.steps.back().loss), grouped(trace.steps.back().step + 1));
  }
  return text + ".";
}

void add_verdict(std::string& out, const Trace& trace, const Diagnosis& diagnosis, const Terminal& terminal) {
  const Style style = diagnosis.verdict == Verdict::healthy     ? Style::good
                      : diagnosis.verdict == Verdict::unhealthy ? Style::bad
                                                                : Style::caution;
  std::string text = fmt::format("\nVerdict: {}", observe::to_string(diagnosis.verdict));
  if (!diagnosis.reason.empty()) text += fmt::format("; {}", diagnosis.reason);
  add_paragraph(out, text, style, terminal);
  if (trace.ended == "interrupted") {
    add_paragraph(out, fmt::format("Interrupted after {} steps: the findings rest on those.", trace.steps.size()),
                  Style::caution, terminal);
  }
}

}  // namespace

std::string check_report(std::string_view title, const Trace& trace, const Diagnosis& diagnosis,
                         const Terminal& terminal) {
  std::string out;
  add_paragraph(out, title, Style::strong, terminal);
  if (!diagnosis.layers.empty()) {
    out += layer_table(diagnosis.layers, terminal);
    add_paragraph(out,
                  "rms: root mean square, of outputs and of a sample's ∂L/∂output. flat: where the activation passes "
                  "hardly any gradient. dead: units that are 0 on every row. update: a step's size over the weights'.",
                  Style::faint, terminal);
    out += '\n';
    add_depth_line(out, "activation", diagnosis.layers, &LayerRow::activation, terminal);
    add_depth_line(out, "gradient", diagnosis.layers, &LayerRow::gradient, terminal);
  }
  add_paragraph(out, course(trace, diagnosis), Style::plain, terminal);
  for (std::size_t i = 0; i < diagnosis.findings.size(); ++i) {
    add_finding(out, i + 1, diagnosis.findings[i], trace.origin, terminal);
  }
  add_verdict(out, trace, diagnosis, terminal);
  return out;
}

}  // namespace fanin::report
