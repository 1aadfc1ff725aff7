// How the engine runs one op: what its file under ops/ provides, and what it is given.
//
// A batch is cut into a fixed number of chunks of rows. Every chunk has a kernel of its own for every
// node, so that threads take chunks and no kernel knows of threads. Ops that must see the whole batch
// (batch_norm) set OpTraits::whole_batch: their kernels first prepare every chunk, then run. Chunks are
// filled in order, each with CompileHints::batch_size rows but the last; kernels of empty chunks are not
// called.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "fanin/engine/optimizer.hpp"
#include "fanin/net/graph.hpp"

namespace fanin::engine {

/// How a sample [channels, spatial…] lies in memory. Samples of rank 1, of one channel or of one
/// position are the same in both. Parameters and statistics are always row-major.
enum class Layout { row_major, channels_last };

/// The memory of one parameter. Values are stored in the layout the op's kernel computes in.
struct ParameterSlot {
  net::ParameterSpec spec = {};
  std::size_t count = 0;
  bool transposed = false;  ///< stored as [rest, first] where the spec says [first, rest…]
  float* value = nullptr;
  float* state1 = nullptr;  ///< optimizer state, null when the optimizer keeps none
  float* state2 = nullptr;
  float* gradient = nullptr;          ///< where this chunk's whole gradient goes; null: nobody keeps it
  std::size_t group = 0;              ///< which of the step's scalars move it
  UpdateStatistics* watch = nullptr;  ///< where apply() notes what it sees; null: nobody watches
};

/// One forward pass over a chunk.
struct ForwardRun {
  std::int64_t rows = 0;        ///< of this chunk, >= 1; may be fewer than it was made for
  std::int64_t first_row = 0;   ///< the chunk's first row in the batch
  std::int64_t batch_rows = 0;  ///< of all chunks
  bool training = false;        ///< statistics of the batch, dropout
  std::uint64_t pass = 0;       ///< counts training passes from 0: selects dropout's masks
  bool watched = false;         ///< every node's own output is wanted: leave a following relu to itself
};

/// One backward pass over a chunk, and what it does with the gradients it computes.
struct BackwardRun {
  std::int64_t rows = 0;
  std::int64_t first_row = 0;
  std::int64_t batch_rows = 0;
  std::uint64_t pass = 0;                          ///< as the forward pass it belongs to
  std::span<const StepScalars> scalars = {};       ///< by ParameterSlot::group
  UpdateFunction update = nullptr;                 ///< null: gradients are only stored
  WatchedUpdateFunction watched_update = nullptr;  ///< for slots that are watched

  /// Hands on `count` gradient values of `slot` from element `first`: moves the parameter.
  void apply(const ParameterSlot& slot, std::size_t first, std::size_t count, const float* gradient) const noexcept {
    if (update == nullptr) return;
    float* const state1 = slot.state1 == nullptr ? nullptr : slot.state1 + first;
    float* const state2 = slot.state2 == nullptr ? nullptr : slot.state2 + first;
    if (slot.watch == nullptr) {
      update(scalars[slot.group], count, gradient, slot.value + first, state1, state2);
    } else {
      watched_update(scalars[slot.group], count, gradient, slot.value + first, state1, state2, *slot.watch);
    }
  }
};

/// The buffers of one node for one chunk, rows outermost. They stay where they are for the plan's life.
struct KernelBuffers {
  std::vector<const float*> inputs = {};  ///< the inputs' values; may be the output's buffer when in place
  float* output = nullptr;
  const float* output_gradient = nullptr;    ///< null when the plan does not train
  std::vector<float*> input_gradients = {};  ///< null where nobody needs it; overwritten, not added to
  float* saved = nullptr;                    ///< OpTraits::saved_floats: what forward leaves there, backward finds
  float* workspace = nullptr;  ///< OpTraits::workspace_floats, undefined at each call; of this chunk alone
  float* batch = nullptr;      ///< the batch_floats of chunk c start at batch + c * batch_stride; all may be read
  std::size_t batch_stride = 0;
  std::vector<float*> statistics = {};  ///< the node's StatisticSpecs, shared by all chunks
  std::size_t chunk = 0;                ///< which chunk this is
  std::size_t chunks = 1;
  Layout layout = Layout::row_major;  ///< of inputs and output, where the op's traits leave it open
};

/// One node of a plan for one chunk.
class Kernel {
 public:
  virtual ~Kernel() = default;
  Kernel() = default;
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;
  /// With OpTraits::whole_batch, called for every chunk before any chunk's forward or backward.
  virtual void prepare_forward(const ForwardRun& /*run*/) noexcept {}
  virtual void forward(const ForwardRun& run) noexcept = 0;
  virtual void prepare_backward(const BackwardRun& /*run*/) noexcept {}
  /// Input gradients first, from the parameters as they are; then the parameters' own: each parameter's
  /// gradient is written to slot.gradient unless that is null, and handed to run.apply().
  virtual void backward(const BackwardRun& run) noexcept = 0;
};

/// Which layouts an op's kernel takes and gives.
enum class LayoutRule {
  row_major,      ///< inputs and output
  channels_last,  ///< inputs and output, where they have spatial axes
  any,            ///< element-wise: whatever comes in, all inputs alike and the output as they are
};

/// What the plan must know of an op before it lays out memory. Sizes are for one chunk.
struct OpTraits {
  bool in_place = false;      ///< element-wise: output may overwrite an input, an input gradient the output's
  bool saves_input = false;   ///< backward reads the inputs' values
  bool saves_output = false;  ///< backward reads the output's values
  LayoutRule layout = LayoutRule::row_major;
  std::size_t saved_floats = 0;      ///< kept from forward to backward; only in plans that train
  std::size_t workspace_floats = 0;  ///< for the length of a call
  std::size_t batch_floats = 0;      ///< for each chunk, kept between calls and seen by all chunks
  bool whole_batch = false;          ///< prepare_forward and prepare_backward are called
  bool rectifies = false;            ///< can take in a relu that alone reads the output: CompileHints::rectify
};

/// Settings of the plan that an op may take into account.
struct CompileHints {
  std::int64_t batch_size = 0;  ///< rows of a chunk at most
  bool training = true;
  bool reads_graph_input = false;        ///< the op's first input is an input of the graph
  double input_zero_fraction = 0;        ///< of that graph input
  std::uint64_t seed = 0;                ///< of dropout's masks
  std::vector<Shape> input_shapes = {};  ///< of the node's inputs, per sample
  /// The output goes to a relu, in place, whose own kernel only runs in watched passes. Forward applies it unless
  /// watched; backward gets the relu's output gradient and must not mind one that the relu has masked already.
  bool rectify = false;
};

/// Values in double precision for the readable reference: [rows, features] row-major, and parameters in
/// the layout of their ParameterSpec.
struct ReferenceTensors {
  std::int64_t rows = 0;
  std::vector<Shape> input_shapes = {};
  std::vector<std::span<const double>> inputs = {};
  std::vector<std::span<const double>> parameters = {};
  std::vector<std::span<const double>> statistics = {};
  std::span<double> output;
  bool training = true;
  std::uint64_t seed = 0;  ///< dropout's: the masks are those of the kernel
  std::uint64_t pass = 0;
};

/// What ops/<kind>.cpp provides.
struct OpEntry {
  std::string_view kind;
  OpTraits (*traits)(const net::Node& node, const CompileHints& hints);
  /// May set each slot's `transposed`, the same for every chunk. @throws Error unsupported.
  std::unique_ptr<Kernel> (*make)(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers,
                                  std::span<ParameterSlot> slots);
  /// The slow, readable definition of the forward pass.
  void (*reference)(const net::Node& node, const ReferenceTensors& tensors);
};

/// The op's entry. @throws Error unsupported, naming the node and the ops the engine runs.
const OpEntry& find_op(const net::Node& node);

}  // namespace fanin::engine
