// Which of a training's choices is to blame: changes one at a time (initialization, learning rate, inputs' scale,
// activation, clipping, normalization), repeats a few steps on the same batches from the same seeds, and ranks the
// choices by how much better the loss goes down and by what the diagnosis still finds.
//
//     const Counterfactual why = counterfactual(settings, data, {}, {});
//     if (why.cause) print(why.factors[*why.cause].best.change, why.conclusion);
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "fanin/experiment/probe/probe.hpp"
#include "fanin/observe/diagnosis.hpp"

namespace fanin::experiment {

struct CounterfactualSettings {
  ProbeSettings probe = {};  ///< the training as it is; its seed is the first
  std::int64_t steps = 30;   ///< of each rerun; fewer where `probe.steps` says so
  std::int64_t seeds = 2;    ///< reruns of each change, for the error
};

/// What a training does with one change, or none. Progress is 1 − (loss at the end)/(loss of an answer that knows only
/// how often each occurs), in [−1, 1]: 0 has learned nothing, −1 diverged. The end is the mean over the last fifth.
struct Trial {
  std::string change = {};          ///< "--init he_normal"; empty: as it is
  observe::Quantity progress = {};  ///< mean over seeds, standard error
  observe::Quantity effect = {};    ///< paired difference in progress from the training as it is
  double final_loss = observe::kUnknown;
  observe::Verdict verdict = observe::Verdict::uncertain;  ///< the worst of the seeds'
  std::vector<observe::Problem> problems = {};             ///< warnings and errors, of any seed
  bool helps = false;                                      ///< the effect is established and worth the change
};

struct Factor {
  std::string name = {};           ///< "initialization", "learning rate", …
  std::vector<Trial> trials = {};  ///< the best first; empty where the choice cannot be changed
  std::string not_tried = {};      ///< why, then
  [[nodiscard]] const Trial& best() const { return trials.front(); }
};

struct Counterfactual {
  Trial as_is = {};
  std::vector<Factor> factors = {};       ///< by rank; those that were not tried last
  std::optional<std::size_t> cause = {};  ///< position in `factors`; none: nothing to explain, or cannot tell
  std::string conclusion = {};            ///< a sentence
  std::int64_t steps = 0;
  std::int64_t seeds = 0;
  bool interrupted = false;
};

struct CounterfactualMoment {
  std::string_view change = {};
  std::int64_t done = 0;  ///< reruns
  std::int64_t reruns = 0;
};
/// Called before each rerun; may be empty.
using CounterfactualProgress = std::function<void(const CounterfactualMoment&)>;

/// @param data  of the settings.
/// @throws Error as probe. A change that cannot be made (an initializer that does not fit a layer) is left out.
Counterfactual counterfactual(const CounterfactualSettings& settings, const DataSet& data,
                              const CounterfactualProgress& progress, const std::stop_token& stop);

}  // namespace fanin::experiment
