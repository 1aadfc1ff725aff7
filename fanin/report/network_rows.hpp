// Private to this room: the rows of a network's table. A row is a layer: the nodes of one scope that follow
// each other.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fanin/net/graph.hpp"

namespace fanin::report {

struct LayerRow {
  std::string name;  ///< the layer's
  std::string what;  ///< "conv(channels=6, kernel=5x5) + relu", and what it reads when that is not the row before
  std::string shape = {};
  std::int64_t parameters = 0;
  std::vector<net::Fans> fans = {};  ///< of the weights, in order
  double flops = 0;                  ///< forward, per sample
  double values = 0;                 ///< that its nodes put out, per sample
};

/// `count` rows that repeat `times` times, shown once; a row that repeats nothing has times = 1.
struct RowRun {
  std::size_t begin = 0;
  std::size_t count = 1;
  std::size_t times = 1;
};

std::vector<LayerRow> layer_rows(const net::Graph& graph);
/// Finds repetitions of up to 32 rows that occur three times or more: equal but for names.
std::vector<RowRun> row_runs(const std::vector<LayerRow>& rows);

}  // namespace fanin::report
