#include "fanin/net/ops/rnn.hpp"

#include <algorithm>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/engine/activation_kernels.hpp"
#include "fanin/engine/ops/recurrent.hpp"
#include "fanin/engine/ops/table.hpp"
#include "fanin/engine/row_kernels.hpp"

namespace fanin::engine {
namespace {

constexpr CellTraits kTraits{};

const net::Rnn& op_of(const net::Node& node) { return static_cast<const net::Rnn&>(*node.op); }

const ActivationKernels& kernels_of(const net::Node& node) {
  const std::string_view name = op_of(node).function().function().name;
  const ActivationKernels* const kernels = find_activation_kernels(name);
  if (kernels == nullptr) {
    throw Error(ErrorCode::unsupported, "node '" + node.name + "'",
                "the engine has no kernel for the activation '" + std::string(name) + "'");
  }
  return *kernels;
}

class RnnCell final : public RecurrentCell {
 public:
  explicit RnnCell(const net::Node& node)
      : kernels_(kernels_of(node)), parameter_(static_cast<float>(op_of(node).function().parameter())) {}

  void forward(const RecurrentStep& step) const noexcept override {
    const auto units = static_cast<std::size_t>(step.units);
    const auto rows = static_cast<std::size_t>(step.rows);
    add_to_rows(rows, units, step.gates, step.bias, step.gates);
    kernels_.forward(parameter_, rows * units, step.gates, step.state);
    if (step.output == nullptr) return;
    for (std::int64_t row = 0; row < step.rows; ++row) {
      std::copy_n(step.state + row * step.units, step.units, step.output + row * step.output_stride);
    }
  }

  void backward(const RecurrentStep& step) const noexcept override {
    float* const dh = step.state_gradient;
    const auto count = static_cast<std::size_t>(step.rows * step.units);
    if (step.output_gradient != nullptr) {
      for (std::int64_t row = 0; row < step.rows; ++row) {
        const float* const dy = step.output_gradient + row * step.output_stride;
        add_to_rows(1, static_cast<std::size_t>(step.units), dh + row * step.units, dy, dh + row * step.units);
      }
    }
    kernels_.backward(parameter_, count, kernels_.saves == Saves::input ? step.gates : step.state, dh, dh);
    std::copy_n(dh, count, step.gates);
  }

 private:
  ActivationKernels kernels_;
  float parameter_;
};

OpTraits traits(const net::Node& node, const CompileHints& hints) {
  return recurrent_traits(node, op_of(node).options(), hints, kTraits);
}

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers,
                             std::span<ParameterSlot> slots) {
  return make_recurrent(node, op_of(node).options(), hints, buffers, slots, kTraits, std::make_unique<RnnCell>(node));
}

void reference(const net::Node& node, const ReferenceTensors& tensors) {
  recurrent_reference(node, op_of(node).options(), tensors, static_cast<std::size_t>(op_of(node).options().units),
                      [&](std::span<const double> input, std::span<const double> hidden, std::span<double> state) {
                        for (std::size_t i = 0; i < state.size(); ++i) {
                          state[i] = op_of(node).function().value(input[i] + hidden[i]);
                        }
                      });
}

}  // namespace

const OpEntry kRnnEntry{"rnn", traits, make, reference};

}  // namespace fanin::engine
