#include "fanin/experiment/training/settings_json.hpp"

#include <cmath>
#include <limits>

#include "fanin/core/version.hpp"

namespace fanin::experiment {
namespace {

// For people's files: JSON knows no NaN and no infinity.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

}  // namespace

Json exact_number(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

double number_from(const Json& json) {
  if (!json.is_string()) return json.get<double>();
  const auto text = json.get<std::string>();
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  return text == "inf" ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
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
  TrainSettings s;
  json.at("net").get_to(s.net);
  json.at("data").get_to(s.data);
  json.at("standardize").get_to(s.data_options.standardize);
  json.at("raw").get_to(s.data_options.raw);
  json.at("validation_fraction").get_to(s.data_options.validation_fraction);
  if (const Json& given = json.at("test_fraction"); !given.is_null())
    s.data_options.test_fraction = given.get<double>();
  json.at("target_column").get_to(s.data_options.target_column);
  s.data_options.task = static_cast<Task>(json.at("task").get<int>());
  json.at("limit_train").get_to(s.data_options.limit_train);
  json.at("limit_test").get_to(s.data_options.limit_test);
  json.at("activation").get_to(s.activation);
  json.at("init").get_to(s.init);
  json.at("init_for").get_to(s.init_for);
  json.at("loss").get_to(s.loss);
  json.at("label_smoothing").get_to(s.label_smoothing);
  json.at("optimizer").get_to(s.optimizer);
  if (!json.at("learning_rate").is_null()) s.learning_rate = json.at("learning_rate").get<double>();
  json.at("schedule").get_to(s.schedule);
  json.at("learning_rate_for").get_to(s.learning_rate_for);
  json.at("decay_all").get_to(s.decay_all);
  json.at("clipping").get_to(s.clipping);
  json.at("clip_limit").get_to(s.clip_limit);
  json.at("batch_size").get_to(s.batch_size);
  json.at("accumulate").get_to(s.accumulate);
  json.at("epochs").get_to(s.epochs);
  json.at("max_steps").get_to(s.max_steps);
  json.at("patience").get_to(s.patience);
  json.at("seed").get_to(s.seed);
  json.at("chunks").get_to(s.chunks);
  json.at("evaluate_every").get_to(s.evaluate_every);
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
  TrainEpoch e;
  json.at("epoch").get_to(e.epoch);
  json.at("steps").get_to(e.steps);
  e.learning_rate = number_from(json.at("learning_rate"));
  e.train_loss = number_from(json.at("train_loss"));
  e.train_accuracy = number_from(json.at("train_accuracy"));
  e.validation_loss = number_from(json.at("validation_loss"));
  e.validation_accuracy = number_from(json.at("validation_accuracy"));
  e.test_loss = number_from(json.at("test_loss"));
  e.test_accuracy = number_from(json.at("test_accuracy"));
  json.at("clipped_steps").get_to(e.clipped_steps);
  e.largest_gradient_norm = number_from(json.at("largest_gradient_norm"));
  e.seconds = number_from(json.at("seconds"));
  return e;
}

Json result_json(const TrainResult& result) {
  Json json;
  json["fanin"] = kVersion;
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
  return json;
}

}  // namespace fanin::experiment
