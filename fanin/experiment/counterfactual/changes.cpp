#include "fanin/experiment/counterfactual/changes.hpp"

#include <array>
#include <utility>

#include "fanin/core/call_expr.hpp"
#include "fanin/experiment/counterfactual/rewrite.hpp"
#include "fanin/experiment/data/scaling.hpp"

namespace fanin::experiment {
namespace {

constexpr std::array kRateFactors{-10.0, 10.0, -100.0, 100.0};  // negative: divided by it
constexpr double kClipNorm = 1;
constexpr std::size_t kImageRank = 3;

FactorChanges initialization(const ProbeSettings& settings, const net::Graph& graph) {
  FactorChanges factor{"initialization", {}, {}};
  const std::string activation = first_activation(graph);
  const std::string gain = activation.empty() ? "(gain=1)" : activation == "relu" ? "" : "(gain=" + activation + ")";
  for (const std::string& init : {"he_normal" + gain, std::string("glorot_uniform"),
                                  std::string("orthogonal") + (activation == "relu" ? "(gain=relu)" : gain)}) {
    Change change{"--init " + init, settings, false};
    const bool same = settings.weights.empty() && settings.training.init == init && settings.training.init_for.empty();
    if (same) continue;
    change.settings.weights.clear();
    change.settings.training.init = init;
    change.settings.training.init_for.clear();
    factor.changes.push_back(std::move(change));
  }
  return factor;
}

FactorChanges learning_rate(const ProbeSettings& settings) {
  FactorChanges factor{"learning rate", {}, {}};
  for (const double times : kRateFactors) {
    Change change{{}, settings, false};
    const double given = *settings.training.learning_rate;
    const double rate = times < 0 ? given / -times : given * times;
    change.settings.training.learning_rate = rate;
    change.text = "--lr " + format_number(rate);
    factor.changes.push_back(std::move(change));
  }
  return factor;
}

FactorChanges input_scale(const ProbeSettings& settings, const DataSet& data) {
  FactorChanges factor{"input scale", {}, {}};
  if (data.tokens) {
    factor.not_tried = "the inputs are tokens";
  } else if (const InputScaling scaling = standardized_scaling(data);
             scaling.shift == data.scaling.shift && scaling.divisor == data.scaling.divisor) {
    factor.not_tried = "the inputs are standardized already";
  } else {
    factor.changes.push_back({"--standardize", settings, true});
  }
  return factor;
}

FactorChanges activation(const ProbeSettings& settings, const net::Graph& graph) {
  FactorChanges factor{"activation", {}, {}};
  for (const char* function : {"relu", "tanh", "leaky_relu"}) {
    Change change{std::string("--activation ") + function, settings, false};
    change.settings.network = with_activation(graph, function);
    if (change.settings.network) factor.changes.push_back(std::move(change));
  }
  if (factor.changes.empty()) factor.not_tried = "the network has no activations of its own";
  return factor;
}

FactorChanges clipping(const ProbeSettings& settings) {
  FactorChanges factor{"clipping", {}, {}};
  if (settings.training.clipping != "none") {
    factor.not_tried = "gradients are clipped already";
    return factor;
  }
  Change change{"--clip global_norm=" + format_number(kClipNorm), settings, false};
  change.settings.training.clipping = "global_norm";
  change.settings.training.clip_limit = kClipNorm;
  factor.changes.push_back(std::move(change));
  return factor;
}

FactorChanges normalization(const ProbeSettings& settings, const net::Graph& graph) {
  FactorChanges factor{"normalization", {}, {}};
  Change change{"a normalization before every activation", settings, false};
  change.settings.network = with_normalization(graph);
  if (!settings.weights.empty()) {
    factor.not_tried = "the weights come from a file";
  } else if (!change.settings.network) {
    factor.not_tried = "every activation has one before it";
  } else {
    factor.changes.push_back(std::move(change));
  }
  return factor;
}

}  // namespace

InputScaling standardized_scaling(const DataSet& data) {
  if (data.sample_shape.rank() != kImageRank) return standardization(data.train);
  return channel_standardization(data.train, data.sample_shape[0]);
}

std::vector<FactorChanges> changes_of(const ProbeSettings& settings, const net::Graph& graph, const DataSet& data) {
  return {initialization(settings, graph), learning_rate(settings), input_scale(settings, data),
          activation(settings, graph),     clipping(settings),      normalization(settings, graph)};
}

}  // namespace fanin::experiment
