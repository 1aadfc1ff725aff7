#include "fanin/report/page/predicted_layers.hpp"

#include <cmath>
#include <map>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/theory/predict.hpp"

namespace fanin::report {
namespace {

using observe::Trace;

// What the first layer sees: measured on its batch, else on the data.
std::optional<theory::PredictOptions> input_of(const Trace& trace) {
  theory::PredictOptions options;
  for (std::size_t i = 0; i < trace.nodes.size(); ++i) {
    const TensorStatistics& seen = trace.steps.front().nodes[i].output;
    if (trace.nodes[i].kind != "input" || seen.count == 0 || !std::isfinite(seen.mean_square())) continue;
    options.input_mean = seen.mean;
    options.input_second_moment = seen.mean_square();
    return options;
  }
  const double mean = trace.data.mean;
  const double std_dev = trace.data.std_dev;
  if (!std::isfinite(mean) || !std::isfinite(std_dev)) return std::nullopt;
  options.input_mean = mean;
  options.input_second_moment = mean * mean + std_dev * std_dev;
  return options;
}

// The law that a parameter was drawn from, as far as its values tell: a mean within four standard errors of 0 is 0.
theory::ParameterMoments moments_of(const TensorStatistics& drawn) {
  if (drawn.finite_count() == 0) return {};
  const double error = std::sqrt(drawn.variance / static_cast<double>(drawn.finite_count()));
  return {drawn.variance, std::abs(drawn.mean) <= 4 * error ? 0 : drawn.mean};
}

}  // namespace

std::optional<PredictedLayers> predicted_layers(const Trace& trace, const observe::Diagnosis& diagnosis) {
  if (!trace.graph || diagnosis.layers.empty() || trace.steps.empty()) return std::nullopt;
  const observe::TraceStep& first = trace.steps.front();
  if (first.step != 0 || !first.full() || first.nodes.size() != trace.graph->nodes().size()) return std::nullopt;
  const std::optional<theory::PredictOptions> options = input_of(trace);
  if (!options || !(options->input_second_moment > 0)) return std::nullopt;
  std::map<std::string, theory::ParameterMoments, std::less<>> drawn;
  for (std::size_t i = 0; i < trace.parameters.size(); ++i) {
    drawn.emplace(trace.parameters[i].name, moments_of(first.parameters[i].value));
  }
  PredictedLayers out;
  try {
    const theory::Prediction prediction = theory::predict(
        *trace.graph,
        [&](const net::ParameterSpec& parameter) {
          const auto found = drawn.find(parameter.name);
          return found == drawn.end() ? theory::ParameterMoments() : found->second;
        },
        *options);
    const observe::LayerRow& last = diagnosis.layers.back();
    const double at_end = std::sqrt(prediction.node(last.gradient_node).gradient_second_moment);
    for (const observe::LayerRow& layer : diagnosis.layers) {
      const theory::NodePrediction& output = prediction.node(layer.output_node);
      out.activation.push_back(std::sqrt(output.signal.second_moment));
      const double gradient = std::sqrt(prediction.node(layer.gradient_node).gradient_second_moment);
      out.gradient.push_back(at_end > 0 ? last.gradient * gradient / at_end : 0);
      out.exact = out.exact && output.signal.exact;
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::unsupported) throw;
    return std::nullopt;
  }
  return out;
}

}  // namespace fanin::report
