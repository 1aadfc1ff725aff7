#include "fanin/observe/thin.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace fanin::observe {
namespace {

bool has_histograms(const TraceStep& step) noexcept {
  return std::ranges::any_of(step.nodes, [](const NodeRecord& node) { return node.output_histogram.taken(); });
}

// At most `most` of the positions, the first and the last among them, evenly.
std::vector<std::size_t> evenly(const std::vector<std::size_t>& positions, std::size_t most) {
  most = std::max<std::size_t>(most, 2);
  if (positions.size() <= most) return positions;
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < most; ++i) kept.push_back(positions[i * (positions.size() - 1) / (most - 1)]);
  return kept;
}

}  // namespace

Trace thinned(Trace trace, const ThinOptions& options) {
  std::vector<std::size_t> dear;    // full steps with histograms
  std::vector<std::size_t> plain;   // full steps without
  std::vector<std::size_t> others;  // no record
  std::size_t last_full = 0;
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    if (trace.steps[i].full()) last_full = i;
  }
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    if (!trace.steps[i].full()) {
      others.push_back(i);
    } else if (i == last_full || has_histograms(trace.steps[i])) {
      dear.push_back(i);
    } else {
      plain.push_back(i);
    }
  }
  std::vector<bool> keeps_record(trace.steps.size(), false);
  dear = evenly(dear, options.records);
  for (const std::size_t i : dear) keeps_record[i] = true;
  if (dear.size() + 2 <= options.records) {
    for (const std::size_t i : evenly(plain, options.records - dear.size())) keeps_record[i] = true;
  }
  for (const std::size_t i : plain) {
    if (!keeps_record[i]) others.push_back(i);
  }
  std::ranges::sort(others);
  const std::size_t records = static_cast<std::size_t>(std::ranges::count(keeps_record, true));
  std::vector<bool> keeps(keeps_record);
  for (const std::size_t i : evenly(others, options.steps - std::min(options.steps, records))) keeps[i] = true;
  if (!trace.steps.empty()) keeps.front() = keeps.back() = true;

  std::vector<TraceStep> steps;
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    if (!keeps[i]) continue;
    if (!keeps_record[i]) {
      trace.steps[i].nodes = {};
      trace.steps[i].parameters = {};
    }
    steps.push_back(std::move(trace.steps[i]));
  }
  trace.steps = std::move(steps);
  return trace;
}

}  // namespace fanin::observe
