#include "fanin/report/page/watched_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <utility>

#include "fanin/observe/thin.hpp"
#include "fanin/report/page/base64.hpp"
#include "fanin/report/page/predicted_layers.hpp"

namespace fanin::report {
namespace {

using observe::Diagnosis;
using observe::Histogram;
using observe::LayerRow;
using observe::NodeRecord;
using observe::ParameterRecord;
using observe::Trace;
using observe::TraceStep;

constexpr std::size_t kMostRidges = 24;  // that a picture can show below each other

Json finding_json(const observe::Finding& finding) {
  Json json{{"problem", observe::to_string(finding.problem)},
            {"title", observe::page_of(finding.problem).title},
            {"layer", finding.layer},
            {"more_layers", finding.more_layers},
            {"severity", observe::to_string(finding.severity)},
            {"initialization", observe::is_initialization(finding.problem)},
            {"at_start", finding.at_start},
            {"quantity", finding.quantity},
            {"measured", json_number(finding.measured.value)},
            {"measured_error", json_number(finding.measured.error)},
            {"expected", json_number(finding.expected.value)},
            {"expected_error", json_number(finding.expected.error)}};
  json["source"] = finding.source;
  json["cause"] = finding.cause;
  json["remedy"] = finding.remedy;
  json["falsified_by"] = finding.falsified_by;
  return json;
}

Json layer_json(const Trace& trace, const LayerRow& row) {
  const observe::TraceParameter& weight = trace.parameters[row.weight];
  return {{"name", row.name},
          {"kind", row.kind},
          {"parameter", weight.name},
          {"fan_in", weight.fan_in},
          {"fan_out", weight.fan_out},
          {"units", weight.units},
          {"activation", json_number(row.activation)},
          {"gradient", json_number(row.gradient)},
          {"weight_scale", json_number(row.weight_scale)},
          {"expected_scale", json_number(row.expected_scale)}};
}

Json predicted_json(const Trace& trace, const Diagnosis& diagnosis) {
  const std::optional<PredictedLayers> predicted = predicted_layers(trace, diagnosis);
  if (!predicted) return nullptr;
  Json json{{"activation", Json::array()}, {"gradient", Json::array()}, {"exact", predicted->exact}};
  for (const double value : predicted->activation) json["activation"].push_back(json_number(value));
  for (const double value : predicted->gradient) json["gradient"].push_back(json_number(value));
  return json;
}

Json steps_json(const Trace& trace) {
  Json json{{"step", Json::array()},
            {"loss", Json::array()},
            {"accuracy", Json::array()},
            {"learning_rate", Json::array()},
            {"gradient_norm", Json::array()}};
  for (const TraceStep& step : trace.steps) {
    json["step"].push_back(step.step);
    json["loss"].push_back(drawn_number(step.loss));
    json["accuracy"].push_back(drawn_number(step.accuracy));
    json["learning_rate"].push_back(drawn_number(step.learning_rate));
    json["gradient_norm"].push_back(drawn_number(step.gradient_norm));
  }
  return json;
}

double root_mean_square(const TensorStatistics& s) {
  return s.count == 0 ? observe::kUnknown : std::sqrt(s.mean_square());
}

Json records_json(const Trace& trace, const Diagnosis& diagnosis) {
  const auto rows = static_cast<double>(std::max<std::int64_t>(trace.batch_rows, 1));
  using Measure = std::function<double(const TraceStep&, const LayerRow&)>;
  const std::array<std::pair<const char*, Measure>, 8> measures{{
      {"activation",
       [](const TraceStep& s, const LayerRow& l) { return root_mean_square(s.nodes[l.output_node].output); }},
      {"gradient", [rows](const TraceStep& s,
                          const LayerRow& l) { return rows * root_mean_square(s.nodes[l.gradient_node].gradient); }},
      {"weight_gradient",
       [](const TraceStep& s, const LayerRow& l) {
         const TensorStatistics& gradient = s.parameters[l.weight].gradient;
         return gradient.count == 0 ? observe::kUnknown : gradient.norm();
       }},
      {"weight", [](const TraceStep& s, const LayerRow& l) { return root_mean_square(s.parameters[l.weight].value); }},
      {"dead", [](const TraceStep& s, const LayerRow& l) { return s.nodes[l.output_node].dead_units; }},
      {"saturated", [](const TraceStep& s, const LayerRow& l) { return s.nodes[l.output_node].saturated; }},
      {"update_ratio", [](const TraceStep& s, const LayerRow& l) { return s.parameters[l.weight].update_ratio(); }},
      {"correlation", [](const TraceStep& s, const LayerRow& l) { return s.nodes[l.output_node].correlation; }},
  }};
  Json json{{"step", Json::array()}};
  for (const auto& [name, measure] : measures) json[name] = Json::array();
  for (const TraceStep& step : trace.steps) {
    if (!step.full()) continue;
    json["step"].push_back(step.step);
    for (const auto& [name, measure] : measures) {
      Json values = Json::array();
      for (const LayerRow& layer : diagnosis.layers) values.push_back(drawn_number(measure(step, layer)));
      json[name].push_back(std::move(values));
    }
  }
  return json;
}

Json histogram_json(const Histogram& histogram) {
  if (!histogram.taken()) return nullptr;
  return {{"low", drawn_number(histogram.low)}, {"high", drawn_number(histogram.high)}, {"counts", histogram.counts}};
}

// Of a deep network only some layers, evenly taken.
Json histograms_json(const Trace& trace, const Diagnosis& diagnosis) {
  const std::size_t count = std::min(diagnosis.layers.size(), kMostRidges);
  Json json{{"layers", Json::array()},
            {"step", Json::array()},
            {"activation", Json::array()},
            {"gradient", Json::array()},
            {"weight", Json::array()}};
  std::vector<const LayerRow*> layers;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = count == 1 ? 0 : i * (diagnosis.layers.size() - 1) / (count - 1);
    layers.push_back(&diagnosis.layers[at]);
    json["layers"].push_back(at);
  }
  for (const TraceStep& step : trace.steps) {
    const bool taken =
        std::ranges::any_of(step.nodes, [](const NodeRecord& node) { return node.output_histogram.taken(); });
    if (!taken) continue;
    json["step"].push_back(step.step);
    Json activation = Json::array();
    Json gradient = Json::array();
    Json weight = Json::array();
    for (const LayerRow* layer : layers) {
      activation.push_back(histogram_json(step.nodes[layer->output_node].output_histogram));
      gradient.push_back(histogram_json(step.nodes[layer->gradient_node].gradient_histogram));
      weight.push_back(histogram_json(step.parameters[layer->weight].value_histogram));
    }
    json["activation"].push_back(std::move(activation));
    json["gradient"].push_back(std::move(gradient));
    json["weight"].push_back(std::move(weight));
  }
  return json["step"].empty() ? Json(nullptr) : json;
}

// Bytes 0 to 254 stand for -1 to 1 times the largest magnitude.
Json picture_json(const std::vector<float>& weights) {
  double largest = 0;
  for (const float weight : weights) {
    if (std::isfinite(weight)) largest = std::max(largest, std::abs(static_cast<double>(weight)));
  }
  std::vector<std::uint8_t> bytes;
  for (const float weight : weights) {
    const double share = std::isfinite(weight) && largest > 0 ? static_cast<double>(weight) / largest : 0;
    bytes.push_back(static_cast<std::uint8_t>(std::lround(127 + 127 * share)));
  }
  return {{"largest", drawn_number(largest)}, {"bytes", base64(bytes)}};
}

Json filters_json(const std::optional<observe::FilterPictures>& filters) {
  if (!filters) return nullptr;
  return {{"parameter", filters->parameter},  {"units", filters->units}, {"channels", filters->channels},
          {"height", filters->height},        {"width", filters->width}, {"start", picture_json(filters->start)},
          {"end", picture_json(filters->end)}};
}

Json non_finite_json(const std::optional<observe::NonFinite>& first) {
  if (!first) return nullptr;
  Json growth = Json::array();
  for (const double magnitude : first->growth) growth.push_back(json_number(magnitude));
  return {
      {"step", first->step}, {"name", first->name}, {"tensor", first->tensor}, {"nan", first->nan}, {"growth", growth}};
}

}  // namespace

Json drawn_number(double value) {
  if (!std::isfinite(value)) return nullptr;
  const std::string text = fmt::format("{:.6g}", value);
  double rounded = value;
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  return rounded;
}

Json watched_json(const Trace& whole, const Diagnosis& diagnosis, bool detailed) {
  const std::size_t layers = std::max<std::size_t>(diagnosis.layers.size(), 1);
  const Trace trace = observe::thinned(whole, {.records = std::clamp<std::size_t>(8000 / layers, 6, 48)});
  Json json;
  json["verdict"] = observe::to_string(diagnosis.verdict);
  json["reason"] = diagnosis.reason;
  json["loss_at_start"] = json_number(diagnosis.loss_at_start);
  json["chance_loss"] = json_number(diagnosis.chance_loss.value);
  json["ended"] = trace.ended;
  json["non_finite"] = non_finite_json(trace.non_finite);
  json["findings"] = Json::array();
  for (const observe::Finding& finding : diagnosis.findings) json["findings"].push_back(finding_json(finding));
  json["layers"] = Json::array();
  for (const LayerRow& row : diagnosis.layers) json["layers"].push_back(layer_json(trace, row));
  json["predicted"] = predicted_json(trace, diagnosis);
  if (!detailed) return json;
  json["steps"] = steps_json(trace);
  json["records"] = records_json(trace, diagnosis);
  json["histograms"] = histograms_json(trace, diagnosis);
  json["filters"] = filters_json(trace.filters);
  return json;
}

}  // namespace fanin::report
