// What a first layer that sees images looks at: its weights as pictures, before and after a training.
//
//     const FirstFilters filters(graph, data, plan);      // before the first step
//     trace.filters = filters.taken(plan);                // after the last
#pragma once

#include <cstdint>
#include <optional>

#include "fanin/engine/plan.hpp"
#include "fanin/experiment/samples.hpp"
#include "fanin/net/graph.hpp"
#include "fanin/observe/trace.hpp"

namespace fanin::experiment {

class FirstFilters final {
 public:
  static constexpr std::int64_t kMostUnits = 24;  ///< the first ones

  /// Keeps the weights as they are now; nothing for data that are no images of one or three colours, and for a first
  /// layer that is neither dense nor a convolution of 3×3 or more.
  FirstFilters(const net::Graph& graph, const DataSet& data, const engine::Plan& plan);

  /// With the weights as they are now beside those at the start.
  [[nodiscard]] std::optional<observe::FilterPictures> taken(const engine::Plan& plan) const;

 private:
  std::optional<observe::FilterPictures> start_;
};

}  // namespace fanin::experiment
