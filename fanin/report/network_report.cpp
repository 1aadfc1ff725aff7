#include "fanin/report/network_report.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string_view>

#include "fanin/core/version.hpp"
#include "fanin/report/json_values.hpp"
#include "fanin/report/network_rows.hpp"
#include "fanin/report/numbers.hpp"
#include "fanin/report/paragraph.hpp"
#include "fanin/report/table.hpp"

namespace fanin::report {
namespace {

constexpr double kFloat = 4;  // bytes

/// Three digits and a prefix: "1.23 M", "834".
std::string with_prefix(double value, double base, const std::array<std::string_view, 6>& prefixes) {
  std::size_t step = 0;
  while (value >= base * 0.9995 && step + 1 < prefixes.size()) {
    value /= base;
    ++step;
  }
  if (step == 0) return fmt::format("{:.0f} {}", value, prefixes[0]);
  const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f} {}", value, decimals, prefixes[step]);
}

std::string count_text(double value) {
  std::string text = with_prefix(value, 1000, {"", "k", "M", "G", "T", "P"});
  if (text.back() == ' ') text.pop_back();
  return text;
}

std::string bytes_text(double value) { return with_prefix(value, 1000, {"B", "kB", "MB", "GB", "TB", "PB"}); }

std::string fans_text(const std::vector<net::Fans>& fans) {
  std::string text;
  for (const net::Fans& each : fans) {
    if (!text.empty()) text += "\n";
    text += fmt::format("{} → {}", grouped(each.fan_in), grouped(each.fan_out));
  }
  return text;
}

struct Totals {
  std::int64_t parameters = 0;
  std::int64_t statistics = 0;
  double values = 0;
  net::Cost cost;
};

Totals totals_of(const net::Graph& graph) {
  Totals totals;
  totals.parameters = graph.parameter_count();
  totals.cost = graph.cost();
  for (const net::StatisticSpec& statistic : graph.statistics()) totals.statistics += statistic.shape.count();
  for (const net::Node& node : graph.nodes()) totals.values += static_cast<double>(node.shape.count());
  return totals;
}

void add_row(Table& table, const LayerRow& row) {
  table.add_row({{row.name, Style::accent},
                 {row.what},
                 {row.shape},
                 {row.parameters == 0 ? "" : grouped(row.parameters)},
                 {fans_text(row.fans), Style::faint},
                 {row.flops == 0 ? "" : count_text(row.flops)},
                 {bytes_text(kFloat * row.values)}});
}

/// The repetitions of a run, in one row with their sums.
void add_repetitions(Table& table, const std::vector<LayerRow>& rows, const RowRun& run) {
  std::int64_t parameters = 0;
  double flops = 0;
  double values = 0;
  const std::size_t end = run.begin + run.count * run.times;
  for (std::size_t i = run.begin + run.count; i < end; ++i) {
    parameters += rows[i].parameters;
    flops += rows[i].flops;
    values += rows[i].values;
  }
  const std::string what = run.count == 1
                               ? fmt::format("{} more like this, to {}",
                                             grouped(static_cast<std::int64_t>(run.times - 1)), rows[end - 1].name)
                               : fmt::format("these {} rows {} times more, to {}", run.count,
                                             grouped(static_cast<std::int64_t>(run.times - 1)), rows[end - 1].name);
  table.add_row({{"...", Style::faint},
                 {what, Style::faint},
                 {""},
                 {parameters == 0 ? "" : grouped(parameters)},
                 {""},
                 {flops == 0 ? "" : count_text(flops)},
                 {bytes_text(kFloat * values)}});
}

std::string layers_table(const net::Graph& graph, bool all, const Terminal& terminal) {
  Table table({{"layer"},
               flexible("what", 16),
               {"output"},
               {"parameters", Align::right},
               {"fan in → out", Align::right},
               {"FLOPs", Align::right},
               {"memory", Align::right}});
  const std::vector<LayerRow> rows = layer_rows(graph);
  for (const RowRun& run : row_runs(rows)) {
    const std::size_t shown = all ? run.count * run.times : run.count;
    for (std::size_t i = run.begin; i < run.begin + shown; ++i) add_row(table, rows[i]);
    if (!all && run.times > 1) add_repetitions(table, rows, run);
  }
  return table.render(terminal);
}

Json shape_json(const Shape& shape) { return Json(shape.extents()); }

Json parameter_json(const net::ParameterSpec& parameter) {
  Json json{{"name", parameter.name},
            {"role", net::to_string(parameter.role)},
            {"shape", shape_json(parameter.shape())},
            {"count", parameter.shape().count()},
            {"fan_in", nullptr},
            {"fan_out", nullptr}};
  if (parameter.has_fans()) {
    const net::Fans fans = net::fans(parameter);
    json["fan_in"] = fans.fan_in;
    json["fan_out"] = fans.fan_out;
  }
  return json;
}

Json node_json(const net::Graph& graph, const net::Node& node) {
  Json json{{"name", node.name},
            {"layer", node.scope},
            {"op", node.op == nullptr ? "input" : node.op->kind()},
            {"attributes", node.op == nullptr ? "" : node.op->attributes()},
            {"inputs", Json::array()},
            {"output_shape", shape_json(node.shape)},
            {"parameters", Json::array()},
            {"statistics", Json::array()},
            {"forward_flops", node.cost.forward_flops},
            {"backward_flops", node.cost.backward_flops},
            {"output_bytes", kFloat * static_cast<double>(node.shape.count())}};
  for (const net::NodeId input : node.inputs) json["inputs"].push_back(graph.node(input).name);
  for (const net::ParameterSpec& parameter : node.parameters) json["parameters"].push_back(parameter_json(parameter));
  for (const net::StatisticSpec& statistic : node.statistics) {
    json["statistics"].push_back(
        {{"name", statistic.name}, {"shape", shape_json(statistic.shape)}, {"count", statistic.shape.count()}});
  }
  return json;
}

}  // namespace

std::string network_report(const net::Graph& graph, const NetworkReportOptions& options, const Terminal& terminal) {
  std::string out;
  add_paragraph(out, options.title, Style::strong, terminal);
  out.append(layers_table(graph, options.all, terminal));
  const Totals totals = totals_of(graph);
  const auto parameter_bytes = static_cast<double>(totals.parameters) * kFloat;
  Table sums({{"in all"}, {"", Align::right}, flexible("", 20)});
  sums.add_row({{"parameters", Style::accent}, {grouped(totals.parameters)}, {bytes_text(parameter_bytes)}});
  if (totals.statistics > 0) {
    sums.add_row({{"not trained", Style::accent},
                  {grouped(totals.statistics)},
                  {fmt::format("{}, running means and variances",
                               bytes_text(static_cast<double>(totals.statistics) * kFloat))}});
  }
  sums.add_row({{"FLOPs", Style::accent},
                {count_text(totals.cost.forward_flops)},
                {fmt::format("forward per sample; {} backward", count_text(totals.cost.backward_flops))}});
  sums.add_row({{"activations", Style::accent},
                {bytes_text(kFloat * totals.values)},
                {fmt::format("per sample, {} for a batch of {}, when every output is kept",
                             bytes_text(kFloat * totals.values * static_cast<double>(options.batch_size)),
                             options.batch_size)}});
  out.append("\n").append(sums.render(terminal));
  add_paragraph(out, "A multiply-add counts as two FLOPs. Memory is that of a layer's outputs for one sample.",
                Style::faint, terminal);
  return out;
}

std::string network_json(const net::Graph& graph, const NetworkReportOptions& options) {
  const Totals totals = totals_of(graph);
  Json json{{"version", kVersion},
            {"net", options.title},
            {"input_shape", shape_json(graph.node(graph.inputs().front()).shape)},
            {"output_shape", shape_json(graph.node(graph.output()).shape)},
            {"output", graph.node(graph.output()).name},
            {"nodes", Json::array()}};
  for (const net::Node& node : graph.nodes()) json["nodes"].push_back(node_json(graph, node));
  json["totals"] = {{"parameters", totals.parameters},
                    {"not_trained", totals.statistics},
                    {"parameter_bytes", kFloat * static_cast<double>(totals.parameters)},
                    {"forward_flops", totals.cost.forward_flops},
                    {"backward_flops", totals.cost.backward_flops},
                    {"gemm_flops", totals.cost.gemm_flops},
                    {"activation_bytes", kFloat * totals.values},
                    {"batch_size", options.batch_size}};
  return json_text(json);
}

}  // namespace fanin::report
