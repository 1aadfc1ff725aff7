// The data sets of the corpus, each loaded once.
#pragma once

#include <map>
#include <string>

#include "fanin/experiment/data_set.hpp"
#include "fanin/experiment/training/train.hpp"

namespace fanin::faults {

class DataSets final {
 public:
  /// The data of a training.
  /// @throws Error as load_data_set; missing_data where this machine lacks the files.
  const experiment::DataSet& of(const experiment::TrainSettings& settings);

 private:
  std::map<std::string, experiment::DataSet> loaded_;
};

/// Mean loss of the best answer that does not look at the inputs: the entropy of the labels, or the variance of the
/// targets; for binary_cross_entropy the entropy of their mean.
double chance_loss(const experiment::DataSet& data, const std::string& loss);

}  // namespace fanin::faults
