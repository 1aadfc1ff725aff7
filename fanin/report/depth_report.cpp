#include "fanin/report/depth_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "fanin/core/version.hpp"
#include "fanin/report/bars.hpp"
#include "fanin/report/json_values.hpp"
#include "fanin/report/numbers.hpp"
#include "fanin/report/paragraph.hpp"
#include "fanin/report/table.hpp"

namespace fanin::report {
namespace {

using experiment::DepthPrediction;
using experiment::LayerPrediction;
using experiment::SizeChange;
using experiment::SizeTrend;

constexpr int kWidthOfNumbers = 62;  // of the table without its two columns of bars
constexpr int kWidestBar = 20;

std::vector<double> column(const DepthPrediction& prediction, double LayerPrediction::*member) {
  std::vector<double> values;
  for (const LayerPrediction& layer : prediction.layers) values.push_back(layer.*member);
  return values;
}

std::string layers_table(const DepthPrediction& prediction, const Terminal& terminal) {
  const LogAxis signal = log_axis(column(prediction, &LayerPrediction::activation_second_moment));
  const LogAxis gradient = log_axis(column(prediction, &LayerPrediction::gradient_second_moment));
  const int room = std::clamp((terminal.width - kWidthOfNumbers) / 2, 0, kWidestBar);
  const auto width = static_cast<std::size_t>(room < 4 ? 0 : room);  // shorter bars say nothing
  std::vector<Column> columns{{"layer"}, {"units", Align::right}, {"weight\nvariance", Align::right}};
  columns.push_back({"activation\nE x²", Align::right});
  if (width > 0) columns.push_back({to_string(signal)});
  columns.push_back({"gradient\nE (∂L/∂u)²", Align::right});
  if (width > 0) columns.push_back({to_string(gradient)});
  Table table(std::move(columns));
  for (const LayerPrediction& layer : prediction.layers) {
    std::vector<Cell> cells{{layer.name}, {grouped(layer.units)}, {significant(layer.weight_variance)}};
    cells.push_back({significant(layer.activation_second_moment)});
    if (width > 0) cells.push_back({log_bar(layer.activation_second_moment, signal, width, terminal), Style::accent});
    cells.push_back({significant(layer.gradient_second_moment)});
    if (width > 0) cells.push_back({log_bar(layer.gradient_second_moment, gradient, width, terminal), Style::accent});
    table.add_row(std::move(cells));
  }
  return table.render(terminal);
}

/// "by a factor 0.707 per layer, a thousandth after 20 layers". Of a change that is finite and not 0.
std::string pace(const SizeChange& change) {
  const char* end = change.ratio > 1 ? "a thousandfold" : "a thousandth";
  const std::int64_t layers = std::llround(std::ceil(change.layers_to_thousandfold));
  return fmt::format("by a factor {} per layer, {} after {} layer{}", significant(change.factor_per_layer), end,
                     grouped(layers), layers == 1 ? "" : "s");
}

/// @param what  a plural: "Gradients".
std::string sentence(const SizeChange& change, const std::string& what, const std::string& way) {
  if (!std::isfinite(change.ratio)) return fmt::format("{} grow beyond all numbers {}.", what, way);
  if (change.ratio == 0) return fmt::format("{} are exactly zero {}.", what, way);
  const std::string times = significant(change.ratio);
  switch (change.trend) {
    case SizeTrend::kept: return fmt::format("{} keep their size {}: {} times.", what, way, times);
    case SizeTrend::shrinking: return fmt::format("{} shrink {}: {} times, {}.", what, way, times, pace(change));
    case SizeTrend::growing: return fmt::format("{} grow {}: {} times, {}.", what, way, times, pace(change));
    case SizeTrend::vanishing: return fmt::format("{} vanish {}: {} times, {}.", what, way, times, pace(change));
    case SizeTrend::exploding: return fmt::format("{} explode {}: {} times, {}.", what, way, times, pace(change));
  }
  return {};
}

Style verdict_style(const DepthPrediction& prediction) {
  Style style = Style::good;
  for (const SizeTrend trend : {prediction.activations.trend, prediction.gradients.trend}) {
    if (trend == SizeTrend::vanishing || trend == SizeTrend::exploding) return Style::caution;
    if (trend != SizeTrend::kept) style = Style::plain;
  }
  return style;
}

Json change_json(const SizeChange& change) {
  return {{"trend", to_string(change.trend)},
          {"ratio", json_number(change.ratio)},
          {"factor_per_layer", json_number(change.factor_per_layer)},
          {"layers_to_thousandfold", json_number(change.layers_to_thousandfold)}};
}

}  // namespace

std::string depth_verdict(const DepthPrediction& prediction) {
  const std::vector<LayerPrediction>& layers = prediction.layers;
  if (layers.size() < 2) return "There is no hidden layer, so nothing can vanish or explode on the way.";
  const std::string forward = fmt::format("from {} to {}", layers[0].name, layers[layers.size() - 2].name);
  const std::string back = fmt::format("on the way back from {} to {}", layers.back().name, layers[0].name);
  return (layers.size() > 2 ? sentence(prediction.activations, "Activations", forward) + " " : "") +
         sentence(prediction.gradients, "Gradients", back);
}

std::string depth_report(const DepthPrediction& prediction, const Terminal& terminal) {
  const experiment::DepthSettings& settings = prediction.settings;
  std::string out;
  add_paragraph(out,
                fmt::format("{} with {} and {}: predicted at initialization, in the limit of wide layers", settings.net,
                            settings.activation, settings.init),
                Style::strong, terminal);
  out += layers_table(prediction, terminal);
  add_paragraph(out,
                fmt::format("Weight variance: fan_in times Var W. Activations: second moment of a layer's output, for "
                            "inputs with second moment {:.15g}. Gradients: of one sample, per unit, relative to those "
                            "at the output.",
                            settings.input_second_moment),
                Style::faint, terminal);
  add_paragraph(out, fmt::format("\n{}", depth_verdict(prediction)), verdict_style(prediction), terminal);
  if (!prediction.exact) {
    add_paragraph(out,
                  "These weights are not independent draws with mean zero, as the theory takes them to be: read the "
                  "numbers as a rough guide.",
                  Style::caution, terminal);
  }
  return out;
}

std::string depth_json(const DepthPrediction& prediction) {
  const experiment::DepthSettings& settings = prediction.settings;
  Json json;
  json["version"] = kVersion;
  json["net"] = settings.net;
  json["activation"] = settings.activation;
  json["init"] = settings.init;
  json["bias_variance"] = settings.bias_variance ? Json(*settings.bias_variance) : Json(nullptr);
  json["input_second_moment"] = settings.input_second_moment;
  json["exact"] = prediction.exact;
  json["layers"] = Json::array();
  for (const LayerPrediction& layer : prediction.layers) {
    json["layers"].push_back({{"name", layer.name},
                              {"fan_in", layer.fan_in},
                              {"units", layer.units},
                              {"weight_variance", json_number(layer.weight_variance)},
                              {"activation_second_moment", json_number(layer.activation_second_moment)},
                              {"gradient_second_moment", json_number(layer.gradient_second_moment)},
                              {"weight_gradient_second_moment", json_number(layer.weight_gradient_second_moment)}});
  }
  json["activations"] = change_json(prediction.activations);
  json["gradients"] = change_json(prediction.gradients);
  json["verdict"] = depth_verdict(prediction);
  return json_text(json);
}

}  // namespace fanin::report
