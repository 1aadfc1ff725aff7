// Diagnosis: from a trace to findings, each with its number, its expectation and where that comes from, its cause in
// plain words, a remedy, and what would show that it is wrong. A pure function of the trace.
//
//     const observe::Diagnosis d = observe::diagnose(trace);
//     if (d.verdict == observe::Verdict::unhealthy) explain(d.findings.front().problem);
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/observe/trace.hpp"

namespace fanin::observe {

/// Every problem that fanin names. The ids (to_string) are part of the command line and of the JSON.
enum class Problem {
  vanishing_gradient,
  exploding_gradient,
  vanishing_activation,
  exploding_activation,
  saturated_activation,
  dead_relu,
  symmetric_units,
  correlation_collapse,
  poor_init_scale,
  wrong_fan_mode,
  gain_mismatch,
  bias_init,
  untrained_layer,
  non_finite,
  diverging_loss,
  oscillating_loss,
  stagnant_loss,
  update_too_small,
  update_too_large,
  weight_growth,
  unscaled_input,
  label_problem,
  missing_nonlinearity,
  learning_rate,
};
std::string_view to_string(Problem problem) noexcept;
/// @throws Error unknown_name with the nearest ids.
Problem parse_problem(std::string_view id);
std::span<const Problem> all_problems() noexcept;
/// Whether it lies in how the parameters start.
bool is_initialization(Problem problem) noexcept;

enum class Severity { note, warning, error };  ///< only warnings and errors make a network unhealthy
std::string_view to_string(Severity severity) noexcept;

/// A measured or expected number, with its standard error where it has one.
struct Quantity {
  double value = kUnknown;
  double error = 0;
};

struct Finding {
  Problem problem = Problem::non_finite;
  std::string layer = {};                     ///< the first one, or the worst; empty: the whole network
  std::vector<std::string> more_layers = {};  ///< others of which the same is to be said
  Severity severity = Severity::warning;
  std::string quantity = {};  ///< what was measured: "fan_in·Var W", "slope of log ‖∂L/∂h‖ per layer"
  Quantity measured = {};
  Quantity expected = {};
  std::string source = {};  ///< of the expectation: "He et al. 2015, eq. 10; theory::gain"
  std::string cause = {};   ///< plain words
  std::string remedy = {};  ///< what to change, as an option of the command line where there is one
  std::string falsified_by = {};
  bool at_start = true;  ///< it was there before the first step; false: steps brought it about
};

/// One line of the layer table.
struct LayerRow {
  std::string name = {};
  std::string kind = {};             ///< "dense 256, relu"
  double activation = kUnknown;      ///< root mean square of the layer's output at the first step
  double gradient = kUnknown;        ///< root mean square of ∂L/∂(output) there, times the rows: per sample
  double weight_scale = kUnknown;    ///< fan_in·Var W
  double expected_scale = kUnknown;  ///< the same where sizes are kept
  double correlation = kUnknown;
  double saturated = kUnknown;
  double dead = kUnknown;
  double update_ratio = kUnknown;  ///< of the last full step
  std::vector<Problem> problems = {};
  std::size_t output_node = 0;    ///< whose output `activation` is: a position in Trace::nodes
  std::size_t gradient_node = 0;  ///< whose ∂L/∂output `gradient` is
  std::size_t weight = 0;         ///< a position in Trace::parameters
};

enum class Verdict { healthy, unhealthy, uncertain };
std::string_view to_string(Verdict verdict) noexcept;

struct Diagnosis {
  Verdict verdict = Verdict::uncertain;
  std::string reason = {};             ///< one sentence; for uncertain, what is missing
  std::vector<Finding> findings = {};  ///< causes before symptoms, then by severity
  std::vector<LayerRow> layers = {};
  double loss_at_start = kUnknown;
  Quantity chance_loss = {};           ///< ln K and its kin
  double activation_slope = kUnknown;  ///< of log E x² against depth, per layer
  double gradient_slope = kUnknown;    ///< of log E (∂L/∂x)² against depth, per layer, from input to output
};

/// @throws Error bad_data for a trace that contradicts itself (record counts, positions out of range).
Diagnosis diagnose(const Trace& trace);

/// A page about a problem: what it is, the formula, how it shows, what to do, a demonstration and the papers.
struct ProblemPage {
  Problem problem;
  std::string_view title;
  std::string_view meaning;  ///< plain words
  std::string_view formula;
  std::string_view remedy;
  std::string_view command;  ///< a demonstration that ends in seconds
  std::string_view source;
};
const ProblemPage& page_of(Problem problem) noexcept;

}  // namespace fanin::observe
