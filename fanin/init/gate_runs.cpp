#include "fanin/init/gate_runs.hpp"

#include <algorithm>

#include "fanin/core/error.hpp"

namespace fanin::init {

GateAxis gate_axis(const net::ParameterSpec& tensor) {
  GateAxis found;
  int axes = 0;
  std::int64_t stride = 1;
  for (auto dimension = tensor.dimensions.rbegin(); dimension != tensor.dimensions.rend(); ++dimension) {
    for (auto factor = dimension->rbegin(); factor != dimension->rend(); ++factor) {
      if (factor->axis == net::Axis::gate) {
        found = {factor->extent, stride};
        ++axes;
      }
      stride *= factor->extent;
    }
  }
  if (axes == 1) return found;
  throw Error(ErrorCode::bad_shape, tensor.name,
              axes == 0
                  ? "it packs no gates; this rule is for tensors packed along a gate axis, such as those of an LSTM"
                  : "it has more than one gate axis");
}

MemoryGates memory_gates(const net::ParameterSpec& tensor) {
  const std::int64_t gates = gate_axis(tensor).extent;
  if (gates == 4) return {.forget = 1, .input = 0};
  if (gates == 3) return {.forget = 1, .input = -1};
  throw Error(ErrorCode::bad_shape, tensor.name,
              "it packs " + std::to_string(gates) + " gates; an LSTM packs 4 and a GRU 3");
}

void for_gate_runs(
    const net::ParameterSpec& tensor, const Initializer::Fill& request, std::span<std::byte> out,
    const std::function<void(std::int64_t gate, const Initializer::Fill& part, std::span<std::byte> run)>& visit) {
  const GateAxis axis = gate_axis(tensor);
  const std::size_t width = size_of(request.dtype);
  const auto stride = static_cast<std::uint64_t>(axis.stride);
  for (std::size_t done = 0; done * width < out.size();) {
    Initializer::Fill part = request;
    part.first = request.first + done;
    const std::uint64_t to_boundary = stride - part.first % stride;
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(to_boundary, out.size() / width - done));
    visit(static_cast<std::int64_t>(part.first / stride) % axis.extent, part, out.subspan(done * width, count * width));
    done += count;
  }
}

}  // namespace fanin::init
