// A network layer by layer, in the form people know from Keras: output shape, parameters, fans, work, memory.
// Layers that repeat are shown once, so that ten thousand of them fit on a screen.
#pragma once

#include <cstdint>
#include <string>

#include "fanin/net/graph.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::report {

struct NetworkReportOptions {
  std::string title = {};        ///< what the person asked for: "resnet20"
  std::int64_t batch_size = 64;  ///< samples whose activations the memory is told for, >= 1
  bool all = false;              ///< every layer, also those that repeat
};

std::string network_report(const net::Graph& graph, const NetworkReportOptions& options, const Terminal& terminal);

/// Every node, and the totals; bytes are those of 32-bit floats.
std::string network_json(const net::Graph& graph, const NetworkReportOptions& options);

}  // namespace fanin::report
