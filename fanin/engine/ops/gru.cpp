#include "fanin/net/ops/gru.hpp"

#include <cmath>

#include "fanin/engine/ops/recurrent.hpp"
#include "fanin/engine/ops/table.hpp"

namespace fanin::engine {
namespace {

constexpr CellTraits kTraits{.gates = 3, .separate_hidden = true};

const net::RecurrentOptions& options_of(const net::Node& node) {
  return static_cast<const net::Gru&>(*node.op).options();
}

class GruCell final : public RecurrentCell {
 public:
  void forward(const RecurrentStep& step) const noexcept override { gru_forward(step); }
  void backward(const RecurrentStep& step) const noexcept override { gru_backward(step); }
};

OpTraits traits(const net::Node& node, const CompileHints& hints) {
  return recurrent_traits(node, options_of(node), hints, kTraits);
}

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers,
                             std::span<ParameterSlot> slots) {
  return make_recurrent(node, options_of(node), hints, buffers, slots, kTraits, std::make_unique<GruCell>());
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

void reference(const net::Node& node, const ReferenceTensors& tensors) {
  const auto units = static_cast<std::size_t>(options_of(node).units);
  const auto at = [units](net::GruGate gate, std::size_t i) { return static_cast<std::size_t>(gate) * units + i; };
  recurrent_reference(node, options_of(node), tensors, units,
                      [&](std::span<const double> input, std::span<const double> hidden, std::span<double> state) {
                        for (std::size_t i = 0; i < units; ++i) {
                          const std::size_t reset = at(net::GruGate::reset, i);
                          const std::size_t update = at(net::GruGate::update, i);
                          const std::size_t candidate = at(net::GruGate::candidate, i);
                          const double r = sigmoid(input[reset] + hidden[reset]);
                          const double z = sigmoid(input[update] + hidden[update]);
                          const double n = std::tanh(input[candidate] + r * hidden[candidate]);
                          state[i] = (1 - z) * n + z * state[i];
                        }
                      });
}

}  // namespace

const OpEntry kGruEntry{"gru", traits, make, reference};

}  // namespace fanin::engine
