#include "fanin/experiment/sweep/run_text.hpp"

#include "fanin/core/error.hpp"
#include "fanin/experiment/json_text.hpp"
#include "fanin/experiment/store/run_numbers.hpp"
#include "fanin/experiment/training/settings_json.hpp"

namespace fanin::experiment {
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
  for (const RunNumber& number : run_numbers()) json[std::string(number.name)] = exact_number(run.*number.value);
  json["epochs"] = Json::array();
  for (const StoredEpoch& epoch : run.epochs) {
    Json row;
    row["epoch"] = epoch.epoch;
    row["steps"] = epoch.steps;
    for (const auto& [name, value] : epoch_numbers()) row[std::string(name)] = exact_number(epoch.*value);
    json["epochs"].push_back(std::move(row));
  }
  return json_line(json);
}

StoredRun run_from_text(const std::string& text) {
  try {
    const Json json = parse_json(text);
    StoredRun run;
    run.key = json.at("key").get<std::string>();
    run.init = json.at("init").get<std::string>();
    run.seed = json.at("seed").get<std::uint64_t>();
    run.settings = json.at("settings").get<std::string>();
    run.status = parse_stored_status(json.at("status").get<std::string>());
    run.message = json.at("message").get<std::string>();
    run.diverged_at_step = json.at("diverged_at_step").get<std::int64_t>();
    run.steps = json.at("steps").get<std::int64_t>();
    for (const RunNumber& number : run_numbers()) run.*number.value = number_from(json.at(std::string(number.name)));
    for (const Json& row : json.at("epochs")) {
      StoredEpoch epoch;
      epoch.epoch = row.at("epoch").get<std::int64_t>();
      epoch.steps = row.at("steps").get<std::int64_t>();
      for (const auto& [name, value] : epoch_numbers()) epoch.*value = number_from(row.at(std::string(name)));
      run.epochs.push_back(epoch);
    }
    return run;
  } catch (const Json::exception& error) {
    throw Error(ErrorCode::bad_data, "a run from another process", error.what());
  }
}

}  // namespace fanin::experiment
