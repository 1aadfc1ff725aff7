// Tensors packed along a gate axis, walked in runs of elements of one gate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "fanin/init/initializer.hpp"

namespace fanin::init {

struct GateAxis {
  std::int64_t extent = 1;
  std::int64_t stride = 1;  ///< elements between a gate and the next
};
/// @throws Error bad_shape when the tensor has no gate axis, or more than one.
GateAxis gate_axis(const net::ParameterSpec& tensor);

/// Which gates keep and admit memory.
struct MemoryGates {
  std::int64_t forget = 1;
  std::int64_t input = 0;  ///< -1: none of its own (GRU)
};
/// Four gates are an LSTM's, three a GRU's. @throws Error bad_shape otherwise.
MemoryGates memory_gates(const net::ParameterSpec& tensor);

/// Splits a request into runs of one gate each: visit(gate, request of the run, its part of `out`).
void for_gate_runs(
    const net::ParameterSpec& tensor, const Initializer::Fill& request, std::span<std::byte> out,
    const std::function<void(std::int64_t gate, const Initializer::Fill& part, std::span<std::byte> run)>& visit);

}  // namespace fanin::init
