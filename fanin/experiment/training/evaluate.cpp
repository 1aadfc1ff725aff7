#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/core/gemm.hpp"
#include "fanin/core/version.hpp"
#include "fanin/experiment/json_text.hpp"
#include "fanin/experiment/load_network.hpp"
#include "fanin/experiment/training/checkpoint.hpp"
#include "fanin/experiment/training/settings_json.hpp"
#include "fanin/experiment/training/setup.hpp"
#include "fanin/experiment/training/trainer.hpp"

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
    throw Error(ErrorCode::bad_value, "--part", data.name + " has no validation part here: add --validation 0.1");
  }
  return data.validation;
}

// The network must take the rows and answer as their labels do, and the loss it was trained with must apply.
void check_data(const Checkpoint& checkpoint, const DataSet& data) {
  try {
    check_network(checkpoint.graph, data);
  } catch (const Error& error) {
    throw Error(ErrorCode::bad_shape, "--data", error.what());
  }
  const net::Loss loss = net::parse_loss(checkpoint.settings.loss);
  if (net::takes_labels(loss) != net::takes_labels(data.loss)) {
    throw Error(ErrorCode::bad_value, "--data",
                "the network was trained for " + std::string(net::to_string(loss)) + ", and " + data.name + " has " +
                    (net::takes_labels(data.loss) ? "labels" : "targets"));
  }
  if (checkpoint.data.vocabulary != data.vocabulary) {
    throw Error(ErrorCode::bad_shape, "--data",
                "the network was trained with " + std::to_string(checkpoint.data.vocabulary) + " different tokens, " +
                    data.name + " has " + std::to_string(data.vocabulary));
  }
  const std::size_t scales = checkpoint.scaling.shift.size();
  if (scales != 1 && static_cast<std::int64_t>(scales) != data.train.features) {
    throw Error(ErrorCode::bad_data, checkpoint.file.string(),
                "it scales " + std::to_string(scales) + " inputs of " + std::to_string(data.train.features));
  }
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
  check_data(checkpoint, data);
  check_memory(checkpoint.settings, checkpoint.graph);
  // The batches of the training, so that the sums are rounded as they were there.
  engine::PlanOptions options = plan_options(checkpoint.settings, data, checkpoint.scaling);
  options.training = false;
  options.threads = options.chunks;
  engine::Plan plan(checkpoint.graph, options);
  restore(checkpoint, plan, false);
  Evaluation evaluation{.data_name = data.name, .part = std::string(part), .rows = samples.count};
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
    fill(plan, {data, checkpoint.scaling}, samples, std::span(rows).first(static_cast<std::size_t>(count)));
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
  json["version"] = kVersion;
  json["data"] = evaluation.data_name;
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
  return json_file(json);
}

}  // namespace fanin::experiment
