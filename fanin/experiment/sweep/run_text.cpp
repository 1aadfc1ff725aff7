#include "fanin/experiment/sweep/run_text.hpp"

#include "fanin/core/error.hpp"
#include "fanin/experiment/training/settings_json.hpp"

namespace fanin::experiment {
namespace {

/// Both ways through one list, so that neither forgets a field. @param number  takes a double.
template <typename Run, typename Number>
void visit_numbers(Run& run, const Number& number) {
  number("train_loss", run.train_loss);
  number("train_accuracy", run.train_accuracy);
  number("validation_loss", run.validation_loss);
  number("validation_accuracy", run.validation_accuracy);
  number("test_loss", run.test_loss);
  number("test_accuracy", run.test_accuracy);
  number("seconds", run.seconds);
}

}  // namespace

std::string to_text(const StoredRun& run) {
  Json json;
  json["key"] = run.key;
  json["init"] = run.init;
  json["seed"] = run.seed;
  json["settings"] = run.settings;
  json["status"] = to_string(run.status);
  json["message"] = run.message;
  json["diverged_at_step"] = run.diverged_at_step;
  json["steps"] = run.steps;
  visit_numbers(run, [&](const char* name, double value) { json[name] = exact_number(value); });
  json["epochs"] = Json::array();
  for (const StoredEpoch& epoch : run.epochs) {
    Json row;
    row["epoch"] = epoch.epoch;
    row["steps"] = epoch.steps;
    row["learning_rate"] = exact_number(epoch.learning_rate);
    visit_numbers(epoch, [&](const char* name, double value) { row[name] = exact_number(value); });
    json["epochs"].push_back(std::move(row));
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

StoredRun run_from_text(const std::string& text) {
  try {
    const Json json = Json::parse(text);
    StoredRun run;
    run.key = json.at("key").get<std::string>();
    run.init = json.at("init").get<std::string>();
    run.seed = json.at("seed").get<std::uint64_t>();
    run.settings = json.at("settings").get<std::string>();
    run.status = parse_stored_status(json.at("status").get<std::string>());
    run.message = json.at("message").get<std::string>();
    run.diverged_at_step = json.at("diverged_at_step").get<std::int64_t>();
    run.steps = json.at("steps").get<std::int64_t>();
    visit_numbers(run, [&](const char* name, double& value) { value = number_from(json.at(name)); });
    for (const Json& row : json.at("epochs")) {
      StoredEpoch epoch;
      epoch.epoch = row.at("epoch").get<std::int64_t>();
      epoch.steps = row.at("steps").get<std::int64_t>();
      epoch.learning_rate = number_from(row.at("learning_rate"));
      visit_numbers(epoch, [&](const char* name, double& value) { value = number_from(row.at(name)); });
      run.epochs.push_back(epoch);
    }
    return run;
  } catch (const Json::exception& error) {
    throw Error(ErrorCode::bad_data, "a run from another process", error.what());
  }
}

}  // namespace fanin::experiment
