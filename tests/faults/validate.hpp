// Whether a label of the corpus is true: a fault must do harm where its twin learns, a healthy case must learn.
#pragma once

#include <string>

#include "tests/faults/corpus.hpp"
#include "tests/faults/data_sets.hpp"

namespace fanin::faults {

/// How a training went. Skill is 1 − loss / chance loss, at least −1: 0 for one that has learned nothing.
struct Course {
  std::string status;
  double skill = -1;       ///< of the training loss in the last epoch
  double mean_skill = -1;  ///< over all steps
  double accuracy = 0;     ///< of the last test, NaN for a regression
};

struct Validation {
  std::string id;
  bool holds = false;  ///< the label is true
  std::string why;     ///< "learns", "harm", "no harm", "does not learn", "the twin does not learn"
  double chance_loss = 0;
  Course course;
  Course twin = {};  ///< status empty for a healthy case
};

Validation validate(const Case& c, DataSets& data);

std::string validation_header();
std::string to_csv(const Validation& validation);

}  // namespace fanin::faults
