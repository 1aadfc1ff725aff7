#include "fanin/report/gain_report.hpp"

#include <fmt/format.h>

#include <cmath>

#include "fanin/core/version.hpp"
#include "fanin/report/json_values.hpp"
#include "fanin/report/numbers.hpp"
#include "fanin/report/paragraph.hpp"
#include "fanin/report/table.hpp"

namespace fanin::report {
namespace {

using theory::GainSummary;

constexpr double kSame = 1e-9;  // relative: what quadrature may leave

double relative_difference(const GainSummary& summary) { return *summary.pytorch / summary.forward - 1; }

std::string pytorch_remark(const GainSummary& summary) {
  if (!summary.pytorch) return "torch.nn.init.calculate_gain does not know it and raises";
  const double difference = relative_difference(summary);
  if (!std::isfinite(difference)) return "torch.nn.init.calculate_gain";
  if (std::abs(difference) <= kSame) return "torch.nn.init.calculate_gain agrees with the forward gain";
  return fmt::format("torch.nn.init.calculate_gain is {} % {} the forward gain{}",
                     significant(100 * std::abs(difference)), difference > 0 ? "above" : "below",
                     summary.variance == 1 ? "" : " at this variance, which it does not know");
}

std::string gains_table(const GainSummary& summary, const Terminal& terminal) {
  const bool gated = summary.gated;
  Table table({{"gain"}, {"value", Align::right}, flexible("what it is for", 28)});
  table.add_row({{"forward", Style::accent},
                 {precise(summary.forward)},
                 {gated ? "keeps the second moment: std = gain/√fan_in for the projection behind the unit"
                        : "keeps the second moment of activations: std = gain/√fan_in"}});
  table.add_row({{"backward", Style::accent},
                 {precise(summary.backward)},
                 {gated ? "keeps the second moment of gradients through both halves to their common input"
                        : "keeps the second moment of gradients: std = gain/√fan_out"}});
  table.add_row({{"mean removed", Style::accent},
                 {precise(summary.mean_removed)},
                 {"keeps the variance, where something removes the mean of the activations"}});
  table.add_row(
      {{"PyTorch"}, {summary.pytorch ? precise(*summary.pytorch) : "-"}, {pytorch_remark(summary), Style::faint}});
  return table.render(terminal);
}

std::string moments_table(const GainSummary& summary, const Terminal& terminal) {
  const std::string_view y = summary.gated ? "y" : "φ";
  Table table({{"moment"}, {"value", Align::right}});
  table.add_row({{fmt::format("E {}", y)}, {precise(summary.mean)}});
  table.add_row({{fmt::format("E {}²", y)}, {precise(summary.second_moment)}});
  table.add_row({{fmt::format("Var {}", y)}, {precise(summary.output_variance)}});
  table.add_row({{summary.gated ? "E |grad y|²" : "E φ'²"}, {precise(summary.slope_second_moment)}});
  return table.render(terminal);
}

}  // namespace

std::string gain_report(const GainSummary& summary, const Terminal& terminal) {
  std::string out;
  add_paragraph(out, fmt::format("{}: {}", summary.unit, summary.formula), Style::strong, terminal);
  if (!summary.source.empty()) add_paragraph(out, summary.source, Style::faint, terminal);
  add_paragraph(out,
                fmt::format("\n{} N(0, {:.15g}):",
                            summary.gated ? "y = a*phi(b), a and b independent," : "Pre-activations", summary.variance),
                Style::plain, terminal);
  out += gains_table(summary, terminal) + "\n" + moments_table(summary, terminal);
  if (summary.status != QuadratureStatus::converged) {
    add_paragraph(out, "\nThe integrals did not converge at this variance: do not rely on all digits.", Style::caution,
                  terminal);
  }
  return out;
}

std::string gain_json(const GainSummary& summary) {
  Json json;
  json["version"] = kVersion;
  json["activation"] = summary.unit;
  json["formula"] = summary.formula;
  json["source"] = summary.source;
  json["gated"] = summary.gated;
  json["variance"] = json_number(summary.variance);
  json["gains"] = {{"forward", json_number(summary.forward)},
                   {"backward", json_number(summary.backward)},
                   {"mean_removed", json_number(summary.mean_removed)}};
  json["moments"] = {{"mean", json_number(summary.mean)},
                     {"second_moment", json_number(summary.second_moment)},
                     {"variance", json_number(summary.output_variance)},
                     {"slope_second_moment", json_number(summary.slope_second_moment)}};
  json["pytorch"] = nullptr;
  if (summary.pytorch) {
    json["pytorch"] = {{"gain", *summary.pytorch}, {"relative_difference", json_number(relative_difference(summary))}};
  }
  json["converged"] = summary.status == QuadratureStatus::converged;
  return json_text(json);
}

}  // namespace fanin::report
