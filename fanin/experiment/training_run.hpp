// One run of a comparison: one initialization, one seed, trained to the end, to its divergence or to a
// stop.
#pragma once

#include <functional>
#include <string>

#include "fanin/engine/optimizer.hpp"
#include "fanin/experiment/compare.hpp"
#include "fanin/init/network_scheme.hpp"
#include "fanin/net/graph.hpp"
#include "fanin/observe/trace.hpp"

namespace fanin::experiment {

/// Where the runs of one initialization start: what it gives each parameter, and the network with the
/// multipliers it asks for.
struct NetworkStart {
  net::Graph graph;
  init::NetworkPlan plan;
};
NetworkStart start_of(const std::string& init, const net::Graph& graph);

/// What all runs of a comparison share. Nobody writes to it while they run.
struct RunContext {
  const CompareSettings& settings;  ///< resolved
  const DataSet& data;
  engine::Optimizer optimizer;
  double input_zero_fraction = 0;
  observe::DataFacts data_facts = {};  ///< where runs are watched
};

/// How a run talks to the outside while it trains.
struct RunHooks {
  std::function<bool()> stop_requested;  ///< asked before every step and every batch of an evaluation
  std::function<void(const EpochRecord&)> epoch_finished;
};

/// Optimizer steps of a run that ends neither early nor badly.
std::int64_t steps_per_run(const CompareSettings& settings, const DataSet& data);

/// Trains in the calling thread, which must have called use_one_thread(). The order of the rows in
/// epoch e is a function of the seed and e alone, so runs of one seed are paired.
/// @param run       its init and seed are read, everything else is written.
/// @param progress  updated after every step.
void train(const RunContext& context, const NetworkStart& start, const RunHooks& hooks, RunResult& run,
           RunProgress& progress);

}  // namespace fanin::experiment
