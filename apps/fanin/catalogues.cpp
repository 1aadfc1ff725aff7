#include "apps/fanin/catalogues.hpp"

#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

#include "fanin/engine/optimizer.hpp"
#include "fanin/experiment/data_set.hpp"
#include "fanin/experiment/training/clipping.hpp"
#include "fanin/experiment/training/schedule.hpp"
#include "fanin/init/catalogue.hpp"
#include "fanin/init/network_scheme.hpp"
#include "fanin/net/activation.hpp"
#include "fanin/net/loss.hpp"
#include "fanin/net/presets.hpp"

namespace fanin::cli {
namespace {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string_view>;

/// All names of a thing, one under the other: each of them can be written.
report::Cell names_cell(std::string_view name, const Names& aliases) {
  std::string text(name);
  for (const std::string_view alias : aliases) text.append("\n").append(alias);
  return {text, report::Style::accent};
}

template <typename Info>
Names aliases_of(const Info& info) {
  return info.alias.empty() ? Names{} : Names{info.alias};
}

report::Table initializers_table() {
  report::Table table(
      {{"name"}, report::flexible("arguments", 14), report::flexible("formula", 18), report::flexible("source", 14)});
  for (const init::InitializerInfo& info : init::known_initializers()) {
    table.add_row({names_cell(info.name, aliases_of(info)),
                   {std::string(info.arguments)},
                   {std::string(info.formula)},
                   {std::string(info.source), report::Style::faint}});
  }
  return table;
}

Json initializers_json() {
  Json entries = Json::array();
  for (const init::InitializerInfo& info : init::known_initializers()) {
    entries.push_back({{"name", info.name},
                       {"aliases", aliases_of(info)},
                       {"arguments", info.arguments},
                       {"formula", info.formula},
                       {"source", info.source}});
  }
  return entries;
}

report::Table schemes_table() {
  report::Table table({{"name"},
                       report::flexible("arguments", 14),
                       report::flexible("formula", 18),
                       report::flexible("needs", 14),
                       report::flexible("source", 14)});
  for (const init::NetworkSchemeInfo& info : init::known_network_schemes()) {
    table.add_row({names_cell(info.name, aliases_of(info)),
                   {std::string(info.arguments)},
                   {std::string(info.formula)},
                   {std::string(info.needs)},
                   {std::string(info.source), report::Style::faint}});
  }
  return table;
}

Json schemes_json() {
  Json entries = Json::array();
  for (const init::NetworkSchemeInfo& info : init::known_network_schemes()) {
    entries.push_back({{"name", info.name},
                       {"aliases", aliases_of(info)},
                       {"arguments", info.arguments},
                       {"formula", info.formula},
                       {"needs", info.needs},
                       {"source", info.source}});
  }
  return entries;
}

report::Table activations_table() {
  report::Table table(
      {{"name"}, report::flexible("parameter", 14), report::flexible("formula", 18), report::flexible("source", 14)});
  for (const net::ActivationFunction* function : net::activation_functions()) {
    const std::string parameter = function->parameter_name.empty()
                                      ? ""
                                      : fmt::format("{}={:g}", function->parameter_name, function->default_parameter);
    table.add_row({names_cell(function->name, {function->aliases.begin(), function->aliases.end()}),
                   {parameter},
                   {std::string(function->formula)},
                   {std::string(function->source), report::Style::faint}});
  }
  return table;
}

Json activations_json() {
  Json entries = Json::array();
  for (const net::ActivationFunction* function : net::activation_functions()) {
    Json parameter = nullptr;
    if (!function->parameter_name.empty()) {
      parameter = {{"name", function->parameter_name}, {"default", function->default_parameter}};
    }
    entries.push_back({{"name", function->name},
                       {"aliases", Names(function->aliases.begin(), function->aliases.end())},
                       {"parameter", parameter},
                       {"formula", function->formula},
                       {"source", function->source}});
  }
  return entries;
}

report::Table optimizers_table() {
  report::Table table({{"name"},
                       {"default\nlearning rate", report::Align::right},
                       {"numbers kept\nper weight", report::Align::right},
                       report::flexible("formula", 18),
                       report::flexible("source", 14)});
  for (const std::string_view name : engine::optimizer_names()) {
    const engine::Optimizer optimizer = engine::parse_optimizer(name, 1.0);
    const engine::OptimizerInfo info = engine::optimizer_info(optimizer.kind);
    table.add_row({{std::string(name), report::Style::accent},
                   {fmt::format("{:g}", engine::default_learning_rate(optimizer.kind))},
                   {fmt::format("{}", engine::state_slots(optimizer))},
                   {std::string(info.formula)},
                   {std::string(info.source), report::Style::faint}});
  }
  return table;
}

Json optimizers_json() {
  Json entries = Json::array();
  for (const std::string_view name : engine::optimizer_names()) {
    const engine::Optimizer optimizer = engine::parse_optimizer(name, 1.0);
    const engine::OptimizerInfo info = engine::optimizer_info(optimizer.kind);
    entries.push_back({{"name", name},
                       {"aliases", Json::array()},
                       {"learning_rate", engine::default_learning_rate(optimizer.kind)},
                       {"numbers_per_weight", engine::state_slots(optimizer)},
                       {"formula", info.formula},
                       {"source", info.source}});
  }
  return entries;
}

report::Table schedules_table() {
  report::Table table(
      {{"name"}, report::flexible("arguments", 14), report::flexible("formula", 18), report::flexible("source", 14)});
  for (const experiment::ScheduleInfo& info : experiment::known_schedules()) {
    table.add_row({{std::string(info.name), report::Style::accent},
                   {std::string(info.arguments)},
                   {std::string(info.formula)},
                   {std::string(info.source), report::Style::faint}});
  }
  return table;
}

Json schedules_json() {
  Json entries = Json::array();
  for (const experiment::ScheduleInfo& info : experiment::known_schedules()) {
    entries.push_back({{"name", info.name},
                       {"aliases", Json::array()},
                       {"arguments", info.arguments},
                       {"formula", info.formula},
                       {"source", info.source}});
  }
  return entries;
}

report::Table losses_table() {
  report::Table table({{"name"}, report::flexible("compares with", 14), report::flexible("formula", 18)});
  for (const net::LossInfo& info : net::known_losses()) {
    table.add_row({names_cell(info.name, aliases_of(info)), {std::string(info.compares)}, {std::string(info.formula)}});
  }
  return table;
}

Json losses_json() {
  Json entries = Json::array();
  for (const net::LossInfo& info : net::known_losses()) {
    entries.push_back(
        {{"name", info.name}, {"aliases", aliases_of(info)}, {"compares", info.compares}, {"formula", info.formula}});
  }
  return entries;
}

report::Table clipping_table() {
  report::Table table({{"name"}, report::flexible("formula", 18), report::flexible("source", 14)});
  for (const experiment::ClippingInfo& info : experiment::known_clippings()) {
    table.add_row({{std::string(info.name), report::Style::accent},
                   {std::string(info.formula)},
                   {std::string(info.source), report::Style::faint}});
  }
  return table;
}

Json clipping_json() {
  Json entries = Json::array();
  for (const experiment::ClippingInfo& info : experiment::known_clippings()) {
    entries.push_back(
        {{"name", info.name}, {"aliases", Json::array()}, {"formula", info.formula}, {"source", info.source}});
  }
  return entries;
}

report::Table data_sets_table() {
  report::Table table({{"name"}, report::flexible("what it is", 30)});
  for (const experiment::KnownDataSet& known : experiment::known_data_sets()) {
    table.add_row({{std::string(known.name), report::Style::accent}, {std::string(known.description)}});
  }
  table.add_row({{"FOLDER"}, {"IDX files (train-* and t10k-* or test-*) or CIFAR-10's batches, plain or .gz"}});
  table.add_row({{"FILE.npz"}, {"arrays x_train, y_train, x_test, y_test; rows of any shape"}});
  table.add_row({{"FILE.csv"}, {"a table; --target names the column to learn"}});
  return table;
}

Json data_sets_json() {
  Json entries = Json::array();
  for (const experiment::KnownDataSet& known : experiment::known_data_sets()) {
    entries.push_back({{"name", known.name}, {"description", known.description}});
  }
  return entries;
}

report::Table nets_table() {
  report::Table table({{"name"},
                       report::flexible("arguments", 14),
                       report::flexible("what it is", 18),
                       report::flexible("source", 14)});
  for (const net::PresetInfo& info : net::known_presets()) {
    table.add_row({{std::string(info.name), report::Style::accent},
                   {std::string(info.arguments)},
                   {std::string(info.description)},
                   {std::string(info.source), report::Style::faint}});
  }
  table.add_row({{"784-256-10"}, {""}, {"inputs, hidden widths and outputs; 784-128x30-10 has 30 hidden layers"}});
  table.add_row({{"FILE.toml"}, {""}, {"a description, see docs/networks.md"}});
  return table;
}

Json nets_json() {
  Json entries = Json::array();
  for (const net::PresetInfo& info : net::known_presets()) {
    entries.push_back({{"name", info.name},
                       {"aliases", Json::array()},
                       {"arguments", info.arguments},
                       {"description", info.description},
                       {"source", info.source}});
  }
  return entries;
}

}  // namespace

std::span<const Catalogue> catalogues() noexcept {
  static constexpr std::array<Catalogue, 9> kAll{{{"initializers", initializers_table, initializers_json},
                                                  {"schemes", schemes_table, schemes_json},
                                                  {"activations", activations_table, activations_json},
                                                  {"optimizers", optimizers_table, optimizers_json},
                                                  {"schedules", schedules_table, schedules_json},
                                                  {"losses", losses_table, losses_json},
                                                  {"clipping", clipping_table, clipping_json},
                                                  {"nets", nets_table, nets_json},
                                                  {"data", data_sets_table, data_sets_json}}};
  return kAll;
}

}  // namespace fanin::cli
