// Judging a file of weights alone: which known initialization each tensor could come from, and what
// looks wrong whatever it came from.
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "fanin/experiment/weights/weight_file.hpp"
#include "fanin/experiment/weights/write.hpp"
#include "fanin/init/audit.hpp"

namespace fanin::experiment {

struct AuditedTensor {
  std::string name;
  std::string dtype;  ///< as the file names it
  Shape shape;
  std::string role;     ///< as its name suggests; "unknown" where nothing does
  bool judged = false;  ///< false: no float type, so only its shape is known
  init::Statistics statistics;
  std::vector<init::Compatible> compatible;  ///< nearest first
};

struct WeightAudit {
  std::string file;
  std::vector<AuditedTensor> tensors;
  std::vector<init::AuditFinding> findings;  ///< empty: nothing looks wrong
  bool interrupted = false;
};

/// Reads every tensor once, in pieces.
/// @param roles  "PATTERN=ROLE": see naming.hpp.
/// @throws Error missing_data, bad_data, io_failure, bad_value (another kind of file).
WeightAudit audit_weights(const std::filesystem::path& path, const std::vector<std::string>& roles = {},
                          WriteProgress* progress = nullptr, std::stop_token stop = {});

/// JSON, keys in a fixed order.
std::string audit_json(const WeightAudit& audit);

}  // namespace fanin::experiment
