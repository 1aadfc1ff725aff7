#include "fanin/net/ops/rms_norm.hpp"

#include "fanin/engine/ops/row_norm.hpp"
#include "fanin/engine/ops/table.hpp"

namespace fanin::engine {
namespace {

double epsilon_of(const net::Node& node) { return static_cast<const net::RmsNorm&>(*node.op).epsilon(); }

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints&, const KernelBuffers& buffers,
                             std::span<ParameterSlot> slots) {
  return std::make_unique<RowNormKernel>(node, epsilon_of(node), /*centers=*/false, buffers, slots);
}

void reference(const net::Node& node, const ReferenceTensors& t) {
  const auto units = static_cast<std::size_t>(node.shape.extents().back());
  for (std::size_t first = 0; first < t.output.size(); first += units) {
    const std::span<const double> x = t.inputs[0].subspan(first, units);
    double square = 0;
    for (const double value : x) square += value * value / static_cast<double>(units);
    for (std::size_t i = 0; i < units; ++i) {
      const double scale = t.parameters.empty() ? 1 : t.parameters[0][i];
      t.output[first + i] = x[i] / std::sqrt(square + epsilon_of(node)) * scale;
    }
  }
}

}  // namespace

const OpEntry kRmsNormEntry{"rms_norm", RowNormKernel::traits, make, reference};

}  // namespace fanin::engine
