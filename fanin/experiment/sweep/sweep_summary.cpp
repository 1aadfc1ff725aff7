#include "fanin/experiment/sweep/sweep_summary.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "fanin/core/call_expr.hpp"
#include "fanin/experiment/sweep/all_pairs.hpp"

namespace fanin::experiment {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

bool reached_end(const StoredRun& run) {
  return run.status == StoredStatus::finished || run.status == StoredStatus::stopped_early;
}

/// What judges a run, larger or smaller being better by the data; NaN where there is no such number.
class Scores final {
 public:
  explicit Scores(const SweepResult& result) : result_(result) {}

  [[nodiscard]] bool larger_is_better() const noexcept { return result_.has_accuracy; }
  [[nodiscard]] double test(const StoredRun& run) const {
    return score(run, run.test_accuracy, run.test_loss, result_.chance_accuracy);
  }
  /// Nothing of the test rows, not even their most frequent class, may reach what chooses.
  [[nodiscard]] double validation(const StoredRun& run) const {
    if (result_.validation_rows == 0) return kNaN;
    return score(run, run.validation_accuracy, run.validation_loss, result_.validation_chance);
  }
  [[nodiscard]] bool better(double a, double b) const { return larger_is_better() ? a > b : a < b; }

 private:
  [[nodiscard]] double score(const StoredRun& run, double accuracy, double loss, double chance) const {
    if (reached_end(run)) return result_.has_accuracy ? accuracy : loss;
    return run.status == StoredStatus::failed || !result_.has_accuracy ? kNaN : chance;
  }

  const SweepResult& result_;
};

std::vector<SettingValue> without(const std::vector<SettingValue>& values, const std::string& key) {
  std::vector<SettingValue> kept;
  for (const SettingValue& value : values) {
    if (value.key != key) kept.push_back(value);
  }
  return kept;
}

std::string value_of(const std::vector<SettingValue>& values, const std::string& key) {
  for (const SettingValue& value : values) {
    if (value.key == key) return value.value;
  }
  return {};
}

/// Indices of points by what they share, in the order in which each group came first.
class Groups final {
 public:
  void add(const std::string& name, std::size_t index) {
    const auto [found, is_new] = places_.emplace(name, members_.size());
    if (is_new) members_.emplace_back();
    members_[found->second].push_back(index);
  }
  [[nodiscard]] const std::vector<std::vector<std::size_t>>& members() const noexcept { return members_; }

 private:
  std::map<std::string, std::size_t> places_;
  std::vector<std::vector<std::size_t>> members_;
};

class Summarizer final {
 public:
  explicit Summarizer(const SweepResult& result) : result_(result), scores_(result) {}

  SweepSummary run() {
    Groups groups;
    for (std::size_t i = 0; i < result_.points.size(); ++i) {
      groups.add(to_string(setting_of(result_.points[i])), i);
    }
    for (const std::vector<std::size_t>& members : groups.members()) add_row(members);
    if (!result_.plan.compare.empty()) compare();
    return std::move(summary_);
  }

 private:
  [[nodiscard]] std::vector<SettingValue> setting_of(const SweepPoint& point) const {
    return result_.plan.select_learning_rate ? without(point.values, "learning_rate") : point.values;
  }

  /// The members at the learning rate with the best mean validation score: a rate with a run that has none comes last,
  /// and of equals the smaller one is taken.
  std::vector<std::size_t> selected(const std::vector<std::size_t>& members, SweepRow& row) const {
    if (!result_.plan.select_learning_rate) return members;
    std::map<double, std::vector<std::size_t>> by_rate;
    std::map<double, std::string> texts;
    for (const std::size_t i : members) {
      const std::string text = value_of(result_.points[i].values, "learning_rate");
      const double rate = *parse_number(text);
      texts[rate] = text;
      by_rate[rate];
      if (result_.runs[i]) by_rate[rate].push_back(i);
    }
    const std::vector<std::size_t>* best = nullptr;
    double best_score = kNaN;
    bool differ = false;
    for (const auto& [rate, there] : by_rate) {
      std::vector<double> values;
      for (const std::size_t i : there) values.push_back(scores_.validation(*result_.runs[i]));
      const double score = estimate_mean(values).mean;
      if (there.empty()) continue;
      differ = differ || (best != nullptr && score != best_score);
      if (best != nullptr && !(std::isnan(best_score) && !std::isnan(score)) && !scores_.better(score, best_score))
        continue;
      best = &there;
      best_score = score;
      row.learning_rate = texts[rate];
    }
    // Where no rate did better than another, an edge says nothing.
    const double chosen = best == nullptr ? kNaN : *parse_number(row.learning_rate);
    row.rate_at_edge = differ && (chosen == by_rate.begin()->first || chosen == by_rate.rbegin()->first);
    return best == nullptr ? std::vector<std::size_t>{} : *best;
  }

  void add_row(const std::vector<std::size_t>& members) {
    SweepRow row;
    row.values = setting_of(result_.points[members.front()]);
    std::vector<double> tests;
    std::vector<double> validations;
    for (const std::size_t i : selected(members, row)) {
      if (!result_.runs[i]) continue;
      const StoredRun& run = *result_.runs[i];
      ++row.runs;
      row.diverged += run.status == StoredStatus::diverged ? 1 : 0;
      row.abandoned += run.status == StoredStatus::abandoned ? 1 : 0;
      row.failed += run.status == StoredStatus::failed ? 1 : 0;
      validations.push_back(scores_.validation(run));
      tests.push_back(scores_.test(run));
      add_to_block(result_.points[i], tests.back(), validations.back());
    }
    row.validation_mean = estimate_mean(validations).mean;
    row.score = estimate_mean(tests);
    summary_.rows.push_back(std::move(row));
  }

  void add_to_block(const SweepPoint& point, double test, double validation) {
    if (result_.plan.compare.empty()) return;
    const std::string block =
        to_string(without(setting_of(point), result_.plan.compare)) + "; seed=" + std::to_string(point.seed);
    const auto [found, is_new] = block_places_.emplace(block, blocks_.size());
    if (is_new) blocks_.emplace_back();
    blocks_[found->second][value_of(point.values, result_.plan.compare)] = {test, validation};
  }

  void compare() {
    SweepComparison out;
    out.key = result_.plan.compare;
    for (const SweepAxis& axis : result_.plan.axes) {
      if (axis.key == out.key) out.values = axis.values;
    }
    std::vector<std::vector<double>> whole;  // blocks of test scores in which each value has one
    std::vector<std::vector<double>> validations;
    for (const auto& block : blocks_) {
      std::vector<double> tests(out.values.size(), kNaN);
      std::vector<double> checks(out.values.size(), kNaN);
      for (std::size_t v = 0; v < out.values.size(); ++v) {
        const auto found = block.find(out.values[v]);
        if (found == block.end()) continue;
        tests[v] = found->second.first;
        checks[v] = found->second.second;
      }
      if (std::any_of(tests.begin(), tests.end(), [](double value) { return std::isnan(value); })) continue;
      whole.push_back(std::move(tests));
      validations.push_back(std::move(checks));
    }
    out.ranks = rank_table(whole, scores_.larger_is_better());
    for (std::size_t v = 0; v < out.values.size(); ++v) out.mean_score.push_back(column_mean(whole, v));
    if (!whole.empty()) {
      out.chosen_by_validation = result_.validation_rows > 0;
      add_pairs(whole, best_of(out.chosen_by_validation ? validations : whole, out.values.size()), out);
    }
    summary_.comparison = std::move(out);
  }

  static double column_mean(const std::vector<std::vector<double>>& blocks, std::size_t column) {
    std::vector<double> values;
    for (const std::vector<double>& block : blocks) values.push_back(block[column]);
    return estimate_mean(values).mean;
  }

  [[nodiscard]] std::size_t best_of(const std::vector<std::vector<double>>& blocks, std::size_t values) const {
    std::size_t best = 0;
    for (std::size_t v = 1; v < values; ++v) {
      if (scores_.better(column_mean(blocks, v), column_mean(blocks, best))) best = v;
    }
    return best;
  }

  void add_pairs(const std::vector<std::vector<double>>& blocks, std::size_t best, SweepComparison& out) const {
    out.best = out.values[best];
    const std::vector<PairTest> tests = test_all_pairs(blocks);
    out.family = static_cast<std::int64_t>(tests.size());
    out.free_test_from = fewest_blocks(out.values.size());
    for (const PairTest& test : tests) {
      if (test.first != best && test.second != best) continue;
      const std::size_t other = test.first == best ? test.second : test.first;
      std::vector<double> differences;
      for (const std::vector<double>& block : blocks) {
        differences.push_back((scores_.larger_is_better() ? 1 : -1) * (block[best] - block[other]));
      }
      SweepPair pair;
      pair.value = out.values[other];
      pair.difference = estimate_mean(differences);
      pair.bootstrap = bootstrap_mean(differences, out.best + " - " + pair.value);
      pair.t_p_value = test.t_p_value;
      pair.free_p_value = test.free_p_value;
      pair.established = is_established(test);
      out.pairs.push_back(std::move(pair));
    }
  }

  const SweepResult& result_;
  Scores scores_;
  SweepSummary summary_;
  std::map<std::string, std::size_t> block_places_;
  std::vector<std::map<std::string, std::pair<double, double>>> blocks_;  // test and validation, by compared value
};

}  // namespace

SweepSummary summarize(const SweepResult& result) { return Summarizer(result).run(); }

}  // namespace fanin::experiment
