#include <utility>
#include <vector>

#include "fanin/report/numbers.hpp"
#include "fanin/report/page/page_data.hpp"
#include "fanin/report/page/page_json.hpp"
#include "fanin/report/page/watched_json.hpp"

namespace fanin::report {
namespace {

using experiment::TrainEpoch;
using experiment::TrainResult;

Json epochs_json(const TrainResult& result) {
  using Member = double TrainEpoch::*;
  std::vector<std::pair<const char*, Member>> members{{"learning_rate", &TrainEpoch::learning_rate},
                                                      {"train_loss", &TrainEpoch::train_loss},
                                                      {"test_loss", &TrainEpoch::test_loss}};
  if (result.validation_rows > 0) members.emplace_back("validation_loss", &TrainEpoch::validation_loss);
  if (result.has_accuracy) {
    members.emplace_back("train_accuracy", &TrainEpoch::train_accuracy);
    members.emplace_back("test_accuracy", &TrainEpoch::test_accuracy);
    if (result.validation_rows > 0) members.emplace_back("validation_accuracy", &TrainEpoch::validation_accuracy);
  }
  Json json{{"epoch", Json::array()}};
  for (const auto& [name, member] : members) json[name] = Json::array();
  for (const TrainEpoch& epoch : result.epochs) {
    json["epoch"].push_back(epoch.epoch);
    for (const auto& [name, member] : members) json[name].push_back(json_number(epoch.*member));
  }
  return json;
}

}  // namespace

std::string train_page_data(const TrainResult& result) {
  const experiment::TrainSettings& settings = result.settings;
  Json page = page_head("train", settings.net + " from " + settings.init + " on " + bare_name(result.data_name),
                        settings_list(settings));
  add_fact(page, "Data", result.data_name);
  add_fact(page, "Training rows", grouped(result.train_rows));
  if (result.validation_rows > 0) add_fact(page, "Validation rows", grouped(result.validation_rows));
  add_fact(page, "Test rows", grouped(result.test_rows));
  add_fact(page, "Parameters", grouped(result.parameters));
  add_fact(page, "Steps", grouped(result.steps) + " in " + duration(result.seconds));
  if (result.best_epoch > 0) {
    add_fact(
        page, "Best epoch",
        std::to_string(result.best_epoch) + (result.validation_rows > 0 ? ", by validation" : ", by training loss"));
  }
  page["regression"] = !result.has_accuracy;
  page["chance_accuracy"] = json_number(result.chance_accuracy);
  page["best_epoch"] = result.best_epoch == 0 ? Json(nullptr) : Json(result.best_epoch);
  page["summary"] = Json::array();
  Json run{{"init", settings.init},
           {"seed", settings.seed},
           {"status", to_string(result.status)},
           {"diverged_at_step", result.diverged_at_step == 0 ? Json(nullptr) : Json(result.diverged_at_step)},
           {"start", nullptr}};
  run["epochs"] = epochs_json(result);
  run["watch"] =
      result.trace && result.diagnosis ? watched_json(*result.trace, *result.diagnosis, true) : Json(nullptr);
  page["runs"] = Json::array({run});
  return page_text(page);
}

}  // namespace fanin::report
