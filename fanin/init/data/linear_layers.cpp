#include "fanin/init/data/linear_layers.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

#include "fanin/init/network/structure.hpp"
#include "fanin/net/ops/conv_transpose.hpp"

namespace fanin::init {
namespace {

using net::NodeId;

// The bias node that alone reads `node`, or `node`.
NodeId bias_after(const net::Graph& graph, NodeId node, const std::vector<std::vector<NodeId>>& readers) {
  if (readers[node].size() != 1) return node;
  const NodeId next = readers[node].front();
  return kind_of(graph.node(next)) == "bias" ? next : node;
}

std::vector<std::vector<NodeId>> readers_of(const net::Graph& graph) {
  std::vector<std::vector<NodeId>> readers(graph.nodes().size());
  for (NodeId id = 0; id < graph.nodes().size(); ++id) {
    for (const NodeId input : graph.node(id).inputs) readers[input].push_back(id);
  }
  return readers;
}

bool is_linear(std::string_view kind) {
  return kind == "dense" || kind == "conv" || kind == "conv_transpose" || kind == "attention";
}

LinearLayer describe(const net::Graph& graph, NodeId id, NodeId after) {
  const net::Node& node = graph.node(id);
  const std::string_view kind = kind_of(node);
  LinearLayer layer{.node = id, .output = after, .name = node.scope};
  for (const net::ParameterSpec& parameter : node.parameters) {
    // An attention's packed projection comes first; its output is linear in the second.
    if (parameter.role == net::ParameterRole::weight) layer.weight = parameter.name;
    if (parameter.role == net::ParameterRole::bias) layer.bias = parameter.name;
  }
  if (after != id) layer.bias = graph.node(after).parameters.front().name;
  layer.units_last = kind == "dense" || kind == "attention";
  const std::vector<std::int64_t>& extents = node.shape.extents();
  layer.units = static_cast<std::size_t>(layer.units_last ? extents.back() : extents.front());
  if (const auto* transposed = dynamic_cast<const net::ConvTranspose*>(node.op.get())) {
    layer.groups = static_cast<std::size_t>(transposed->options().groups);
    layer.taps = 1;
    for (const std::int64_t taps : transposed->options().window.kernel) layer.taps *= static_cast<std::size_t>(taps);
  }
  return layer;
}

struct Sums {
  double count = 0;
  double mean = 0;
  double squares = 0;  // of differences to the mean

  // Welford's update: no cancellation where the mean is large.
  void add(double value) noexcept {
    count += 1;
    const double difference = value - mean;
    mean += difference / count;
    squares += difference * (value - mean);
  }
  [[nodiscard]] Spread spread() const noexcept { return {mean, std::sqrt(squares / count)}; }
};

class SpreadTap final : public net::Tap {
 public:
  SpreadTap(const net::Graph& graph, std::span<const LinearLayer> layers) : spreads(layers.size()) {
    for (std::size_t i = 0; i < layers.size(); ++i) index_.emplace(graph.node(layers[i].node).name, i);
  }
  void see(const net::TapTensor& tensor) override {
    if (tensor.kind != net::TapKind::activation) return;
    const auto found = index_.find(tensor.name);
    if (found != index_.end()) spreads[found->second] = spread_of(tensor.values);
  }
  std::vector<Spread> spreads;

 private:
  std::map<std::string, std::size_t, std::less<>> index_;
};

}  // namespace

std::size_t LinearLayer::unit_of_weight(std::size_t element, std::size_t count) const noexcept {
  if (taps == 0) return element / (count / units);
  const std::size_t per_group = units / groups;
  const std::size_t rows = count / (per_group * taps);
  return element / (per_group * taps) / (rows / groups) * per_group + element / taps % per_group;
}

std::size_t LinearLayer::unit_of_feature(std::size_t feature, std::size_t features) const noexcept {
  return units_last ? feature % units : feature / (features / units);
}

std::vector<LinearLayer> linear_layers(const net::Graph& graph) {
  const std::vector<std::vector<NodeId>> readers = readers_of(graph);
  std::vector<LinearLayer> layers;
  for (NodeId id = 0; id < graph.nodes().size(); ++id) {
    if (is_linear(kind_of(graph.node(id)))) layers.push_back(describe(graph, id, bias_after(graph, id, readers)));
  }
  return layers;
}

std::vector<LinearLayer> linear_layers_besides(const net::Graph& graph, std::span<const std::string> fixed) {
  std::vector<LinearLayer> layers = linear_layers(graph);
  std::erase_if(layers,
                [&](const LinearLayer& layer) { return std::ranges::find(fixed, layer.weight) != fixed.end(); });
  return layers;
}

Spread spread_of(std::span<const float> values) noexcept {
  Sums sums;
  for (const float value : values) sums.add(static_cast<double>(value));
  return sums.spread();
}

std::vector<Spread> spread_of_units(const LinearLayer& layer, std::span<const float> values, std::size_t features) {
  std::vector<Sums> sums(layer.units);
  for (std::size_t i = 0; i < values.size(); ++i) {
    sums[layer.unit_of_feature(i % features, features)].add(static_cast<double>(values[i]));
  }
  std::vector<Spread> spreads;
  for (const Sums& unit : sums) spreads.push_back(unit.spread());
  return spreads;
}

std::vector<Spread> measure(net::Evaluator& evaluator, std::span<const LinearLayer> layers) {
  SpreadTap tap(evaluator.graph(), layers);
  evaluator.forward(tap);
  return std::move(tap.spreads);
}

double norm_of(std::span<const float> values) noexcept {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value) * static_cast<double>(value);
  return std::sqrt(sum);
}

void scale_parameter(net::Evaluator& evaluator, const std::string& name, double factor) {
  std::vector<float> values = evaluator.parameter(name);
  for (float& value : values) value = static_cast<float>(static_cast<double>(value) * factor);
  evaluator.set_parameter(name, values);
}

}  // namespace fanin::init
