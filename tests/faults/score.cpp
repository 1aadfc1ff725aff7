#include "tests/faults/score.hpp"

#include <algorithm>
#include <cmath>

namespace fanin::faults {
namespace {

using observe::Problem;

constexpr double kZ = 1.959963984540054;  // 97.5 % of a standard normal law lies below

bool contains(const std::vector<Problem>& problems, Problem problem) {
  return std::find(problems.begin(), problems.end(), problem) != problems.end();
}

bool is_right(const Accusation& accusation, const Case& c) {
  return std::any_of(accusation.problems.begin(), accusation.problems.end(),
                     [&](Problem problem) { return contains(c.expect, problem); });
}

Group group_of(Problem problem) {
  if (observe::is_initialization(problem)) return Group::initialization;
  if (problem == Problem::unscaled_input || problem == Problem::label_problem) return Group::data;
  return problem == Problem::missing_nonlinearity ? Group::architecture : Group::training;
}

// A right accusation is one of the case's own group: what lies in a training may show in its activations.
Group accused_group(const Answer& answer) {
  return is_named(answer) ? answer.about->group : group_of(answer.accusations.front().problems.front());
}

void count(Rate& rate, bool right) {
  ++rate.all;
  if (right) ++rate.right;
}

GroupScore group_score(Group group, const std::vector<Answer>& answers, bool all) {
  GroupScore score;
  score.group = group;
  for (const Answer& a : answers) {
    const bool accused = !a.accusations.empty();
    if (all ? a.about->group != Group::healthy : a.about->group == group) {
      count(score.named, is_named(a));
      count(score.first, accused && is_right(a.accusations.front(), *a.about));
      count(score.flagged, accused);
    }
    if (accused && (all || accused_group(a) == group)) count(score.precision, is_named(a));
  }
  return score;
}

ProblemScore problem_score(Problem problem, const std::vector<Answer>& answers) {
  ProblemScore score;
  score.problem = problem;
  for (const Answer& a : answers) {
    const Case& c = *a.about;
    if (!c.expect.empty() && c.expect.front() == problem) count(score.recall, is_named(a));
    const bool said = std::any_of(a.accusations.begin(), a.accusations.end(),
                                  [&](const Accusation& accusation) { return contains(accusation.problems, problem); });
    if (said) count(score.precision, contains(c.expect, problem) || contains(c.also, problem));
  }
  return score;
}

}  // namespace

double Rate::value() const noexcept { return all == 0 ? 0 : static_cast<double>(right) / all; }

double Rate::low() const noexcept {
  if (all == 0) return 0;
  const double n = all;
  const double centre = value() + kZ * kZ / (2 * n);
  const double half_width = kZ * std::sqrt(value() * (1 - value()) / n + kZ * kZ / (4 * n * n));
  return std::max(0.0, (centre - half_width) / (1 + kZ * kZ / n));
}

double Rate::high() const noexcept {
  if (all == 0) return 1;
  const Rate others{all - right, all};
  return 1 - others.low();
}

bool is_named(const Answer& answer) {
  return std::any_of(answer.accusations.begin(), answer.accusations.end(),
                     [&](const Accusation& accusation) { return is_right(accusation, *answer.about); });
}

Answer answer_of(const Case& c, const observe::Diagnosis& diagnosis) {
  Answer answer;
  answer.about = &c;
  answer.uncertain = diagnosis.verdict == observe::Verdict::uncertain;
  for (const observe::Finding& finding : diagnosis.findings) {
    if (finding.severity == observe::Severity::note) continue;
    answer.accusations.push_back({{finding.problem}, finding.layer});
  }
  return answer;
}

Score score_of(const std::string& name, const std::vector<Answer>& answers) {
  Score score;
  score.name = name;
  for (const Group group : kGroups) {
    if (group != Group::healthy) score.groups.push_back(group_score(group, answers, false));
  }
  score.all_faults = group_score(Group::healthy, answers, true);
  for (const Problem problem : observe::all_problems()) score.problems.push_back(problem_score(problem, answers));
  for (const Answer& a : answers) {
    if (a.about->group == Group::healthy) count(score.false_positives, !a.accusations.empty());
    count(score.uncertain, a.uncertain);
    score.seconds += a.seconds;
    if (a.about->layer.empty() || !is_named(a)) continue;
    count(score.localized, std::any_of(a.accusations.begin(), a.accusations.end(), [&](const Accusation& accusation) {
            return is_right(accusation, *a.about) && accusation.layer == a.about->layer;
          }));
  }
  return score;
}

}  // namespace fanin::faults
