// Private to this room. What rnn, lstm and gru share: the products with the weights and the loop over time.
//
// A chunk's sequences are turned to time-major, in the order in which they are read. One product then
// makes the input projections of all steps; each step adds its own product with the state before it; and after
// the loop backward, the gradient of each weight is one product over all steps.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "fanin/engine/kernel.hpp"
#include "fanin/engine/recurrent_kernels.hpp"
#include "fanin/net/ops/recurrent.hpp"

namespace fanin::engine {

/// What the loop must know of a cell.
struct CellTraits {
  std::int64_t gates = 1;
  bool keeps_cell = false;       ///< a cell state and its tanh beside the state
  bool separate_hidden = false;  ///< W_hh h_{t-1} is not added to W_ih x_t, and has a bias of its own
};

/// The element-wise part of one time step.
class RecurrentCell {
 public:
  virtual ~RecurrentCell() = default;
  RecurrentCell() = default;
  RecurrentCell(const RecurrentCell&) = delete;
  RecurrentCell& operator=(const RecurrentCell&) = delete;
  virtual void forward(const RecurrentStep& step) const noexcept = 0;
  virtual void backward(const RecurrentStep& step) const noexcept = 0;
};

OpTraits recurrent_traits(const net::Node& node, const net::RecurrentOptions& options, const CompileHints& hints,
                          const CellTraits& cell);

std::unique_ptr<Kernel> make_recurrent(const net::Node& node, const net::RecurrentOptions& options,
                                       const CompileHints& hints, const KernelBuffers& buffers,
                                       std::span<ParameterSlot> slots, const CellTraits& traits,
                                       std::unique_ptr<RecurrentCell> cell);

/// One row's step in double precision. `input` and `hidden` are W_ih x_t and W_hh h_{t-1} with their biases
/// (where there is one, `input` has it), [gates · units]; `state` begins with h [units] and is moved on.
using ReferenceCell =
    std::function<void(std::span<const double> input, std::span<const double> hidden, std::span<double> state)>;

/// The op's definition: the loop over rows and time. @param state_size  values of a row's state, >= units.
void recurrent_reference(const net::Node& node, const net::RecurrentOptions& options, const ReferenceTensors& tensors,
                         std::size_t state_size, const ReferenceCell& cell);

}  // namespace fanin::engine
