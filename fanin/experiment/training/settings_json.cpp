#include "fanin/experiment/training/settings_json.hpp"

#include <cmath>
#include <limits>

#include "fanin/core/error.hpp"
#include "fanin/core/version.hpp"
#include "fanin/experiment/json_text.hpp"
#include "fanin/experiment/watch/watch_json.hpp"

namespace fanin::experiment {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

// For people's files: JSON knows no NaN and no infinity.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

[[noreturn]] void refuse(const std::string& field, const std::string& message) {
  throw Error(ErrorCode::bad_data, "'" + field + "'", message);
}

// Reads members of an object, each with its type and range: nlohmann's own conversions take 1e300 for an integer.
class Fields final {
 public:
  explicit Fields(const Json& json) : json_(json) {}

  [[nodiscard]] const Json& at(const char* key) const { return json_.at(key); }

  void read(const char* key, std::int64_t& value, std::int64_t low = 0, std::int64_t high = kMost) const {
    const Json& json = at(key);
    const bool fits = json.is_number_unsigned() ? json.get<std::uint64_t>() <= static_cast<std::uint64_t>(kMost) : true;
    if (!json.is_number_integer() || !fits) refuse(key, "is no whole number: " + json_line(json).substr(0, 40));
    value = json.get<std::int64_t>();
    if (value < low || value > high) refuse(key, std::to_string(value) + " is out of range");
  }
  void read(const char* key, std::uint64_t& value) const {
    const Json& json = at(key);
    const bool fits = json.is_number_unsigned() || (json.is_number_integer() && json.get<std::int64_t>() >= 0);
    if (!fits) refuse(key, "is no whole number from 0 to 2^64 - 1");
    value = json.get<std::uint64_t>();
  }
  void read(const char* key, double& value) const { value = number_from(at(key)); }
  void read(const char* key, std::string& value) const {
    if (!at(key).is_string()) refuse(key, "is no text");
    value = at(key).get<std::string>();
  }
  void read(const char* key, bool& value) const {
    if (!at(key).is_boolean()) refuse(key, "is neither true nor false");
    value = at(key).get<bool>();
  }
  void read(const char* key, std::optional<double>& value) const {
    if (!at(key).is_null()) value = number_from(at(key));
  }

 private:
  const Json& json_;
};

TrainStatus status_from(const std::string& text) {
  for (const TrainStatus status :
       {TrainStatus::finished, TrainStatus::stopped_early, TrainStatus::diverged, TrainStatus::interrupted}) {
    if (text == to_string(status)) return status;
  }
  refuse("status", "there is no '" + text + "'");
}

std::vector<float> floats_from(const Json& json) {
  std::vector<float> values;
  for (const Json& value : json) values.push_back(static_cast<float>(number_from(value)));
  return values;
}

Json floats_json(const std::vector<float>& values) {
  Json json = Json::array();
  for (const float value : values) json.push_back(exact_number(static_cast<double>(value)));
  return json;
}

}  // namespace

Json exact_number(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

double number_from(const Json& json) {
  if (json.is_number()) return json.get<double>();
  const std::string text = json.is_string() ? json.get<std::string>() : json_line(json).substr(0, 40);
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  refuse("number", "'" + text + "' is none");
}

Json settings_json(const TrainSettings& s) {
  Json json;
  json["net"] = s.net;
  json["data"] = s.data;
  json["standardize"] = s.data_options.standardize;
  json["raw"] = s.data_options.raw;
  json["validation_fraction"] = s.data_options.validation_fraction;
  json["test_fraction"] = s.data_options.test_fraction ? Json(*s.data_options.test_fraction) : Json(nullptr);
  json["target_column"] = s.data_options.target_column;
  json["task"] = static_cast<int>(s.data_options.task);
  json["limit_train"] = s.data_options.limit_train;
  json["limit_test"] = s.data_options.limit_test;
  json["shuffle_labels"] = s.data_options.shuffle_labels;
  json["input_factor"] = s.data_options.input_factor;
  json["activation"] = s.activation;
  json["init"] = s.init;
  json["init_for"] = s.init_for;
  json["loss"] = s.loss;
  json["label_smoothing"] = s.label_smoothing;
  json["optimizer"] = s.optimizer;
  json["learning_rate"] = s.learning_rate ? Json(*s.learning_rate) : Json(nullptr);
  json["schedule"] = s.schedule;
  json["learning_rate_for"] = s.learning_rate_for;
  json["decay_all"] = s.decay_all;
  json["clipping"] = s.clipping;
  json["clip_limit"] = s.clip_limit;
  json["batch_size"] = s.batch_size;
  json["accumulate"] = s.accumulate;
  json["epochs"] = s.epochs;
  json["max_steps"] = s.max_steps;
  json["patience"] = s.patience;
  json["seed"] = s.seed;
  json["chunks"] = s.chunks;
  json["evaluate_every"] = s.evaluate_every;
  return json;
}

TrainSettings settings_from_json(const Json& json) {
  const Fields fields(json);
  TrainSettings s;
  std::int64_t task = 0;
  fields.read("net", s.net);
  fields.read("data", s.data);
  fields.read("standardize", s.data_options.standardize);
  fields.read("raw", s.data_options.raw);
  fields.read("validation_fraction", s.data_options.validation_fraction);
  fields.read("test_fraction", s.data_options.test_fraction);
  fields.read("target_column", s.data_options.target_column);
  fields.read("task", task, 0, static_cast<std::int64_t>(Task::regression));
  s.data_options.task = static_cast<Task>(task);
  fields.read("limit_train", s.data_options.limit_train);
  fields.read("limit_test", s.data_options.limit_test);
  fields.read("shuffle_labels", s.data_options.shuffle_labels);
  fields.read("input_factor", s.data_options.input_factor);
  fields.read("activation", s.activation);
  fields.read("init", s.init);
  fields.read("init_for", s.init_for);
  fields.read("loss", s.loss);
  fields.read("label_smoothing", s.label_smoothing);
  fields.read("optimizer", s.optimizer);
  s.learning_rate = number_from(fields.at("learning_rate"));
  fields.read("schedule", s.schedule);
  fields.read("learning_rate_for", s.learning_rate_for);
  fields.read("decay_all", s.decay_all);
  fields.read("clipping", s.clipping);
  fields.read("clip_limit", s.clip_limit);
  fields.read("batch_size", s.batch_size);
  fields.read("accumulate", s.accumulate);
  fields.read("epochs", s.epochs);
  fields.read("max_steps", s.max_steps);
  fields.read("patience", s.patience);
  fields.read("seed", s.seed);
  fields.read("chunks", s.chunks, 1);
  fields.read("evaluate_every", s.evaluate_every);
  return s;
}

Json epoch_json(const TrainEpoch& e) {
  Json json;
  json["epoch"] = e.epoch;
  json["steps"] = e.steps;
  json["learning_rate"] = exact_number(e.learning_rate);
  json["train_loss"] = exact_number(e.train_loss);
  json["train_accuracy"] = exact_number(e.train_accuracy);
  json["validation_loss"] = exact_number(e.validation_loss);
  json["validation_accuracy"] = exact_number(e.validation_accuracy);
  json["test_loss"] = exact_number(e.test_loss);
  json["test_accuracy"] = exact_number(e.test_accuracy);
  json["clipped_steps"] = e.clipped_steps;
  json["largest_gradient_norm"] = exact_number(e.largest_gradient_norm);
  json["seconds"] = exact_number(e.seconds);
  return json;
}

TrainEpoch epoch_from_json(const Json& json) {
  const Fields fields(json);
  TrainEpoch e;
  fields.read("epoch", e.epoch, 1);
  fields.read("steps", e.steps);
  fields.read("learning_rate", e.learning_rate);
  fields.read("train_loss", e.train_loss);
  fields.read("train_accuracy", e.train_accuracy);
  fields.read("validation_loss", e.validation_loss);
  fields.read("validation_accuracy", e.validation_accuracy);
  fields.read("test_loss", e.test_loss);
  fields.read("test_accuracy", e.test_accuracy);
  fields.read("clipped_steps", e.clipped_steps);
  fields.read("largest_gradient_norm", e.largest_gradient_norm);
  fields.read("seconds", e.seconds);
  return e;
}

Json state_json(const TrainState& state) {
  Json json;
  json["status"] = to_string(state.status);
  json["steps"] = state.steps;
  json["passes"] = state.passes;
  json["epoch"] = state.epoch;
  json["row"] = state.row;
  json["loss_sum"] = exact_number(state.loss_sum);
  json["correct"] = state.correct;
  json["clipped_steps"] = state.clipped_steps;
  json["largest_gradient_norm"] = exact_number(state.largest_gradient_norm);
  json["seconds"] = exact_number(state.seconds);
  json["epoch_seconds"] = exact_number(state.epoch_seconds);
  json["diverged_at_step"] = state.diverged_at_step;
  json["best_epoch"] = state.best_epoch;
  json["best_value"] = exact_number(state.best_value);
  json["epochs"] = Json::array();
  for (const TrainEpoch& epoch : state.epochs) json["epochs"].push_back(epoch_json(epoch));
  return json;
}

TrainState state_from_json(const Json& json) {
  const Fields fields(json);
  TrainState state;
  std::string status;
  fields.read("status", status);
  state.status = status_from(status);
  fields.read("steps", state.steps);
  fields.read("passes", state.passes);
  fields.read("epoch", state.epoch, 1);
  fields.read("row", state.row);
  fields.read("loss_sum", state.loss_sum);
  fields.read("correct", state.correct);
  fields.read("clipped_steps", state.clipped_steps);
  fields.read("largest_gradient_norm", state.largest_gradient_norm);
  fields.read("seconds", state.seconds);
  fields.read("epoch_seconds", state.epoch_seconds);
  fields.read("diverged_at_step", state.diverged_at_step);
  fields.read("best_epoch", state.best_epoch);
  fields.read("best_value", state.best_value);
  for (const Json& epoch : fields.at("epochs")) state.epochs.push_back(epoch_from_json(epoch));
  const auto finished = static_cast<std::int64_t>(state.epochs.size());
  if (finished != state.epoch - 1 || state.best_epoch > finished) {
    refuse("epochs", std::to_string(finished) + " of them do not fit epoch " + std::to_string(state.epoch));
  }
  return state;
}

Json identity_json(const DataIdentity& data) {
  Json json;
  json["name"] = data.name;
  json["train_rows"] = data.train_rows;
  json["validation_rows"] = data.validation_rows;
  json["test_rows"] = data.test_rows;
  json["features"] = data.features;
  json["outputs"] = data.outputs;
  json["positions"] = data.positions;
  json["vocabulary"] = data.vocabulary;
  json["checksum"] = data.checksum;
  return json;
}

DataIdentity identity_from_json(const Json& json) {
  const Fields fields(json);
  DataIdentity data;
  fields.read("name", data.name);
  fields.read("train_rows", data.train_rows);
  fields.read("validation_rows", data.validation_rows);
  fields.read("test_rows", data.test_rows);
  fields.read("features", data.features);
  fields.read("outputs", data.outputs);
  fields.read("positions", data.positions);
  fields.read("vocabulary", data.vocabulary);
  fields.read("checksum", data.checksum);
  return data;
}

Json scaling_json(const InputScaling& scaling) {
  Json json;
  json["shift"] = floats_json(scaling.shift);
  json["divisor"] = floats_json(scaling.divisor);
  json["description"] = scaling.description;
  return json;
}

InputScaling scaling_from_json(const Json& json) {
  const Fields fields(json);
  InputScaling scaling;
  scaling.shift = floats_from(fields.at("shift"));
  scaling.divisor = floats_from(fields.at("divisor"));
  fields.read("description", scaling.description);
  if (scaling.shift.empty() || scaling.shift.size() != scaling.divisor.size()) {
    refuse("scaling", "shift and divisor differ in length");
  }
  return scaling;
}

Json result_json(const TrainResult& result) {
  Json json;
  json["version"] = kVersion;
  json["settings"] = settings_json(result.settings);
  json["data_name"] = result.data_name;
  json["data_source"] = result.data_source;
  json["train_rows"] = result.train_rows;
  json["validation_rows"] = result.validation_rows;
  json["test_rows"] = result.test_rows;
  json["parameters"] = result.parameters;
  json["predictions_per_row"] = result.positions;
  json["chance_accuracy"] = number(result.chance_accuracy);
  json["arena_bytes"] = result.arena_bytes;
  json["unshared_bytes"] = result.unshared_bytes;
  json["status"] = to_string(result.status);
  json["steps"] = result.steps;
  json["diverged_at_step"] = result.status == TrainStatus::diverged ? Json(result.diverged_at_step) : Json(nullptr);
  json["best_epoch"] = result.best_epoch == 0 ? Json(nullptr) : Json(result.best_epoch);
  json["seconds"] = number(result.seconds);
  json["epochs"] = Json::array();
  for (const TrainEpoch& epoch : result.epochs) {
    Json row = epoch_json(epoch);
    for (auto& [key, value] : row.items()) {
      if (value.is_string()) value = nullptr;
    }
    json["epochs"].push_back(std::move(row));
  }
  const bool told = result.diagnosis.has_value() && !result.settings.watch.silent();
  if (told) json["diagnosis"] = findings_json(result.diagnosis);
  if (told) json["non_finite"] = non_finite_json(result.non_finite);
  return json;
}

}  // namespace fanin::experiment
