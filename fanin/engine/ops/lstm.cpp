#include "fanin/net/ops/lstm.hpp"

#include <cmath>

#include "fanin/engine/ops/recurrent.hpp"
#include "fanin/engine/ops/table.hpp"

namespace fanin::engine {
namespace {

constexpr CellTraits kTraits{.gates = 4, .keeps_cell = true};

const net::RecurrentOptions& options_of(const net::Node& node) {
  return static_cast<const net::Lstm&>(*node.op).options();
}

class LstmCell final : public RecurrentCell {
 public:
  void forward(const RecurrentStep& step) const noexcept override { lstm_forward(step); }
  void backward(const RecurrentStep& step) const noexcept override { lstm_backward(step); }
};

OpTraits traits(const net::Node& node, const CompileHints& hints) {
  return recurrent_traits(node, options_of(node), hints, kTraits);
}

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers,
                             std::span<ParameterSlot> slots) {
  return make_recurrent(node, options_of(node), hints, buffers, slots, kTraits, std::make_unique<LstmCell>());
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

void reference(const net::Node& node, const ReferenceTensors& tensors) {
  const auto units = static_cast<std::size_t>(options_of(node).units);
  recurrent_reference(node, options_of(node), tensors, 2 * units,
                      [units](std::span<const double> input, std::span<const double> hidden, std::span<double> state) {
                        const auto gate = [&](net::LstmGate which, std::size_t i) {
                          const std::size_t at = static_cast<std::size_t>(which) * units + i;
                          return input[at] + hidden[at];
                        };
                        for (std::size_t i = 0; i < units; ++i) {
                          double& h = state[i];
                          double& c = state[units + i];
                          c = sigmoid(gate(net::LstmGate::forget, i)) * c +
                              sigmoid(gate(net::LstmGate::input, i)) * std::tanh(gate(net::LstmGate::cell, i));
                          h = sigmoid(gate(net::LstmGate::output, i)) * std::tanh(c);
                        }
                      });
}

}  // namespace

const OpEntry kLstmEntry{"lstm", traits, make, reference};

}  // namespace fanin::engine
