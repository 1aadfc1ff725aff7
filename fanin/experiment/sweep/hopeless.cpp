#include "fanin/experiment/sweep/hopeless.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace fanin::experiment {

double chance_level(const DataSet& data, const Samples& part) {
  if (!net::takes_labels(data.loss) || part.labels.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::vector<std::int64_t> rows(static_cast<std::size_t>(data.outputs));
  for (const std::int32_t label : part.labels) ++rows[static_cast<std::size_t>(label)];
  return static_cast<double>(*std::max_element(rows.begin(), rows.end())) / static_cast<double>(part.labels.size());
}

bool HopelessRule::gives_up(const TrainMoment& moment) noexcept {
  if (!(share_ > 0 && share_ < 1) || std::isnan(chance_) || std::isnan(moment.accuracy)) return false;
  if (moment.epoch != epoch_) {
    past_correct_ += correct_;
    past_rows_ += rows_;
    epoch_ = moment.epoch;
  }
  rows_ = moment.rows - past_rows_;
  correct_ = moment.accuracy * static_cast<double>(rows_);
  const auto judged = static_cast<std::int64_t>(std::ceil(share_ * static_cast<double>(moment.total_steps)));
  if (judged >= moment.total_steps || moment.step > judged) return false;
  if (moment.step == judged / 2) {
    begin_correct_ = past_correct_ + correct_;
    begin_rows_ = past_rows_ + rows_;
  }
  if (moment.step != judged) return false;
  step_ = moment.step;
  window_rows_ = past_rows_ + rows_ - begin_rows_;
  if (window_rows_ < kFewestHopelessRows) return false;
  const auto n = static_cast<double>(window_rows_);
  accuracy_ = (past_correct_ + correct_ - begin_correct_) / n;
  return accuracy_ <= chance_ + 3 * std::sqrt(chance_ * (1 - chance_) / n);
}

}  // namespace fanin::experiment
