#include "fanin/report/why_report.hpp"

#include <fmt/format.h>

#include <cmath>

#include "fanin/report/numbers.hpp"
#include "fanin/report/paragraph.hpp"
#include "fanin/report/table.hpp"
#include "fanin/report/why_json.hpp"

namespace fanin::report {
namespace {

using experiment::Counterfactual;
using experiment::Factor;
using experiment::Trial;

std::string share(const observe::Quantity& quantity) { return percent_with_half_width(quantity.value, quantity.error); }

std::string names(const std::vector<observe::Problem>& problems) {
  std::string text;
  for (const observe::Problem problem : problems) {
    text += text.empty() ? "" : ", ";
    text += observe::to_string(problem);
  }
  return text.empty() ? "none" : text;
}

void add_row(Table& table, const std::string& name, const Trial& trial, bool cause, bool changed) {
  table.add_row({{name, cause ? Style::strong : Style::plain},
                 {changed ? trial.change : "as it is"},
                 {loss(trial.final_loss)},
                 {share(trial.progress)},
                 {changed ? share(trial.effect) : "-", trial.helps ? Style::good : Style::plain},
                 {names(trial.problems)}});
}

Json trial_json(const Trial& trial) {
  Json json{{"change", trial.change},
            {"progress", json_number(trial.progress.value)},
            {"progress_error", json_number(trial.progress.error)},
            {"effect", json_number(trial.effect.value)},
            {"effect_error", json_number(trial.effect.error)},
            {"final_loss", json_number(trial.final_loss)},
            {"verdict", observe::to_string(trial.verdict)},
            {"problems", Json::array()},
            {"helps", trial.helps}};
  for (const observe::Problem problem : trial.problems) json["problems"].push_back(observe::to_string(problem));
  return json;
}

}  // namespace

std::string why_report(const Counterfactual& why, const Terminal& terminal) {
  std::string out;
  add_paragraph(out, "Why: one change at a time", Style::strong, terminal);
  if (!why.interrupted) {
    Table table({{"factor"},
                 flexible("change", 14),
                 {"loss", Align::right},
                 {"below\nchance", Align::right},
                 {"effect", Align::right},
                 flexible("problems left", 20)});
    add_row(table, "-", why.as_is, false, false);
    for (std::size_t i = 0; i < why.factors.size(); ++i) {
      const Factor& factor = why.factors[i];
      if (!factor.trials.empty()) add_row(table, factor.name, factor.best(), why.cause == i, true);
    }
    out += table.render(terminal);
    for (const Factor& factor : why.factors) {
      if (!factor.trials.empty()) continue;
      add_paragraph(out, fmt::format("not tried: {} ({})", factor.name, factor.not_tried), Style::faint, terminal);
    }
  }
  add_paragraph(out, why.conclusion, why.cause ? Style::strong : Style::plain, terminal);
  return out;
}

Json why_json(const Counterfactual& why) {
  Json json{{"conclusion", why.conclusion},
            {"cause", why.cause ? Json(why.factors[*why.cause].name) : Json(nullptr)},
            {"steps", why.steps},
            {"seeds", why.seeds},
            {"interrupted", why.interrupted},
            {"as_is", trial_json(why.as_is)},
            {"factors", Json::array()}};
  for (const Factor& factor : why.factors) {
    Json row{{"name", factor.name}, {"not_tried", factor.not_tried}, {"trials", Json::array()}};
    for (const Trial& trial : factor.trials) row["trials"].push_back(trial_json(trial));
    json["factors"].push_back(std::move(row));
  }
  return json;
}

}  // namespace fanin::report
