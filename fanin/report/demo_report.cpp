#include "fanin/report/demo_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fanin/core/version.hpp"
#include "fanin/report/bars.hpp"
#include "fanin/report/json_values.hpp"
#include "fanin/report/numbers.hpp"
#include "fanin/report/numpy_text.hpp"
#include "fanin/report/paragraph.hpp"
#include "fanin/report/table.hpp"

namespace fanin::report {
namespace {

using experiment::ChainLayer;
using experiment::Demo;
using experiment::DemoTable;
using experiment::GradientChain;

constexpr std::size_t kMatrixColumns = 3;
constexpr int kWidthOfNumbers = 58;  // of a chain's table without its two columns of bars
constexpr int kWidestBar = 20;

/// The axes of all chains of one demonstration, so that bars can be compared between them.
struct Axes {
  LogAxis error;
  LogAxis gradient;
};

Axes axes_of(const std::vector<GradientChain>& chains) {
  std::vector<double> errors;
  std::vector<double> gradients;
  for (const GradientChain& chain : chains) {
    for (const ChainLayer& layer : chain.layers) {
      errors.push_back(layer.error_norm);
      gradients.push_back(layer.gradient_norm);
    }
  }
  return {log_axis(errors), log_axis(gradients)};
}

std::string numbers_table(const DemoTable& numbers, const Terminal& terminal) {
  std::vector<Column> columns;
  for (const std::string& title : numbers.columns)
    columns.push_back({title, columns.empty() ? Align::left : Align::right});
  Table table(std::move(columns));
  for (const DemoTable::Row& row : numbers.rows) {
    std::vector<Cell> cells{{row.label}};
    for (const double value : row.values) cells.push_back({significant(value)});
    table.add_row(std::move(cells));
  }
  return table.render(terminal);
}

bool any_dead(const std::vector<GradientChain>& chains) {
  return std::ranges::any_of(chains, [](const GradientChain& chain) {
    return std::ranges::any_of(chain.layers, [](const ChainLayer& layer) { return layer.dead_fraction > 0.5; });
  });
}

std::string layers_table(const GradientChain& chain, const Axes& axes, bool dead_units, const Terminal& terminal) {
  const int room = std::clamp((terminal.width - kWidthOfNumbers) / 2, 0, kWidestBar);
  const auto width = static_cast<std::size_t>(room < 4 ? 0 : room);  // shorter bars say nothing
  std::vector<Column> columns{{"layer"}, {"output\n(rms)", Align::right}};
  if (dead_units) columns.push_back({"dead\nunits", Align::right});
  columns.push_back({"error\n|∂L/∂u|", Align::right});
  if (width > 0) columns.push_back({to_string(axes.error)});
  columns.push_back({"gradient\n|∂L/∂W|", Align::right});
  if (width > 0) columns.push_back({to_string(axes.gradient)});
  Table table(std::move(columns));
  for (const ChainLayer& layer : chain.layers) {
    std::vector<Cell> cells{{layer.name}, {significant(layer.activation_rms)}};
    if (dead_units) cells.push_back({fmt::format("{:.0f} %", 100 * layer.dead_fraction)});
    cells.push_back({significant(layer.error_norm)});
    if (width > 0) cells.push_back({log_bar(layer.error_norm, axes.error, width, terminal), Style::accent});
    cells.push_back({significant(layer.gradient_norm)});
    if (width > 0) cells.push_back({log_bar(layer.gradient_norm, axes.gradient, width, terminal), Style::accent});
    table.add_row(std::move(cells));
  }
  return table.render(terminal);
}

std::string chain_title(const GradientChain& chain) {
  const double bias = chain.settings.hidden_bias;
  return fmt::format("{} with {}{}", chain.settings.activation, chain.settings.label,
                     bias == 0 ? "" : fmt::format(", hidden biases {:g}", bias));
}

std::string chain_sentence(const GradientChain& chain) {
  std::string text;
  if (std::isfinite(chain.factor_per_layer) && chain.factor_per_layer > 0) {
    text = fmt::format("The error's norm changes by a factor {} per layer on the way back",
                       significant(chain.factor_per_layer));
    if (std::isfinite(chain.predicted_factor_per_layer)) {
      text += fmt::format(" (theory: {})", significant(chain.predicted_factor_per_layer));
    }
    text += ". ";
  }
  return text + fmt::format("Loss {}, after {} steps of Adam {}.", loss(chain.loss), chain.settings.training_steps,
                            loss(chain.trained_loss));
}

void add_chains(std::string& out, const Demo& demo, const Terminal& terminal) {
  if (demo.chains.empty()) return;
  const GradientChain& first = demo.chains.front();
  add_paragraph(out, "\nThe honest version", Style::strong, terminal);
  add_paragraph(
      out,
      fmt::format("A chain of {} hidden layers of {} units with softmax cross-entropy over {} generated rows, "
                  "before its first step. The error is that of a layer's values u before the activation, "
                  "the gradient that of its weights W.",
                  first.settings.hidden_layers, first.settings.width, first.rows),
      Style::plain, terminal);
  const Axes axes = axes_of(demo.chains);
  const bool dead_units = any_dead(demo.chains);
  for (const GradientChain& chain : demo.chains) {
    out += "\n";
    add_paragraph(out, chain_title(chain), Style::strong, terminal);
    out += layers_table(chain, axes, dead_units, terminal);
    add_paragraph(out, chain_sentence(chain), Style::plain, terminal);
  }
  add_paragraph(out, "\n" + demo.lesson, Style::plain, terminal);
}

Json chain_json(const GradientChain& chain) {
  Json json;
  json["net"] = chain.net;
  json["init"] = chain.settings.init;
  json["activation"] = chain.settings.activation;
  json["hidden_bias"] = chain.settings.hidden_bias;
  json["data"] = chain.data;
  json["training_steps"] = chain.settings.training_steps;
  json["loss"] = json_number(chain.loss);
  json["trained_loss"] = json_number(chain.trained_loss);
  json["factor_per_layer"] = json_number(chain.factor_per_layer);
  json["predicted_factor_per_layer"] = json_number(chain.predicted_factor_per_layer);
  json["layers"] = Json::array();
  for (const ChainLayer& layer : chain.layers) {
    json["layers"].push_back({{"name", layer.name},
                              {"error_norm", json_number(layer.error_norm)},
                              {"gradient_norm", json_number(layer.gradient_norm)},
                              {"activation_rms", json_number(layer.activation_rms)},
                              {"dead_fraction", layer.dead_fraction}});
  }
  return json;
}

Json matrix_json(const std::vector<double>& values) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i % kMatrixColumns == 0) rows.push_back(Json::array());
    rows.back().push_back(json_number(values[i]));
  }
  return rows;
}

Json table_json(const DemoTable& table) {
  Json json;
  json["columns"] = Json::array();
  for (std::string title : table.columns) {
    std::replace(title.begin(), title.end(), '\n', ' ');
    json["columns"].push_back(title);
  }
  json["rows"] = Json::array();
  for (const DemoTable::Row& row : table.rows) {
    Json cells = Json::array({row.label});
    for (const double value : row.values) cells.push_back(json_number(value));
    json["rows"].push_back(cells);
  }
  return json;
}

}  // namespace

std::string demo_report(const Demo& demo, const Terminal& terminal) {
  std::string out;
  add_paragraph(out, demo.about, Style::plain, terminal);
  out += "\n";
  if (!demo.matrix.empty()) {
    add_paragraph(out, demo.matrix_caption, Style::strong, terminal);
    out += numpy_text(demo.matrix, kMatrixColumns) + "\n\n";
  }
  if (!demo.table.rows.empty()) out += numbers_table(demo.table, terminal) + "\n";
  std::string remarks;
  for (const std::string& remark : demo.remarks) remarks += (remarks.empty() ? "" : " ") + remark;
  add_paragraph(out, remarks, Style::plain, terminal);
  add_chains(out, demo, terminal);
  return out;
}

std::string demo_json(const Demo& demo) {
  Json json;
  json["version"] = kVersion;
  json["demo"] = demo.name;
  json["seed"] = demo.seed;
  json["about"] = demo.about;
  json["matrix"] = demo.matrix.empty() ? Json(nullptr) : matrix_json(demo.matrix);
  json["printed"] = demo.matrix.empty() ? Json(nullptr) : Json(numpy_text(demo.matrix, kMatrixColumns));
  json["table"] = demo.table.rows.empty() ? Json(nullptr) : table_json(demo.table);
  json["remarks"] = demo.remarks;
  json["chains"] = Json::array();
  for (const GradientChain& chain : demo.chains) json["chains"].push_back(chain_json(chain));
  json["lesson"] = demo.lesson;
  return json_text(json);
}

}  // namespace fanin::report
