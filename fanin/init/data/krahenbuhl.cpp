// krahenbuhl(start, balance): first every unit to zero mean and unit variance over the batch, layer by layer; then
// neighbouring layers exchange scale until all of them change at the same relative rate.
// Source: Krähenbühl, Doersch, Donahue & Darrell 2016, arXiv:1511.06856, algorithms 1 and 2. Departures: layer k's
// rate is C_k = ‖∂L/∂W_k‖/‖W_k‖ for the loss and labels of the batch, not for a random linear loss. Layers are balanced
// where the ops between them let a scale through (ReLU and its leaky kin, linear, pooling, bias, reshape, dropout);
// there the network's function does not change, so a layer's gradient is divided by just what its weight is
// multiplied by, and the fixed point that the paper iterates to with a damping is reached in one step: W_k is
// multiplied by m_k = √(C_k/C̄), C̄ the geometric mean along the chain, and its bias by m_1 ⋯ m_k.
#include <algorithm>
#include <cmath>
#include <optional>

#include "fanin/init/data/schemes.hpp"
#include "fanin/init/data/unit_normalization.hpp"
#include "fanin/init/network/structure.hpp"
#include "fanin/init/text.hpp"
#include "fanin/net/ops/activation.hpp"

namespace fanin::init {
namespace {

using Chain = std::vector<LinearLayer>;

bool lets_scale_through(const net::Node& node) {
  const std::string_view kind = kind_of(node);
  if (const auto* op = dynamic_cast<const net::ActivationOp*>(node.op.get())) {
    const std::string_view name = op->function().function().name;
    return name == "relu" || name == "leaky_relu" || name == "linear";
  }
  return kind == "pooling" || kind == "reshape" || kind == "flatten" || kind == "dropout" || kind == "transpose";
}

// The layer that alone reads this one's output, through nothing but ops that let a scale through.
std::optional<net::NodeId> reader_of(const net::Graph& graph, const std::vector<std::size_t>& readers,
                                     const LinearLayer& layer) {
  net::NodeId at = layer.output;
  for (net::NodeId id = at + 1; id < graph.nodes().size(); ++id) {
    const auto& inputs = graph.node(id).inputs;
    if (std::ranges::find(inputs, at) == inputs.end()) continue;
    if (readers[at] != 1) return std::nullopt;
    if (has_weights(graph.node(id))) return id;
    if (!lets_scale_through(graph.node(id))) return std::nullopt;
    at = id;
  }
  return std::nullopt;
}

// The layers cut into the longest chains along which scale can be exchanged.
std::vector<Chain> chains_of(const net::Graph& graph, std::span<const LinearLayer> layers) {
  const std::vector<std::size_t> readers = graph.consumer_counts();
  std::vector<Chain> chains;
  for (const LinearLayer& layer : layers) {
    const auto precedes = [&](const Chain& chain) { return reader_of(graph, readers, chain.back()) == layer.node; };
    const bool dense_or_conv = kind_of(graph.node(layer.node)) != "attention";
    const auto chain = dense_or_conv ? std::ranges::find_if(chains, precedes) : chains.end();
    if (chain != chains.end()) {
      chain->push_back(layer);
    } else {
      chains.push_back({layer});
    }
  }
  return chains;
}

void balance(net::Evaluator& evaluator, const Chain& chain, FitReport& report) {
  std::vector<double> rates;
  double mean_log = 0;
  for (const LinearLayer& layer : chain) {
    const double rate = norm_of(evaluator.gradient(layer.weight)) / norm_of(evaluator.parameter(layer.weight));
    if (!(std::isfinite(rate) && rate > 0)) {
      report.notes.push_back("no gradient reaches " + layer.name + ": its chain of layers is not balanced");
      return;
    }
    rates.push_back(rate);
    mean_log += std::log(rate) / static_cast<double>(chain.size());
  }
  double before = 1;  // m_1 ⋯ m_k
  for (std::size_t k = 0; k < chain.size(); ++k) {
    const double factor = std::sqrt(rates[k] / std::exp(mean_log));
    before *= factor;
    scale_parameter(evaluator, chain[k].weight, factor);
    if (!chain[k].bias.empty()) scale_parameter(evaluator, chain[k].bias, before);
    for (FitChange& change : report.changes) {
      if (change.parameter != chain[k].weight) continue;
      change.factor *= factor;
      change.after *= before;
    }
  }
}

FitReport fit(net::Evaluator& evaluator, std::span<const std::string> fixed, bool balances) {
  FitReport report{.quantity = "standard deviation of the units' outputs"};
  std::vector<LinearLayer> layers = linear_layers_besides(evaluator.graph(), fixed);
  normalize_units(evaluator, layers, "krahenbuhl", report);
  if (!balances) return report;
  std::erase_if(layers, [&](const LinearLayer& layer) { return norm_of(evaluator.parameter(layer.weight)) == 0; });
  const std::vector<Chain> chains = chains_of(evaluator.graph(), layers);
  // All rates before any change: what one chain does leaves the function, and so the others' rates, alone.
  for (const Chain& chain : chains) {
    if (chain.size() > 1) balance(evaluator, chain, report);
  }
  ++report.passes;
  return report;
}

NetworkScheme parse(CallReader& reader, Dialect dialect) {
  const NetworkScheme start = read_start(reader, "krahenbuhl", "he_normal", dialect);
  const bool balances = reader.flag("balance", true);
  const std::string text = CallText("krahenbuhl")
                               .add_unless("start", start.text(), "he_normal")
                               .add_unless("balance", balances ? "true" : "false", "true")
                               .str();
  return with_fit(text, start, [balances](net::Evaluator& evaluator, std::span<const std::string> fixed) {
    return fit(evaluator, fixed, balances);
  });
}

}  // namespace

const NetworkSchemeEntry kKrahenbuhlScheme{
    {"krahenbuhl", "start=he_normal, balance=true",
     "each unit to mean 0 and variance 1 by the data; then equal ‖∂L/∂W‖/‖W‖ in neighbouring layers", kNeedsData,
     "Krähenbühl et al. 2016, arXiv:1511.06856", "data_dependent"},
    parse};

}  // namespace fanin::init
