#include "fanin/engine/reference.hpp"

#include "fanin/engine/kernel.hpp"
#include "fanin/engine/losses/loss_kernels.hpp"

namespace fanin::engine {

std::vector<std::vector<double>> reference_forward(const net::Graph& graph, const ReferenceParameters& parameters,
                                                   const ReferenceBatch& batch) {
  std::vector<std::vector<double>> values;
  for (const net::Node& node : graph.nodes()) {
    if (node.op == nullptr) {
      values.push_back(batch.inputs);
      continue;
    }
    std::vector<double> output(static_cast<std::size_t>(batch.rows * node.shape.count()));
    ReferenceTensors tensors{
        .rows = batch.rows, .output = output, .training = batch.training, .seed = batch.seed, .pass = batch.pass};
    std::vector<std::vector<double>> statistics;
    for (const net::StatisticSpec& spec : node.statistics) {
      const auto given = parameters.find(spec.name);
      statistics.push_back(given != parameters.end()
                               ? given->second
                               : std::vector<double>(static_cast<std::size_t>(spec.shape.count()), spec.initial));
    }
    for (const std::vector<double>& statistic : statistics) tensors.statistics.emplace_back(statistic);
    for (const net::NodeId input : node.inputs) {
      tensors.inputs.emplace_back(values[input]);
      tensors.input_shapes.push_back(graph.node(input).shape);
    }
    for (const net::ParameterSpec& spec : node.parameters) tensors.parameters.emplace_back(parameters.at(spec.name));
    find_op(node).reference(node, tensors);
    values.push_back(std::move(output));
  }
  return values;
}

double reference_loss(const net::Graph& graph, net::Loss loss, const ReferenceParameters& parameters,
                      const ReferenceBatch& batch) {
  const std::vector<std::vector<double>> values = reference_forward(graph, parameters, batch);
  const Shape& shape = graph.node(graph.output()).shape;
  const std::int64_t outputs = shape.extents().back();
  return reference_loss_mean(loss, {.predictions = batch.rows * (shape.count() / outputs),
                                    .outputs = outputs,
                                    .values = values[graph.output()],
                                    .labels = batch.labels,
                                    .targets = batch.targets,
                                    .label_smoothing = batch.label_smoothing});
}

std::vector<double> reference_gradient(const net::Graph& graph, net::Loss loss, ReferenceParameters parameters,
                                       const ReferenceBatch& batch, const std::string& name, double h) {
  std::vector<double>& values = parameters.at(name);
  std::vector<double> gradient(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = values[i];
    values[i] = value + h;
    const double above = reference_loss(graph, loss, parameters, batch);
    values[i] = value - h;
    const double below = reference_loss(graph, loss, parameters, batch);
    values[i] = value;
    gradient[i] = (above - below) / (2 * h);
  }
  return gradient;
}

}  // namespace fanin::engine
