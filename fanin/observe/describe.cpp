#include "fanin/observe/describe.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace fanin::observe {
namespace {

bool one_of(std::string_view kind, std::initializer_list<std::string_view> kinds) {
  return std::ranges::find(kinds, kind) != kinds.end();
}

bool works_on_channels(std::string_view kind) {
  return one_of(kind, {"conv", "conv_transpose", "pooling", "batch_norm", "group_norm"});
}

// Whether the first axis of a node's output holds its units; else the last one does.
std::vector<bool> channels_first(const net::Graph& graph) {
  std::vector<bool> first;
  for (const net::Node& node : graph.nodes()) {
    const std::string_view kind = node.op == nullptr ? "input" : node.op->kind();
    if (works_on_channels(kind)) {
      first.push_back(true);
    } else if (one_of(kind, {"activation", "add", "dropout", "scale", "shift", "concat"})) {
      first.push_back(first[node.inputs.front()]);
    } else {
      first.push_back(one_of(kind, {"input", "reshape", "transpose", "select"}) && node.shape.rank() >= 3);
    }
    // A signal [channels, length] looks like a sequence until somebody convolves it.
    if (!works_on_channels(kind)) continue;
    for (const net::NodeId input : node.inputs) {
      if (graph.node(input).op == nullptr) first[input] = true;
    }
  }
  return first;
}

bool holds_output(const net::Dimension& dimension) {
  return std::ranges::any_of(dimension, [](const net::AxisFactor& factor) { return factor.axis == net::Axis::out; });
}

}  // namespace

std::vector<UnitLayout> node_layouts(const net::Graph& graph) {
  const std::vector<bool> first = channels_first(graph);
  std::vector<UnitLayout> layouts;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const Shape& shape = graph.nodes()[i].shape;
    if (shape.rank() == 0) {
      layouts.push_back({});
    } else if (first[i]) {
      layouts.push_back({.outer = 1, .units = shape[0], .inner = shape.count() / shape[0]});
    } else {
      const std::int64_t units = shape.extents().back();
      layouts.push_back({.outer = shape.count() / units, .units = units, .inner = 1});
    }
  }
  return layouts;
}

UnitLayout parameter_layout(const net::ParameterSpec& parameter) {
  UnitLayout layout;
  bool found = false;
  const Shape shape = parameter.shape();
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    const bool is_units = !found && holds_output(parameter.dimensions[i]);
    (is_units ? layout.units : found ? layout.inner : layout.outer) *= shape[i];
    found = found || is_units;
  }
  if (!found) layout.units = 0;
  return layout;
}

Trace describe(const net::Graph& graph) {
  Trace trace;
  trace.graph = graph;
  const std::vector<UnitLayout> layouts = node_layouts(graph);
  for (std::size_t i = 0; i < layouts.size(); ++i) {
    const net::Node& node = graph.nodes()[i];
    TraceNode described{.name = node.name,
                        .layer = node.op == nullptr ? node.name : node.scope,
                        .kind = node.op == nullptr ? "input" : std::string(node.op->kind()),
                        .attributes = node.op == nullptr ? "" : node.op->attributes(),
                        .inputs = node.inputs,
                        .parameters = {},
                        .units = layouts[i].units};
    for (const net::ParameterSpec& parameter : node.parameters) {
      described.parameters.push_back(trace.parameters.size());
      const net::Fans fans = parameter.has_fans() ? net::fans(parameter) : net::Fans{};
      trace.parameters.push_back({.name = parameter.name,
                                  .role = parameter.role,
                                  .shape = parameter.shape().extents(),
                                  .fan_in = fans.fan_in,
                                  .fan_out = fans.fan_out,
                                  .units = parameter_layout(parameter).units});
    }
    trace.nodes.push_back(std::move(described));
  }
  const Shape& output = graph.node(graph.output()).shape;
  trace.outputs = output.rank() == 0 ? 1 : output.extents().back();
  return trace;
}

}  // namespace fanin::observe
