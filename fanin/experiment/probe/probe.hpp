// A probe: what a network does in its first steps on some data, as a trace for observe::diagnose. It starts and trains
// as `train` does with the same settings, to the bit, and measures on the way.
//
//     ProbeSettings settings{.training = {.net = "784-256-10", .data = "fashion-mnist"}};
//     const DataSet data = load_data_set(settings.training.data, settings.training.data_options);
//     const observe::Trace trace = probe(settings, data, {}, {});
//     const observe::Diagnosis diagnosis = observe::diagnose(trace);
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>

#include "fanin/experiment/training/train.hpp"
#include "fanin/observe/trace.hpp"

namespace fanin::experiment {

struct ProbeSettings {
  /// As for `train`; epochs and max_steps matter to the schedule of the learning rate only, and nothing is written.
  TrainSettings training = {};
  std::optional<net::Graph> network = {};  ///< in place of the one that `training.net` names
  /// Optimizer steps; 0 looks at the start alone. None: 100, or fewer for a network whose steps are dear: as many as
  /// take 10^11 operations, at least 10. Never more than the training has.
  std::optional<std::int64_t> steps = {};
  std::int64_t full_every = 0;  ///< steps between two full records; 0: at steps 0, 1, 3, 10, 30, … The last is full too
  std::filesystem::path weights = {};  ///< parameters from this file (.safetensors, .npz) in place of `init`
};

/// What a probe is doing: "measuring the data", "taking steps", …
struct ProbeMoment {
  std::string_view doing;
  std::int64_t step = 0;
  std::int64_t steps = 0;  ///< in all
};
/// Called from the probing thread; may be empty.
using ProbeProgress = std::function<void(const ProbeMoment&)>;

/// Ends after the steps, when the loss is not finite, or when asked to stop; the trace is whole in each case and its
/// `ended` says which. Step 0 also has the singular values of weights up to 512 wide, the noise of the gradients, and
/// the Jacobian from the first hidden layer to the last by random probes.
/// @throws Error as train; and for `weights` unknown_name, bad_shape, unsupported, missing_data, bad_data.
observe::Trace probe(const ProbeSettings& settings, const DataSet& data, const ProbeProgress& progress,
                     const std::stop_token& stop);

/// The number of steps that a probe takes where none is given.
/// @param graph  whose cost counts. @param rows  of a step.
std::int64_t default_probe_steps(const net::Graph& graph, std::int64_t rows);

}  // namespace fanin::experiment
