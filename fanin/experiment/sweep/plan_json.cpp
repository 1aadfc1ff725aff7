// A plan as text, and what two of them disagree about.
#include <nlohmann/json.hpp>

#include "fanin/core/error.hpp"
#include "fanin/experiment/json_text.hpp"
#include "fanin/experiment/sweep/sweep_file.hpp"

namespace fanin::experiment {
namespace {

using Json = nlohmann::ordered_json;

Json axis_json(const SweepAxis& axis) {
  Json values(axis.values);
  if (!axis.is_range) return values;
  Json json;
  json["from"] = axis.from;
  json["to"] = axis.to;
  json["scale"] = axis.logarithmic ? "log" : "linear";
  json["values"] = std::move(values);
  return json;
}

Json data_json(const SweepPlan& plan) {
  const DataOptions& data = plan.data_options;
  Json json;
  json["source"] = plan.data;
  json["validation"] = data.validation_fraction;
  json["standardize"] = data.standardize;
  json["raw"] = data.raw;
  json["limit_train"] = data.limit_train;
  json["limit_test"] = data.limit_test;
  json["test_fraction"] = data.test_fraction ? Json(*data.test_fraction) : Json(nullptr);
  json["target"] = data.target_column;
  json["task"] = static_cast<int>(data.task);
  json["shuffle_labels"] = data.shuffle_labels;
  json["scale_inputs"] = data.input_factor;
  return json;
}

void add_difference(const std::string& path, const Json* before, const Json* now, std::string& out) {
  constexpr std::size_t kMostText = 2000;
  if (out.size() > kMostText || (before != nullptr && now != nullptr && *before == *now)) return;
  if (before != nullptr && now != nullptr && before->is_object() && now->is_object()) {
    const std::string stem = path.empty() ? "" : path + ".";
    for (const auto& [key, value] : before->items()) {
      add_difference(stem + key, &value, now->contains(key) ? &now->at(key) : nullptr, out);
    }
    for (const auto& [key, value] : now->items()) {
      if (!before->contains(key)) add_difference(stem + key, nullptr, &value, out);
    }
    return;
  }
  const auto shown = [](const Json& json) {
    std::string text = json_line(json);
    return text.size() > 80 ? text.substr(0, 77) + "..." : text;
  };
  if (!out.empty()) out += "; ";
  out += path + ": ";
  if (before == nullptr) {
    out += shown(*now) + " is new";
  } else {
    out += shown(*before) + (now == nullptr ? " is gone" : " became " + shown(*now));
  }
}

}  // namespace

std::string to_json(const SweepPlan& plan) {
  Json json;
  json["name"] = plan.name;
  json["data"] = data_json(plan);
  json["base"] = Json::object();
  for (const SettingValue& value : plan.base) json["base"][value.key] = value.value;
  json["axes"] = Json::object();
  for (const SweepAxis& axis : plan.axes) json["axes"][axis.key] = axis_json(axis);
  json["seeds"] = plan.seeds;
  json["sampling"] = to_string(plan.sampling);
  json["count"] = plan.count;
  json["sampling_seed"] = plan.sampling_seed;
  json["select_learning_rate"] = plan.select_learning_rate;
  json["compare"] = plan.compare;
  json["give_up_after"] = plan.give_up_after;
  return json_line(json);
}

std::string plan_difference(const std::string& before, const std::string& now) {
  const Json old_plan = parse_json_or_discard(before);
  const Json new_plan = parse_json_or_discard(now);
  if (old_plan.is_discarded() || new_plan.is_discarded()) return before == now ? "" : "it is no plan of a sweep";
  std::string out;
  add_difference("", &old_plan, &new_plan, out);
  return out;
}

}  // namespace fanin::experiment
