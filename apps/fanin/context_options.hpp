// The options that say what a network leaves open: the shape of its inputs, how many answers and tokens there are.
#pragma once

#include <cstdint>
#include <string>

#include "apps/fanin/options.hpp"
#include "fanin/core/shape.hpp"
#include "fanin/experiment/data_set.hpp"
#include "fanin/net/network_context.hpp"

namespace fanin::cli {

struct ContextOptions {
  std::string data = {};  ///< data set whose shape, outputs and vocabulary are meant; empty: none
  experiment::DataOptions data_options = {};
  Shape input = {};  ///< overrides that of the data
  std::int64_t outputs = 0;
  std::int64_t vocabulary = 0;
  std::string activation = "relu";

  /// --data, --target, --task, --input, --outputs, --vocabulary and --activation. The object must outlive the reader.
  void declare(OptionReader& reader);
  /// Whether any of them says something about shapes.
  [[nodiscard]] bool given() const noexcept {
    return !data.empty() || input.rank() > 0 || outputs != 0 || vocabulary != 0;
  }
  /// @throws Error naming the option; those of load_data_set.
  [[nodiscard]] net::NetworkContext context() const;
};

}  // namespace fanin::cli
