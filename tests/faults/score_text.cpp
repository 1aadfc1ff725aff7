#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tests/faults/score.hpp"

namespace fanin::faults {
namespace {

std::string text_of(const Rate& rate) {
  if (rate.all == 0) return "-";
  return fmt::format("{:.3f} [{:.3f}, {:.3f}] {}/{}", rate.value(), rate.low(), rate.high(), rate.right, rate.all);
}

std::string group_line(std::string_view name, const GroupScore& g) {
  return fmt::format("{:<16}{:<34}{:<34}{:<12}{}\n", name, text_of(g.named), text_of(g.precision),
                     fmt::format("{:.3f}", g.first.value()), fmt::format("{:.3f}", g.flagged.value()));
}

std::string names_of(const std::vector<observe::Problem>& problems) {
  std::string text;
  for (const observe::Problem problem : problems) {
    if (!text.empty()) text += "|";
    text += observe::to_string(problem);
  }
  return text;
}

std::string accusations_of(const Answer& answer) {
  if (answer.accusations.empty()) return answer.uncertain ? "cannot tell" : "healthy";
  std::string text;
  for (const Accusation& accusation : answer.accusations) {
    if (!text.empty()) text += ", ";
    text += names_of(accusation.problems);
    if (!accusation.layer.empty()) text += "@" + accusation.layer;
  }
  return text;
}

nlohmann::json json_of(const Rate& rate) {
  return {
      {"right", rate.right}, {"all", rate.all}, {"value", rate.value()}, {"low", rate.low()}, {"high", rate.high()}};
}

nlohmann::json json_of(const GroupScore& g) {
  return {{"recall", json_of(g.named)},
          {"precision", json_of(g.precision)},
          {"first", json_of(g.first)},
          {"flagged", json_of(g.flagged)}};
}

}  // namespace

std::string table_of(const Score& score) {
  std::string text = fmt::format("{}: rates with 95 % Wilson intervals\n\n", score.name);
  text += fmt::format("{:<16}{:<34}{:<34}{:<12}{}\n", "group", "recall", "precision", "named first", "flagged");
  for (const GroupScore& g : score.groups) text += group_line(to_string(g.group), g);
  text += group_line("all faults", score.all_faults);
  text += fmt::format("\nfalse positives on healthy cases  {}\n", text_of(score.false_positives));
  text += fmt::format("layer named where there is one    {}\n", text_of(score.localized));
  text += fmt::format("cannot tell                       {}\n", text_of(score.uncertain));
  text += fmt::format("\n{:<24}{:<34}{}\n", "problem", "recall", "precision");
  for (const ProblemScore& p : score.problems) {
    text += fmt::format("{:<24}{:<34}{}\n", observe::to_string(p.problem), text_of(p.recall), text_of(p.precision));
  }
  return text;
}

std::string misses_of(const std::vector<Answer>& answers) {
  std::string text;
  for (const Answer& a : answers) {
    const bool healthy = a.about->group == Group::healthy;
    if (healthy ? a.accusations.empty() : is_named(a)) continue;
    text += fmt::format("{}  expected {}  got {}\n", a.about->id, healthy ? "healthy" : names_of(a.about->expect),
                        accusations_of(a));
  }
  return text;
}

std::string comparison_of(const std::vector<Score>& scores) {
  std::string text = fmt::format("{:<22}{:<16}{:<16}{:<16}{:<16}{:<18}{}\n", "rule set", "initialization", "",
                                 "all faults", "", "false positives", "flagged faults");
  text += fmt::format("{:<22}{:<16}{:<16}{:<16}{:<16}{:<18}{}\n", "", "recall", "precision", "recall", "precision",
                      "on healthy", "");
  for (const Score& s : scores) {
    const GroupScore& init = s.groups.front();
    text += fmt::format("{:<22}{:<16.3f}{:<16.3f}{:<16.3f}{:<16.3f}{:<18}{:.3f}\n", s.name, init.named.value(),
                        init.precision.value(), s.all_faults.named.value(), s.all_faults.precision.value(),
                        fmt::format("{:.3f}", s.false_positives.value()), s.all_faults.flagged.value());
  }
  return text;
}

std::string to_json(const Score& score, const std::vector<Answer>& answers) {
  nlohmann::json json;
  json["name"] = score.name;
  for (const GroupScore& g : score.groups) json["groups"][std::string(to_string(g.group))] = json_of(g);
  json["groups"]["all"] = json_of(score.all_faults);
  json["false_positives"] = json_of(score.false_positives);
  json["localized"] = json_of(score.localized);
  json["uncertain"] = json_of(score.uncertain);
  for (const ProblemScore& p : score.problems) {
    json["problems"][std::string(observe::to_string(p.problem))] = {{"recall", json_of(p.recall)},
                                                                    {"precision", json_of(p.precision)}};
  }
  for (const Answer& a : answers) {
    json["cases"].push_back({{"id", a.about->id},
                             {"group", to_string(a.about->group)},
                             {"half", to_string(a.about->half)},
                             {"expected", names_of(a.about->expect)},
                             {"got", accusations_of(a)},
                             {"right", a.about->group == Group::healthy ? a.accusations.empty() : is_named(a)},
                             {"seconds", a.seconds}});
  }
  return json.dump(1);
}

}  // namespace fanin::faults
