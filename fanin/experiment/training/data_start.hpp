// Where a training's parameters start from, also for the schemes that look at a batch first.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "fanin/experiment/data_set.hpp"
#include "fanin/experiment/training/setup.hpp"
#include "fanin/init/network_scheme.hpp"
#include "fanin/net/graph.hpp"

namespace fanin::experiment {

/// Rows that a scheme which needs data looks at, at least, where there are as many.
inline constexpr std::int64_t kStartRows = 256;

struct DataStartSettings {
  std::uint64_t seed = 1;
  net::Loss loss = net::Loss::softmax_cross_entropy;
  double label_smoothing = 0;
  std::int64_t batch_size = 64;  ///< rows of a step
};

/// Draws every parameter and, where the plan has a fit, lets it finish them on the first rows that the training will
/// see: those of the first batch of its first epoch, or the first kStartRows where a batch is smaller. The values
/// depend on settings, network and data alone. The calling thread must have called use_one_thread().
/// @param sink  called once per parameter, in the order of the plan.
/// @throws Error naming --init when the data cannot set a layer's scale.
init::FitReport start_parameters(const net::Graph& graph, const init::NetworkPlan& plan,
                                 const DataStartSettings& settings, const DataSet& data,
                                 const std::function<void(const net::ParameterSpec&, std::span<const float>)>& sink);

/// The same for a training. @param setup  its settings are resolved.
init::FitReport start_parameters(const TrainSetup& setup, const DataSet& data,
                                 const std::function<void(const net::ParameterSpec&, std::span<const float>)>& sink);

}  // namespace fanin::experiment
