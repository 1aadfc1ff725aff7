#include "fanin/report/edge_report.hpp"

#include <fmt/format.h>

#include <cmath>

#include "fanin/core/version.hpp"
#include "fanin/report/json_values.hpp"
#include "fanin/report/numbers.hpp"
#include "fanin/report/paragraph.hpp"
#include "fanin/report/table.hpp"

namespace fanin::report {
namespace {

using theory::CriticalPoint;
using theory::DepthScales;
using theory::EdgeSummary;
using theory::Phase;
using theory::Stability;

Cell stability_cell(Stability stability) {
  switch (stability) {
    case Stability::stable: return {"stable: the variance returns to q*", Style::good};
    case Stability::marginal: return {"marginal: the variance stays where it is, or leaves q* slowly", Style::plain};
    case Stability::unstable: return {"unstable: the variance leaves q*, and with it the edge", Style::caution};
  }
  return {};
}

void add_critical_points(std::string& out, const EdgeSummary& summary, const Terminal& terminal) {
  const std::string bias = fmt::format("{:.15g}", summary.bias_variance);
  if (summary.critical.empty()) {
    add_paragraph(out,
                  fmt::format("No weight variance brings {} to the edge of chaos (chi1 = 1) with bias variance {}.",
                              summary.activation, bias),
                  Style::caution, terminal);
    return;
  }
  add_paragraph(out, fmt::format("{} with bias variance {}: the edge of chaos, chi1 = 1", summary.activation, bias),
                Style::strong, terminal);
  Table table({{"weight\nvariance", Align::right},
               {"q*", Align::right},
               {"dq'/dq", Align::right},
               flexible("the variance there", 20)});
  for (const CriticalPoint& point : summary.critical) {
    table.add_row({{precise(point.variances.weight_variance), Style::accent},
                   {precise(point.q)},
                   {precise(point.variance_slope)},
                   stability_cell(point.stability)});
  }
  out += table.render(terminal);
}

void add_half_stable_points(std::string& out, const EdgeSummary& summary, const Terminal& terminal) {
  if (summary.half_stable.empty()) {
    add_paragraph(
        out, fmt::format("\n{} has no half-stable point (chi1 = 1 and dq'/dq = 1) with q* > 0.", summary.activation),
        Style::faint, terminal);
    return;
  }
  add_paragraph(out, "\nHalf-stable, chi1 = 1 and dq'/dq = 1 together (Roberts, Yaida & Hanin 2022):", Style::plain,
                terminal);
  Table table({{"weight\nvariance", Align::right}, {"bias\nvariance", Align::right}, {"q*", Align::right}});
  for (const CriticalPoint& point : summary.half_stable) {
    table.add_row({{precise(point.variances.weight_variance), Style::accent},
                   {precise(point.variances.bias_variance)},
                   {precise(point.q)}});
  }
  out += table.render(terminal);
}

std::string phase_sentence(const DepthScales& scales) {
  switch (scales.phase) {
    case Phase::ordered:
      return fmt::format(
          "Ordered phase: chi1 < 1, so inputs become alike and squared gradients vanish, by a factor {} per layer.",
          significant(scales.chi1));
    case Phase::critical:
      return "Critical: chi1 = 1, so squared gradients keep their size, and what tells two inputs apart fades more "
             "slowly than exponentially.";
    case Phase::chaotic:
      return fmt::format(
          "Chaotic phase: chi1 > 1, so close inputs part, down to a correlation of {}, and squared gradients explode, "
          "by a factor {} per layer.",
          significant(scales.correlation.c), significant(scales.chi1));
  }
  return {};
}

std::string depth_sentence(const DepthScales& scales) {
  if (std::isinf(scales.xi_c)) return "No depth scale limits how deep such a network can be trained.";
  return fmt::format(
      "Such a network can be trained to a depth of about 6 xi_c = {} layers (Schoenholz et al. 2017, "
      "arXiv:1611.01232).",
      precise(std::round(scales.trainable_depth * 10) / 10));
}

void add_scales(std::string& out, double weight_variance, const DepthScales& scales, const Terminal& terminal) {
  add_paragraph(out, fmt::format("\nAt weight variance {:.15g}: {}", weight_variance, to_string(scales.phase)),
                Style::strong, terminal);
  Table table({{"quantity"}, {"value", Align::right}, flexible("what it is", 28)});
  const auto row = [&table](const char* name, double value, const char* meaning) {
    table.add_row({{name, Style::accent}, {precise(value)}, {meaning}});
  };
  row("q*", scales.variance.q, "variance that pre-activations settle at");
  row("chi1", scales.chi1, "factor on a squared gradient per layer, backwards");
  row("c*", scales.correlation.c, "correlation that two inputs settle at");
  row("xi_q", scales.xi_q, "layers in which the variance comes e times closer to q*");
  row("xi_c", scales.xi_c, "layers in which the correlation comes e times closer to c*");
  row("xi_grad", scales.xi_grad,
      scales.xi_grad < 0 ? "negative: layers in which squared gradients grow e-fold"
                         : "layers in which squared gradients shrink e-fold");
  out += table.render(terminal) + "\n";
  if (!std::isfinite(scales.variance.q)) {
    add_paragraph(out, "The variance grows without bound with depth; the other numbers are those at q = 1e12.",
                  Style::caution, terminal);
  }
  add_paragraph(out, phase_sentence(scales) + " " + depth_sentence(scales), Style::plain, terminal);
}

Json scales_json(double weight_variance, const DepthScales& scales) {
  Json json;
  json["weight_variance"] = weight_variance;
  json["phase"] = to_string(scales.phase);
  json["q"] = json_number(scales.variance.q);
  json["variance_slope"] = json_number(scales.variance.slope);
  json["variance_stability"] = to_string(scales.variance.stability);
  json["chi1"] = json_number(scales.chi1);
  json["c"] = json_number(scales.correlation.c);
  json["xi_q"] = json_number(scales.xi_q);
  json["xi_c"] = json_number(scales.xi_c);
  json["xi_grad"] = json_number(scales.xi_grad);
  json["trainable_depth"] = json_number(scales.trainable_depth);
  return json;
}

}  // namespace

std::string edge_report(const EdgeSummary& summary, const Terminal& terminal) {
  std::string out;
  add_critical_points(out, summary, terminal);
  add_half_stable_points(out, summary, terminal);
  if (summary.scales) add_scales(out, *summary.weight_variance, *summary.scales, terminal);
  return out;
}

std::string edge_json(const EdgeSummary& summary) {
  Json json;
  json["version"] = kVersion;
  json["activation"] = summary.activation;
  json["bias_variance"] = summary.bias_variance;
  json["critical_points"] = Json::array();
  for (const CriticalPoint& point : summary.critical) {
    json["critical_points"].push_back({{"weight_variance", json_number(point.variances.weight_variance)},
                                       {"q", json_number(point.q)},
                                       {"variance_slope", json_number(point.variance_slope)},
                                       {"stability", to_string(point.stability)}});
  }
  json["half_stable_points"] = Json::array();
  for (const CriticalPoint& point : summary.half_stable) {
    json["half_stable_points"].push_back({{"weight_variance", json_number(point.variances.weight_variance)},
                                          {"bias_variance", json_number(point.variances.bias_variance)},
                                          {"q", json_number(point.q)}});
  }
  json["at"] = summary.scales ? scales_json(*summary.weight_variance, *summary.scales) : Json(nullptr);
  return json_text(json);
}

}  // namespace fanin::report
