// What the runs of a sweep say: a row for each setting, at the learning rate that the validation part chose, and the
// values of one axis compared in pairs.
//
// A run that diverged or was given up counts with the accuracy of always naming the part's most frequent class, so that
// a setting is not flattered by losing its worst runs. Where answers are never right or wrong there is no such
// number: the setting's mean is then unknown, and the pair is left out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fanin/experiment/statistics.hpp"
#include "fanin/experiment/sweep/bootstrap.hpp"
#include "fanin/experiment/sweep/rank_table.hpp"
#include "fanin/experiment/sweep/sweep.hpp"

namespace fanin::experiment {

/// One setting of all axes but the seed.
struct SweepRow {
  std::vector<SettingValue> values;  ///< without the learning rate where it is selected
  std::string learning_rate = {};    ///< the chosen one; empty where none is selected, or no run is there
  bool rate_at_edge = false;         ///< it is the smallest or largest of those tried
  std::int64_t runs = 0;             ///< at that rate, complete ones
  std::int64_t diverged = 0;
  std::int64_t abandoned = 0;
  std::int64_t failed = 0;
  double validation_mean = 0;  ///< accuracy or loss, whichever judges; NaN without a validation part
  Estimate score;              ///< of the test part: accuracy, or loss where there is none
};

/// The best value against another one, over blocks: equal settings of everything else, and equal seeds.
struct SweepPair {
  std::string value;
  Estimate difference;  ///< better minus other: above 0 where the best is better
  Interval bootstrap =
      {};                ///< of the same mean, without the assumption that differences are normal; NaN below 6 blocks
  double t_p_value = 0;  ///< of all pairs of values, not the best one's alone, by Holm's correction; as the next
  double free_p_value = 0;   ///< by signs, which takes no law for granted; NaN with fewer blocks than it needs
  bool established = false;  ///< every p-value that there is lies below 0.05
};

struct SweepComparison {
  std::string key;                  ///< the axis
  std::vector<std::string> values;  ///< its values
  std::vector<double> mean_score;   ///< by value, over the blocks in which each value has a run
  RankTable ranks;                  ///< over the same blocks
  std::string best = {};            ///< empty where no block is whole
  bool chosen_by_validation = false;
  std::int64_t family = 0;            ///< pairs that the p-values are corrected for: all there are
  std::int64_t free_test_from = 0;    ///< blocks that a test by signs needs to establish anything
  std::vector<SweepPair> pairs = {};  ///< the best against each other value
};

struct SweepSummary {
  std::vector<SweepRow> rows;  ///< in the order of the points
  std::optional<SweepComparison> comparison;
};

SweepSummary summarize(const SweepResult& result);

/// {"version","sweep":{…},"rows":[…],"comparison":{…},"runs":[…]}: members called "seconds" are the only ones that
/// differ between repeats.
std::string to_json(const SweepResult& result, const SweepSummary& summary);

}  // namespace fanin::experiment
