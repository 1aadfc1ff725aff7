#include "fanin/observe/trace.hpp"

#include <algorithm>
#include <cmath>

namespace fanin::observe {

bool TraceStep::tells_of_units() const noexcept {
  return std::ranges::any_of(nodes, [](const NodeRecord& node) { return !std::isnan(node.dead_units); }) ||
         std::ranges::any_of(parameters, [](const ParameterRecord& record) { return !std::isnan(record.equal_rows); });
}

}  // namespace fanin::observe
