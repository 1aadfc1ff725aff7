#include "fanin/experiment/result_files.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "fanin/core/error.hpp"
#include "fanin/core/version.hpp"
#include "fanin/experiment/json_text.hpp"
#include "fanin/experiment/watch/watch_json.hpp"

namespace fanin::experiment {
namespace {

using Json = nlohmann::ordered_json;

// JSON knows no NaN and no infinity.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

std::string_view task_text(Task task) {
  switch (task) {
    case Task::automatic: return "automatic";
    case Task::classification: return "classification";
    case Task::regression: return "regression";
  }
  return "automatic";
}

Json settings_json(const CompareSettings& settings) {
  const DataOptions& options = settings.data_options;
  Json json;
  json["data"] = settings.data;
  json["net"] = settings.net;
  json["activation"] = settings.activation;
  json["inits"] = settings.inits;
  json["optimizer"] = settings.optimizer;
  json["learning_rate"] = settings.learning_rate ? number(*settings.learning_rate) : Json(nullptr);
  json["batch_size"] = settings.batch_size;
  json["epochs"] = settings.epochs;
  json["seeds"] = settings.seeds;
  json["first_seed"] = settings.first_seed;
  json["workers"] = settings.workers;
  json["reach_accuracy"] = number(settings.reach_accuracy);
  json["standardize"] = options.standardize;
  json["raw"] = options.raw;
  json["validation_fraction"] = number(options.validation_fraction);
  json["test_fraction"] = options.test_fraction ? number(*options.test_fraction) : Json(nullptr);
  json["target_column"] = options.target_column;
  json["task"] = task_text(options.task);
  json["limit_train"] = options.limit_train;
  json["limit_test"] = options.limit_test;
  json["shuffle_labels"] = number(options.shuffle_labels);
  json["input_factor"] = number(options.input_factor);
  return json;
}

Json experiment_json(const CompareResult& result) {
  Json json = settings_json(result.settings);
  json["data_name"] = result.data_name;
  json["data_source"] = result.data_source;
  json["scaling"] = result.scaling;
  json["train_rows"] = result.train_rows;
  json["validation_rows"] = result.validation_rows;
  json["test_rows"] = result.test_rows;
  json["parameters"] = result.parameters;
  json["regression"] = result.regression;
  json["chance_accuracy"] = number(result.chance_accuracy);
  json["interrupted"] = result.interrupted;
  json["chosen_by"] = result.chosen_by;
  json["seconds"] = number(result.seconds);
  return json;
}

Json layer_json(const observe::LayerStart& layer) {
  Json json;
  json["name"] = layer.name;
  json["input_size"] = number(layer.input_size);
  json["gradient_norm"] = number(layer.gradient_norm);
  json["bias_gradient_norm"] = number(layer.bias_gradient_norm);
  json["zero_gradient"] = layer.zero_gradient;
  json["equal_gradients"] = layer.equal_gradients;
  json["equal_weights"] = layer.equal_weights ? Json(*layer.equal_weights) : Json(nullptr);
  json["activation_mean"] = number(layer.activation_mean);
  json["activation_std_dev"] = number(layer.activation_std_dev);
  json["zero_fraction"] = number(layer.zero_fraction);
  return json;
}

Json step_zero_json(const StepZero& step_zero) {
  Json json;
  json["loss"] = number(step_zero.loss);
  json["rows"] = step_zero.rows;
  json["layers"] = Json::array();
  for (const observe::LayerStart& layer : step_zero.layers) json["layers"].push_back(layer_json(layer));
  return json;
}

Json epoch_json(const EpochRecord& epoch, bool has_validation) {
  Json json;
  json["epoch"] = epoch.epoch;
  json["train_loss"] = number(epoch.train_loss);
  json["train_accuracy"] = number(epoch.train_accuracy);
  if (has_validation) {
    json["validation_loss"] = number(epoch.validation_loss);
    json["validation_accuracy"] = number(epoch.validation_accuracy);
  }
  json["test_loss"] = number(epoch.test_loss);
  json["test_accuracy"] = number(epoch.test_accuracy);
  json["seconds"] = number(epoch.seconds);
  return json;
}

Json run_json(const RunResult& run, bool has_validation, bool silent) {
  Json json;
  json["init"] = run.init;
  json["seed"] = run.seed;
  json["status"] = to_string(run.status);
  json["diverged_at_step"] = run.status == RunStatus::diverged ? Json(run.diverged_at_step) : Json(nullptr);
  json["step_zero"] = run.step_zero.layers.empty() ? Json(nullptr) : step_zero_json(run.step_zero);
  if (run.diagnosis && !silent) json["diagnosis"] = findings_json(run.diagnosis);
  if (run.diagnosis && !silent) json["non_finite"] = non_finite_json(run.non_finite);
  json["epochs"] = Json::array();
  for (const EpochRecord& epoch : run.epochs) json["epochs"].push_back(epoch_json(epoch, has_validation));
  return json;
}

Json summary_json(const InitSummary& row) {
  Json json;
  json["init"] = row.init;
  json["test_accuracy_mean"] = number(row.test_accuracy_mean);
  json["test_accuracy_ci95"] = number(row.test_accuracy_ci95);
  json["seeds"] = row.seeds;
  json["test_loss_mean"] = number(row.test_loss_mean);
  json["test_loss_ci95"] = number(row.test_loss_ci95);
  json["train_loss_mean"] = number(row.train_loss_mean);
  json["epochs_to_reach"] = number(row.epochs_to_reach);
  json["runs_that_reach"] = row.runs_that_reach;
  json["first_gradient_norm"] = number(row.first_gradient_norm);
  json["last_gradient_norm"] = number(row.last_gradient_norm);
  json["diverged"] = row.diverged;
  json["difference_mean"] = number(row.difference_mean);
  json["difference_ci95"] = number(row.difference_ci95);
  json["difference_established"] = row.difference_established;
  json["is_best"] = row.is_best;
  json["remark"] = row.remark;
  return json;
}

void append_number(std::string& text, double value) {
  text += ',';
  if (!std::isfinite(value)) return;
  std::array<char, 32> digits{};
  const auto [end, status] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  FANIN_ASSERT(status == std::errc());
  text.append(digits.data(), end);
}

// Quoted where RFC 4180 asks for it: "uniform(low=-0.1, high=0.1)".
std::string csv_text(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

std::string to_json(const CompareResult& result) {
  const bool has_validation = result.validation_rows > 0;
  Json json;
  json["version"] = kVersion;
  json["experiment"] = experiment_json(result);
  json["runs"] = Json::array();
  for (const RunResult& run : result.runs) {
    json["runs"].push_back(run_json(run, has_validation, result.settings.watch.silent()));
  }
  json["summary"] = Json::array();
  for (const InitSummary& row : result.summary) json["summary"].push_back(summary_json(row));
  // A path may hold bytes that are no UTF-8; they become U+FFFD.
  return json_file(json);
}

std::string settings_to_json(const CompareSettings& settings) {
  Json json = settings_json(settings);
  json.erase("workers");
  return json_line(json);
}

std::string to_csv(const CompareResult& result) {
  std::string text =
      "init,seed,epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,test_loss,test_accuracy,seconds\n";
  for (const RunResult& run : result.runs) {
    for (const EpochRecord& epoch : run.epochs) {
      text += csv_text(run.init) + "," + std::to_string(run.seed) + "," + std::to_string(epoch.epoch);
      for (const double value : {epoch.train_loss, epoch.train_accuracy, epoch.validation_loss,
                                 epoch.validation_accuracy, epoch.test_loss, epoch.test_accuracy, epoch.seconds}) {
        append_number(text, value);
      }
      text += '\n';
    }
  }
  return text;
}

}  // namespace fanin::experiment
