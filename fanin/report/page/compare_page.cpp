#include <algorithm>
#include <set>

#include "fanin/observe/remark.hpp"
#include "fanin/report/numbers.hpp"
#include "fanin/report/page/page_data.hpp"
#include "fanin/report/page/page_json.hpp"
#include "fanin/report/page/watched_json.hpp"

namespace fanin::report {
namespace {

using experiment::CompareResult;
using experiment::EpochRecord;
using experiment::InitSummary;
using experiment::RunResult;

Json epochs_json(const RunResult& run, const CompareResult& result) {
  using Member = double EpochRecord::*;
  std::vector<std::pair<const char*, Member>> members{{"train_loss", &EpochRecord::train_loss},
                                                      {"test_loss", &EpochRecord::test_loss}};
  if (result.validation_rows > 0) members.emplace_back("validation_loss", &EpochRecord::validation_loss);
  if (!result.regression) {
    members.emplace_back("train_accuracy", &EpochRecord::train_accuracy);
    members.emplace_back("test_accuracy", &EpochRecord::test_accuracy);
    if (result.validation_rows > 0) members.emplace_back("validation_accuracy", &EpochRecord::validation_accuracy);
  }
  Json json{{"epoch", Json::array()}};
  for (const auto& [name, member] : members) json[name] = Json::array();
  for (const EpochRecord& epoch : run.epochs) {
    json["epoch"].push_back(epoch.epoch);
    for (const auto& [name, member] : members) json[name].push_back(json_number(epoch.*member));
  }
  return json;
}

Json start_json(const experiment::StepZero& start) {
  Json layers = Json::array();
  for (const observe::LayerStart& layer : start.layers) {
    layers.push_back({{"name", layer.name},
                      {"fan_in", layer.fan_in},
                      {"units", layer.units},
                      {"input_size", json_number(layer.input_size)},
                      {"weight_gradient", json_number(layer.gradient_norm)},
                      {"activation_std_dev", json_number(layer.activation_std_dev)},
                      {"zero_fraction", json_number(layer.zero_fraction)}});
  }
  return {{"loss", json_number(start.loss)}, {"layers", layers}};
}

Json run_json(const RunResult& run, const CompareResult& result, bool detailed) {
  Json json{
      {"init", run.init},
      {"seed", run.seed},
      {"status", to_string(run.status)},
      {"diverged_at_step", run.status == experiment::RunStatus::diverged ? Json(run.diverged_at_step) : Json(nullptr)}};
  json["start"] = start_json(run.step_zero);
  json["epochs"] = epochs_json(run, result);
  json["watch"] = run.trace && run.diagnosis ? watched_json(*run.trace, *run.diagnosis, detailed) : Json(nullptr);
  return json;
}

// Of all seeds together: what one run shows to be wrong is wrong. Null where nobody watched.
const observe::Diagnosis* worst_of(const InitSummary& row, const CompareResult& result) {
  const observe::Diagnosis* worst = nullptr;
  for (const RunResult& run : result.runs) {
    if (run.init != row.init || !run.diagnosis) continue;
    const bool is_worse =
        worst == nullptr || worst->verdict == observe::Verdict::healthy ||
        (worst->verdict == observe::Verdict::uncertain && run.diagnosis->verdict == observe::Verdict::unhealthy);
    if (is_worse) worst = &*run.diagnosis;
  }
  return worst;
}

Json summary_json(const InitSummary& row, const CompareResult& result) {
  const observe::Diagnosis* const worst = worst_of(row, result);
  Json json{{"init", row.init},
            {"verdict", worst == nullptr ? Json(nullptr) : Json(observe::to_string(worst->verdict))},
            {"reason", worst == nullptr ? Json(nullptr) : Json(worst->reason)},
            {"seeds", row.seeds},
            {"diverged", row.diverged},
            {"test_accuracy_mean", json_number(row.test_accuracy_mean)},
            {"test_accuracy_ci95", json_number(row.test_accuracy_ci95)},
            {"test_loss_mean", json_number(row.test_loss_mean)},
            {"test_loss_ci95", json_number(row.test_loss_ci95)},
            {"train_loss_mean", json_number(row.train_loss_mean)},
            {"epochs_to_reach", json_number(row.epochs_to_reach)},
            {"runs_that_reach", row.runs_that_reach},
            {"first_gradient_norm", json_number(row.first_gradient_norm)},
            {"last_gradient_norm", json_number(row.last_gradient_norm)},
            {"difference_mean", json_number(row.difference_mean)},
            {"difference_ci95", json_number(row.difference_ci95)},
            {"difference_established", row.difference_established}};
  json["is_best"] = row.is_best;
  json["remark"] = row.remark;
  return json;
}

}  // namespace

std::string compare_page_data(const CompareResult& result) {
  const experiment::CompareSettings& settings = result.settings;
  Json page = page_head("compare", settings.net + " with " + settings.activation + " on " + bare_name(result.data_name),
                        settings_list(settings));
  add_fact(page, "Data", result.data_name + ", " + result.scaling);
  add_fact(page, "Training rows", grouped(result.train_rows));
  if (result.validation_rows > 0) add_fact(page, "Validation rows", grouped(result.validation_rows));
  add_fact(page, "Test rows", grouped(result.test_rows));
  add_fact(page, "Parameters", grouped(result.parameters));
  add_fact(page, "Runs", std::to_string(result.runs.size()) + " in " + duration(result.seconds));
  page["regression"] = result.regression;
  page["chance_accuracy"] = json_number(result.chance_accuracy);
  page["chosen_by"] = result.chosen_by;
  page["reach_accuracy"] = json_number(settings.reach_accuracy);
  page["interrupted"] = result.interrupted;
  page["best_at_chance"] = std::ranges::any_of(result.summary, [&](const InitSummary& row) {
    return row.is_best && observe::at_chance({.test_accuracy = row.test_accuracy_mean,
                                              .chance_accuracy = result.chance_accuracy,
                                              .test_rows = result.test_rows});
  });
  page["summary"] = Json::array();
  for (const InitSummary& row : result.summary) page["summary"].push_back(summary_json(row, result));
  page["runs"] = Json::array();
  std::set<std::string> detailed;
  for (const RunResult& run : result.runs) {
    const bool first = run.trace.has_value() && detailed.insert(run.init).second;
    page["runs"].push_back(run_json(run, result, first));
  }
  return page_text(page);
}

}  // namespace fanin::report
