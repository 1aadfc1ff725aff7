#include "fanin/experiment/training/data_start.hpp"

#include <algorithm>
#include <vector>

#include "fanin/engine/evaluator.hpp"
#include "fanin/experiment/reading.hpp"
#include "fanin/experiment/samples.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

/// The batch as plain arrays, as long as the evaluator is built from it.
struct Batch {
  std::vector<float> inputs;
  std::vector<std::int32_t> labels;
  std::vector<float> targets;
};

Batch gather(const DataSet& data, std::span<const std::uint32_t> rows) {
  const std::size_t count = rows.size();
  Batch batch;
  batch.inputs.resize(count * static_cast<std::size_t>(data.train.features));
  gather_inputs(data.train, data.scaling, rows, batch.inputs);
  const auto train_rows = static_cast<std::size_t>(data.train.count);
  if (net::takes_labels(data.loss)) {
    batch.labels.resize(count * (data.train.labels.size() / train_rows));
    gather_labels(data.train, rows, batch.labels);
  } else {
    batch.targets.resize(count * (data.train.targets.size() / train_rows));
    gather_targets(data.train, rows, batch.targets);
  }
  return batch;
}

}  // namespace

init::FitReport start_parameters(const net::Graph& graph, const init::NetworkPlan& plan,
                                 const DataStartSettings& settings, const DataSet& data,
                                 const std::function<void(const net::ParameterSpec&, std::span<const float>)>& sink) {
  if (!plan.fit) {
    init::initialize(plan, settings.seed, sink);
    return {};
  }
  const std::int64_t rows = std::min(data.train.count, std::max(settings.batch_size, kStartRows));
  const random::Stream stream(settings.seed, "shuffle/epoch/1");
  const std::vector<std::uint32_t> order = random::permutation(stream, static_cast<std::uint64_t>(data.train.count));
  const Batch batch = gather(data, std::span(order).first(static_cast<std::size_t>(rows)));
  engine::PlanEvaluator evaluator(graph, {.rows = rows,
                                          .inputs = batch.inputs,
                                          .labels = batch.labels,
                                          .targets = batch.targets,
                                          .loss = settings.loss,
                                          .label_smoothing = settings.label_smoothing,
                                          .seed = settings.seed});
  const init::FitReport report = reading("--init", [&] { return init::initialize(plan, settings.seed, evaluator); });
  for (const init::ParameterPlan& entry : plan.parameters) {
    const std::vector<float> values = evaluator.parameter(entry.parameter.name);
    sink(entry.parameter, values);
  }
  return report;
}

init::FitReport start_parameters(const TrainSetup& setup, const DataSet& data,
                                 const std::function<void(const net::ParameterSpec&, std::span<const float>)>& sink) {
  const TrainSettings& s = setup.settings;
  return start_parameters(setup.graph, setup.start,
                          {.seed = s.seed,
                           .loss = net::parse_loss(s.loss),
                           .label_smoothing = s.label_smoothing,
                           .batch_size = s.batch_size},
                          data, sink);
}

}  // namespace fanin::experiment
