// What a checkpoint remembers of its data, so that a resumed training notices when they have changed.
#pragma once

#include <cstdint>
#include <string>

#include "fanin/experiment/samples.hpp"

namespace fanin::experiment {

struct DataIdentity {
  std::string name;
  std::int64_t train_rows = 0;
  std::int64_t validation_rows = 0;
  std::int64_t test_rows = 0;
  std::int64_t features = 0;
  std::int64_t outputs = 0;
  std::int64_t positions = 1;
  std::int64_t vocabulary = 0;
  std::string checksum;  ///< of all values, labels, targets and the scaling, sixteen hexadecimal digits

  friend bool operator==(const DataIdentity&, const DataIdentity&) = default;
};

/// @cost  one pass over the data at some gigabytes a second.
DataIdentity identity_of(const DataSet& data);

/// What differs, in words: "60,000 training rows became 50,000"; empty when nothing does.
std::string difference(const DataIdentity& before, const DataIdentity& now);

}  // namespace fanin::experiment
