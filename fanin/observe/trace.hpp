// A trace: what was measured while a network trained, step by step and tensor by tensor, with the network's
// description. Diagnosis reads nothing else, so a training that ran in another framework can be judged like one that
// ran here. docs/trace.md describes the file form, one JSON object a line.
//
//     observe::Trace trace = experiment::probe(settings, data);      // or experiment::read_trace("run.jsonl").trace
//     const observe::Diagnosis diagnosis = observe::diagnose(trace);
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "fanin/core/tensor_statistics.hpp"
#include "fanin/net/graph.hpp"
#include "fanin/net/parameter.hpp"

namespace fanin::observe {

inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// A node of the network: an op of a fanin graph, or a module of another framework, in the order of execution.
struct TraceNode {
  std::string name;                     ///< "layer1.dense", "features.0"
  std::string layer;                    ///< the layer it belongs to, as findings call it: "layer1"
  std::string kind;                     ///< net::Op::kind(); "input" for an input
  std::string attributes;               ///< net::Op::attributes(): "relu" of an activation
  std::vector<std::size_t> inputs;      ///< positions in Trace::nodes; empty for an input, or where nobody knows
  std::vector<std::size_t> parameters;  ///< positions in Trace::parameters
  std::int64_t units = 0;  ///< features or channels that the node's output has, which parameters tell apart
};

struct TraceParameter {
  std::string name;  ///< "layer1.weight"
  net::ParameterRole role = net::ParameterRole::weight;
  std::vector<std::int64_t> shape;
  std::int64_t fan_in = 0;  ///< 0 for one without fans
  std::int64_t fan_out = 0;
  std::int64_t units = 0;  ///< rows that make a unit's weights each; 0 for one without
  double learning_rate_factor = 1;
};

/// How a tensor's finite values spread over equal bins from `low` to `high`; the outermost hold what lies beyond.
struct Histogram {
  double low = 0;
  double high = 0;
  std::vector<std::int64_t> counts = {};  ///< empty: not taken

  [[nodiscard]] bool taken() const noexcept { return !counts.empty(); }
};

/// What a node's output, and the gradient that reaches it, look like over one batch.
struct NodeRecord {
  TensorStatistics output = {};
  TensorStatistics gradient = {};  ///< ∂L/∂output of the mean loss; count 0 where none was measured
  /// Of the node's first input, where the node has weights and it was measured (a recorder that does not see functional
  /// activations sees them here); count 0 otherwise.
  TensorStatistics input = {};
  double correlation = kUnknown;    ///< mean cosine of the outputs of different rows; 1: all rows look alike
  double row_variance = kUnknown;   ///< variance over rows, averaged over elements: what the output says of its input
  double dead_units = kUnknown;     ///< fraction of units that are 0 on every row
  double dormant_units = kUnknown;  ///< fraction of units with mean |output| below 0.025 of the layer's (Sokar 2023)
  double saturated = kUnknown;      ///< of an activation: fraction of |φ'(u)| < 0.025·max|φ'|; gradient cannot pass
  double equal_units = kUnknown;    ///< fraction of units whose outputs equal another unit's on every row, not all 0
  double zero_gradient_units = kUnknown;  ///< fraction of units that no gradient reaches on any row
  Histogram output_histogram = {};        ///< taken at a few steps of a training only
  Histogram gradient_histogram = {};
};

/// A parameter before the step, its gradient, and what the step did to it.
struct ParameterRecord {
  TensorStatistics value = {};
  TensorStatistics gradient = {};     ///< count 0 where none was measured
  double update_norm = kUnknown;      ///< ‖θ after − θ before‖
  double equal_rows = kUnknown;       ///< fraction of units whose weights equal another unit's
  double equal_gradients = kUnknown;  ///< fraction of units whose gradient equals another unit's up to rounding, not 0
  double gradient_noise = kUnknown;  ///< tr Σ / ‖g‖², Σ the covariance of one row's gradient: the noise scale in rows
  double signal_to_noise = kUnknown;  ///< mean over elements of g²/Var g, over parts of the batch (GSNR)
  double stable_rank = kUnknown;      ///< ‖W‖²_F / ‖W‖²₂
  double effective_rank = kUnknown;   ///< exp H(σ/Σσ)
  double largest_singular_value = kUnknown;
  Histogram value_histogram = {};  ///< taken at a few steps of a training only

  [[nodiscard]] double update_ratio() const noexcept { return update_norm / value.norm(); }
};

/// One optimizer step. Steps with full statistics have a record per node and per parameter, the others none; what tells
/// of single units, of rows and of ranks may be unknown in some of the records.
struct TraceStep {
  std::int64_t step = 0;   ///< from 0; the records are of before the step, update_norm of the step itself
  double loss = kUnknown;  ///< mean over the batch
  double accuracy = kUnknown;
  double learning_rate = kUnknown;
  double gradient_norm = kUnknown;  ///< of all gradients together, before clipping
  bool clipped = false;
  std::int64_t non_finite = 0;  ///< values that are not finite, in all tensors seen
  std::vector<NodeRecord> nodes;
  std::vector<ParameterRecord> parameters;

  [[nodiscard]] bool full() const noexcept { return !parameters.empty(); }
  /// Whether its records tell of single units and rows, which cost more and are taken less often.
  [[nodiscard]] bool tells_of_units() const noexcept;
};

/// The first value that was not finite.
struct NonFinite {
  std::int64_t step = 0;
  std::string name;                 ///< node or parameter
  std::string tensor;               ///< "output", "gradient", "value", "loss"
  std::int64_t element = -1;        ///< in the tensor; -1: unknown
  bool nan = false;                 ///< NaN, else infinite
  std::vector<double> growth = {};  ///< largest magnitude of that tensor in the steps before, oldest first
};

/// The whole training data, or the first batch, as far as anybody looked.
struct DataFacts {
  std::int64_t rows = 0;
  double mean = kUnknown;  ///< of all input values
  double std_dev = kUnknown;
  double largest_magnitude = kUnknown;
  double smallest_feature_std_dev = kUnknown;  ///< over features that vary
  double largest_feature_std_dev = kUnknown;
  double largest_feature_mean = kUnknown;  ///< |mean| in units of that feature's standard deviation, largest
  std::int64_t constant_features = 0;
  bool tokens = false;
  std::vector<double> class_shares = {};  ///< by label; empty without labels
  std::vector<double> target_means = {};  ///< by output, for regression
  std::vector<double> target_std_devs = {};
  /// Accuracy minus chance (or 1 − residual variance) of the nearest class mean (or a linear fit) or of the nearest
  /// row's label, whichever is better, and its standard error: whether the labels have to do with the inputs in any way
  /// that is easy to see.
  double label_signal = kUnknown;
  double label_signal_error = kUnknown;
  double linear_signal = kUnknown;  ///< the same of the best linear answer that was tried
  double duplicate_conflicts =
      kUnknown;  ///< fraction of equal input rows with different labels; NaN where few are equal
};

/// Singular values of the Jacobian ∂(last hidden)/∂(first hidden) by random probes, at step 0.
struct JacobianFacts {
  double mean_square = kUnknown;  ///< mean squared singular value: E‖J v‖²/‖v‖²
  double largest = kUnknown;      ///< by power iteration
  double spread = kUnknown;       ///< standard deviation of ‖J v‖² over its mean, over random v
};

/// Weights of a layer that sees images, unit by unit as a picture.
struct FilterPictures {
  std::string parameter;
  std::int64_t units = 0;
  std::int64_t channels = 1;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::vector<float> start = {};  ///< [units, channels, height, width], before the first step
  std::vector<float> end = {};    ///< after the last one
};

struct Trace {
  int version = 1;
  std::string origin = "fanin";          ///< or "pytorch", "keras", …
  std::string origin_version = {};       ///< of the program that measured: "1.13.1"
  std::optional<net::Graph> graph = {};  ///< where the network can be described exactly
  std::vector<TraceNode> nodes = {};
  std::vector<TraceParameter> parameters = {};
  std::string init = {};  ///< "he_normal", where known
  std::string loss = {};  ///< net::to_string(Loss), or the framework's name
  std::int64_t outputs = 0;
  std::string optimizer = {};  ///< "adam", "sgd(momentum=0.9)"
  double learning_rate = kUnknown;
  std::string clipping = {};  ///< "global_norm=1"; empty: none
  std::int64_t batch_rows = 0;
  double loss_factor = 1;  ///< the loss was multiplied by it, for property tests and frameworks that do so
  DataFacts data = {};
  std::optional<JacobianFacts> jacobian = {};
  std::vector<double> output_means = {};  ///< mean output of each class over the batch at step 0, before the softmax
  std::vector<TraceStep> steps = {};
  std::optional<NonFinite> non_finite = {};
  std::optional<FilterPictures> filters = {};  ///< known when the training has ended
  std::string ended = {};                      ///< "finished", "diverged", "interrupted"; empty: still running
};

}  // namespace fanin::observe
