// What the rules of diagnosis read: a trace, its layers, and what was worked out once for all rules.
#pragma once

#include <vector>

#include "fanin/observe/diagnose/network_view.hpp"
#include "fanin/observe/diagnosis.hpp"

namespace fanin::observe {

/// How a layer's weights are scaled, beside what keeps sizes.
struct LayerScale {
  std::size_t parameter = kNone;
  double measured = kUnknown;  ///< fan_in·E W²
  double relative_error = 0;   ///< of `measured` over the draw: √((κ − 1)/n), κ the kurtosis of the weights
  double smallest = kUnknown;  ///< that keeps the forward or the backward signal, or is known to serve
  double largest = kUnknown;
  double deviation = 0;  ///< ln(measured / nearer end); 0 between them
  bool matters = true;   ///< false where normalization, a gate or a packed cell takes its place
};

/// How a loss went.
struct LossCourse {
  std::int64_t steps = 0;    ///< losses that were recorded
  double start = kUnknown;   ///< of the first batch
  double chance = kUnknown;  ///< of the best constant answer
  double early = kUnknown;   ///< mean over the first tenth
  double late = kUnknown;    ///< mean over the last tenth
  double noise = kUnknown;   ///< standard deviation from one batch to the next, about the trend
  double gain = kUnknown;    ///< (min(early, chance) − late) / chance: what was learned, as a fraction
  double gain_error = kUnknown;
  double best = kUnknown;   ///< lowest mean over a tenth of the steps
  double worst = kUnknown;  ///< highest loss after the first step
  bool finite = true;

  [[nodiscard]] bool learns() const noexcept { return gain > 4 * gain_error && gain > 0.02; }
};

struct Evidence {
  const Trace& trace;
  NetworkView view;
  const TraceStep* first = nullptr;  ///< the first full step; null: none
  const TraceStep* last = nullptr;   ///< the last full step that tells of units, if any does; may be the first
  std::vector<LayerScale> scales;    ///< of view.layers
  std::vector<LayerScale> others;    ///< of recurrent weights, embeddings and further weights of packed cells
  std::vector<double> outputs;       ///< ln E x² of each layer's output at the first step
  std::vector<double> before;        ///< ln E u² of what its activation takes
  /// ln ‖∂L/∂u‖² there, corrected for averages, so that it is level where sizes are kept.
  std::vector<double> gradients;
  LossCourse loss;
  bool adaptive = false;  ///< the optimizer divides a gradient by its size
};

/// @throws Error bad_data for a trace that contradicts itself.
Evidence evidence_of(const Trace& trace);

/// A rule: what it finds is added.
using Rule = void (*)(const Evidence& evidence, std::vector<Finding>& findings);

void find_non_finite(const Evidence& evidence, std::vector<Finding>& findings);
void find_symmetry(const Evidence& evidence, std::vector<Finding>& findings);
void find_bad_scales(const Evidence& evidence, std::vector<Finding>& findings);
void find_one_sided_weights(const Evidence& evidence, std::vector<Finding>& findings);
void find_bad_biases(const Evidence& evidence, std::vector<Finding>& findings);
void find_dead_units(const Evidence& evidence, std::vector<Finding>& findings);
void find_saturation(const Evidence& evidence, std::vector<Finding>& findings);
void find_collapse(const Evidence& evidence, std::vector<Finding>& findings);
void find_bad_signals(const Evidence& evidence, std::vector<Finding>& findings);
void find_missing_nonlinearity(const Evidence& evidence, std::vector<Finding>& findings);
void find_unscaled_input(const Evidence& evidence, std::vector<Finding>& findings);
void find_label_problem(const Evidence& evidence, std::vector<Finding>& findings);
void find_bad_loss(const Evidence& evidence, std::vector<Finding>& findings);
void find_bad_updates(const Evidence& evidence, std::vector<Finding>& findings);

/// Two or three significant digits, as people write numbers: "0.16", "256", "3.1e-04".
std::string short_number(double value);

}  // namespace fanin::observe
