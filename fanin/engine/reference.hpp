// The slow, readable engine: a network's outputs and loss in double precision, op by op from each
// op's definition. Every kernel is checked against it, and every gradient against its differences.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "fanin/net/graph.hpp"
#include "fanin/net/loss.hpp"

namespace fanin::engine {

/// Parameters, and statistics where they are not the initial ones, by name, in the layout of their ParameterSpec.
using ReferenceParameters = std::map<std::string, std::vector<double>>;

/// One batch: inputs [rows, features], and labels [rows] or targets [rows, outputs].
struct ReferenceBatch {
  std::int64_t rows = 0;
  std::vector<double> inputs;
  std::vector<std::int32_t> labels = {};
  std::vector<float> targets = {};
  bool training = true;  ///< statistics of the batch, dropout
  double label_smoothing = 0;
  std::uint64_t seed = 0;  ///< dropout's
  std::uint64_t pass = 0;
};

/// The values of every node, [rows, features], in the order of the nodes.
std::vector<std::vector<double>> reference_forward(const net::Graph& graph, const ReferenceParameters& parameters,
                                                   const ReferenceBatch& batch);

/// The mean loss over the batch.
double reference_loss(const net::Graph& graph, net::Loss loss, const ReferenceParameters& parameters,
                      const ReferenceBatch& batch);

/// ∂loss/∂parameter by central differences with step `h`. Cost: two forward passes per value.
std::vector<double> reference_gradient(const net::Graph& graph, net::Loss loss, ReferenceParameters parameters,
                                       const ReferenceBatch& batch, const std::string& name, double h = 1e-6);

}  // namespace fanin::engine
