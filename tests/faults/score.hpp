// How right a rule set is about the corpus.
#pragma once

#include <string>
#include <vector>

#include "tests/faults/corpus.hpp"

namespace fanin::faults {

/// One problem that a rule set names. A rule of another tool may stand for several of ours: it is right if any is.
struct Accusation {
  std::vector<observe::Problem> problems;  ///< at least one; the first says which group is accused
  std::string layer;
};

struct Answer {
  const Case* about = nullptr;
  std::vector<Accusation> accusations;  ///< the first is what the rule set takes for the cause; empty: healthy
  bool uncertain = false;
  double seconds = 0;
};

Answer answer_of(const Case& c, const observe::Diagnosis& diagnosis);

/// `right` of `all`, with a 95 % Wilson score interval. @source Wilson 1927, equation 4
struct Rate {
  int right = 0;
  int all = 0;

  [[nodiscard]] double value() const noexcept;
  [[nodiscard]] double low() const noexcept;
  [[nodiscard]] double high() const noexcept;
};

struct GroupScore {
  Group group = Group::healthy;
  Rate named;      ///< of its cases: one of the accusations is expected
  Rate first;      ///< the first one is
  Rate flagged;    ///< there is one at all
  Rate precision;  ///< of the cases accused of this group: those that are rightly accused of it
};

struct ProblemScore {
  observe::Problem problem = observe::Problem::non_finite;
  Rate recall;     ///< of the cases that have it as their first expected name: one of the expected is named
  Rate precision;  ///< of the cases of which it is said: it is expected there, or tolerated
};

struct Score {
  std::string name;
  std::vector<GroupScore> groups;  ///< all but healthy
  GroupScore all_faults;
  std::vector<ProblemScore> problems;
  Rate false_positives;  ///< of the healthy cases
  Rate localized;        ///< of the rightly accused cases whose fault has a layer: it is named
  Rate uncertain;        ///< of all cases
  double seconds = 0;
};

Score score_of(const std::string& name, const std::vector<Answer>& answers);

/// Whether one of the accusations names the cause.
bool is_named(const Answer& answer);
/// Text tables, and a line for each case that was missed or wrongly accused.
std::string table_of(const Score& score);
std::string misses_of(const std::vector<Answer>& answers);
/// Several rule sets side by side.
std::string comparison_of(const std::vector<Score>& scores);
std::string to_json(const Score& score, const std::vector<Answer>& answers);

}  // namespace fanin::faults
