#include <cmath>
#include <limits>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/core/gemm.hpp"
#include "fanin/experiment/training/checkpoint.hpp"
#include "fanin/experiment/training/settings_json.hpp"
#include "fanin/experiment/training/setup.hpp"
#include "fanin/experiment/training/trainer.hpp"
#include "fanin/net/toml_network.hpp"

namespace fanin::experiment {
namespace {

const Samples& part_of(const DataSet& data, std::string_view part) {
  if (part == "train") return data.train;
  if (part == "test") return data.test;
  if (part != "validation") {
    throw Error(ErrorCode::unknown_name, "--part",
                "no part '" + std::string(part) + "'; known: train, validation, test");
  }
  if (data.validation.count == 0) {
    throw Error(ErrorCode::bad_value, "--part",
                data.name + " was loaded without a validation part: add --validation 0.1");
  }
  return data.validation;
}

// By label: how many predictions there are and how many name it.
void count_classes(const engine::Plan& plan, std::span<const std::int32_t> labels, std::int64_t outputs,
                   Evaluation& evaluation) {
  const std::span<const float> values = plan.output();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const float* const row = values.data() + i * static_cast<std::size_t>(outputs);
    std::int64_t answer = 0;
    for (std::int64_t c = 1; c < outputs; ++c) answer = row[c] > row[answer] ? c : answer;
    const auto label = static_cast<std::size_t>(labels[i]);
    ++evaluation.class_rows[label];
    if (answer == labels[i] && std::isfinite(row[answer])) ++evaluation.class_correct[label];
  }
}

}  // namespace

TrainSettings settings_of_checkpoint(const std::filesystem::path& file) { return read_checkpoint(file).settings; }

Evaluation evaluate_checkpoint(const std::filesystem::path& file, const DataSet& data, std::string_view part,
                               std::stop_token stop) {
  use_one_thread();
  const Checkpoint checkpoint = read_checkpoint(file);
  const Samples& samples = part_of(data, part);
  const net::Graph graph = net::network_from_toml(checkpoint.network, file.string(), {});
  const Shape& input = graph.node(graph.inputs().front()).shape;
  const Shape& output = graph.node(graph.output()).shape;
  if (input.count() != data.train.features || output.extents().back() != data.outputs) {
    throw Error(ErrorCode::bad_shape, "--data",
                "the network takes " + to_string(input) + " and gives " + to_string(output) + "; a row of " +
                    data.name + " has " + std::to_string(data.train.features) + " values and " +
                    std::to_string(data.outputs) + " outputs");
  }
  engine::PlanOptions options = plan_options(checkpoint.settings, data);
  options.batch_size = std::min<std::int64_t>(std::max<std::int64_t>(options.batch_size, 1), samples.count);
  options.training = false;
  options.threads = options.chunks;
  engine::Plan plan(graph, options);
  restore(checkpoint, file, graph, plan, false);
  Evaluation evaluation{.part = std::string(part), .rows = samples.count};
  const bool labels = net::takes_labels(data.loss);
  if (labels) {
    evaluation.class_rows.resize(static_cast<std::size_t>(data.outputs));
    evaluation.class_correct.resize(static_cast<std::size_t>(data.outputs));
  }
  std::int64_t correct = 0;
  double loss = 0;
  std::vector<std::uint32_t> rows(static_cast<std::size_t>(options.batch_size));
  for (std::int64_t at = 0; at < samples.count && !stop.stop_requested(); at += options.batch_size) {
    const std::int64_t count = std::min(options.batch_size, samples.count - at);
    std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(at));
    fill(plan, data, samples, std::span(rows).first(static_cast<std::size_t>(count)));
    const engine::BatchResult batch = plan.evaluate(count);
    loss += batch.loss_sum;
    correct += batch.correct;
    evaluation.predictions += count * plan.positions();
    if (labels) {
      count_classes(plan, plan.labels().first(static_cast<std::size_t>(count * plan.positions())), data.outputs,
                    evaluation);
    }
  }
  evaluation.loss = loss / static_cast<double>(evaluation.predictions);
  evaluation.accuracy = net::has_accuracy(options.loss)
                            ? static_cast<double>(correct) / static_cast<double>(evaluation.predictions)
                            : std::numeric_limits<double>::quiet_NaN();
  return evaluation;
}

std::string to_json(const Evaluation& evaluation) {
  const auto number = [](double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); };
  Json json;
  json["part"] = evaluation.part;
  json["rows"] = evaluation.rows;
  json["predictions"] = evaluation.predictions;
  json["loss"] = number(evaluation.loss);
  json["accuracy"] = number(evaluation.accuracy);
  json["classes"] = Json::array();
  for (std::size_t i = 0; i < evaluation.class_rows.size(); ++i) {
    Json row;
    row["label"] = i;
    row["predictions"] = evaluation.class_rows[i];
    row["correct"] = evaluation.class_correct[i];
    json["classes"].push_back(std::move(row));
  }
  return json.dump(2) + "\n";
}

}  // namespace fanin::experiment
