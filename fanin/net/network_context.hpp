// What a description or a preset may leave to the data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "fanin/core/shape.hpp"

namespace fanin::net {

struct NetworkContext {
  Shape input = {};                 ///< of a sample, [channels, height, width] for images; rank 0: unknown
  std::int64_t outputs = 0;         ///< classes, or values to predict; 0: unknown
  std::string activation = "relu";  ///< for layers that name none
  std::int64_t vocabulary = 0;      ///< tokens that can occur; 0: unknown, or the inputs are no tokens
  std::int64_t positions = 1;       ///< answers per sample: above 1, one for each position of a sequence
  std::size_t max_nodes = 500'000;  ///< a description that asks for more is refused
};

}  // namespace fanin::net
