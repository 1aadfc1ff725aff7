// How the engine runs one op: what its file under ops/ provides, and what it is given.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "fanin/engine/optimizer.hpp"
#include "fanin/net/graph.hpp"

namespace fanin::engine {

/// The memory of one parameter. Values are stored in the layout the op's kernel computes in.
struct ParameterSlot {
  net::ParameterSpec spec = {};
  std::size_t count = 0;
  bool transposed = false;  ///< stored as [in, out] where the spec says [out, in]
  float* value = nullptr;
  float* state1 = nullptr;  ///< optimizer state, null when the optimizer keeps none
  float* state2 = nullptr;
  float* gradient = nullptr;  ///< the whole gradient, when somebody wants to keep it
};

/// What a backward pass does with the gradients it computes.
struct BackwardRun {
  std::int64_t rows = 0;
  const StepScalars* scalars = nullptr;
  UpdateFunction update = nullptr;  ///< null: gradients are only stored

  /// Hands on `count` gradient values of `slot` from element `first`: moves the parameter.
  void apply(const ParameterSlot& slot, std::size_t first, std::size_t count, const float* gradient) const noexcept {
    if (update == nullptr) return;
    update(*scalars, count, gradient, slot.value + first, slot.state1 == nullptr ? nullptr : slot.state1 + first,
           slot.state2 == nullptr ? nullptr : slot.state2 + first);
  }
};

/// The buffers of one node, rows outermost. They stay where they are for the plan's life.
struct KernelBuffers {
  std::vector<const float*> inputs = {};  ///< the inputs' values; may be the output's buffer when in place
  float* output = nullptr;
  const float* output_gradient = nullptr;
  std::vector<float*> input_gradients = {};  ///< null where nobody needs it; overwritten, not added to
  float* scratch = nullptr;                  ///< OpTraits::scratch_floats values, undefined at each call
};

/// One node of a plan.
class Kernel {
 public:
  virtual ~Kernel() = default;
  Kernel() = default;
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;
  virtual void forward(std::int64_t rows) noexcept = 0;
  /// Input gradients first, from the parameters as they are; then the parameters' own.
  virtual void backward(const BackwardRun& run) noexcept = 0;
};

/// What the plan must know of an op before it lays out memory.
struct OpTraits {
  bool in_place = false;      ///< element-wise: output may overwrite input, input gradient the output's
  bool saves_input = false;   ///< backward reads the inputs' values
  bool saves_output = false;  ///< backward reads the output's values
  std::size_t scratch_floats = 0;
  bool keeps_scratch = false;  ///< what forward leaves in the scratch, backward finds there
};

/// Settings of the plan that an op may take into account.
struct CompileHints {
  std::int64_t batch_size = 0;
  bool training = true;
  bool reads_graph_input = false;  ///< the op's first input is an input of the graph
  double input_zero_fraction = 0;  ///< of that graph input
};

/// Values in double precision for the readable reference: [rows, features], and parameters in the
/// layout of their ParameterSpec.
struct ReferenceTensors {
  std::int64_t rows = 0;
  std::vector<std::span<const double>> inputs = {};
  std::vector<std::span<const double>> parameters = {};
  std::span<double> output;
};

/// What ops/<kind>.cpp provides.
struct OpEntry {
  std::string_view kind;
  OpTraits (*traits)(const net::Node& node, const CompileHints& hints);
  /// May set each slot's `transposed`. @throws Error unsupported.
  std::unique_ptr<Kernel> (*make)(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers,
                                  std::span<ParameterSlot> slots);
  /// The slow, readable definition of the forward pass.
  void (*reference)(const net::Node& node, const ReferenceTensors& tensors);
};

/// The op's entry. @throws Error unsupported, naming the node and the ops the engine runs.
const OpEntry& find_op(const net::Node& node);

}  // namespace fanin::engine
