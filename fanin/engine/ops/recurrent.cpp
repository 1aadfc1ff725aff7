#include "fanin/engine/ops/recurrent.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "fanin/core/gemm.hpp"
#include "fanin/engine/row_kernels.hpp"

namespace fanin::engine {
namespace {

std::size_t lines(const Shape& shape) {  // whole cache lines; a shape refuses an overflow
  return (static_cast<std::size_t>(shape.count()) + 15) / 16 * 16;
}

// The arrays of a chunk, time-major. Those of the forward pass are kept for the backward pass in a plan that
// trains; otherwise they are workspace, and one place serves the states of all steps.
struct Arrays {
  std::int64_t time, in, units, width;  // width: gates · units
  bool kept;
  // Forward: offsets of [time, rows, …], and of the states before the first step and after each.
  std::size_t input = 0, gates = 0, hidden = 0, states = 0, cells = 0, cell_tanhs = 0, forward_floats = 0;
  // Backward: offsets of the gradients that travel, W_hh as [width, units], and the results of products.
  std::size_t state_gradient = 0, cell_gradient = 0, weight = 0, product = 0, backward_floats = 0;

  Arrays(const net::Node& node, const net::RecurrentOptions& options, const CompileHints& hints, const CellTraits& cell)
      : time(hints.input_shapes[0][0]),
        in(hints.input_shapes[0][1]),
        units(options.units),
        width(node.parameters[0].shape()[0]),
        kept(hints.training) {
    const std::int64_t rows = hints.batch_size;
    const auto place = [](std::size_t& total, const Shape& shape) {
      const std::size_t offset = total;
      total += lines(shape);
      return offset;
    };
    const std::int64_t steps = kept ? time : 1;
    const std::int64_t states_kept = kept ? time + 1 : 1;
    input = place(forward_floats, {time, rows, in});
    gates = place(forward_floats, {time, rows, width});
    if (cell.separate_hidden) hidden = place(forward_floats, {steps, rows, width});
    states = place(forward_floats, {states_kept, rows, units});
    if (cell.keeps_cell) cells = place(forward_floats, {states_kept, rows, units});
    if (cell.keeps_cell) cell_tanhs = place(forward_floats, {steps, rows, units});
    if (!kept) return;
    state_gradient = place(backward_floats, {rows, units});
    if (cell.keeps_cell) cell_gradient = place(backward_floats, {rows, units});
    weight = place(backward_floats, {width, units});
    product = backward_floats;
    const std::size_t of_input = hints.reads_graph_input ? 0 : lines({time, rows, in});
    backward_floats += std::max({of_input, lines({in, width}), lines({units, width})});
  }
};

// [rows, columns] to [columns, rows] in tiles, so that both sides are read and written by whole cache lines.
void transpose(const float* from, std::int64_t rows, std::int64_t columns, float* to) noexcept {
  constexpr std::int64_t kTile = 16;
  for (std::int64_t r = 0; r < rows; r += kTile) {
    for (std::int64_t c = 0; c < columns; c += kTile) {
      for (std::int64_t i = r; i < std::min(rows, r + kTile); ++i) {
        for (std::int64_t j = c; j < std::min(columns, c + kTile); ++j) to[j * rows + i] = from[i * columns + j];
      }
    }
  }
}

class RecurrentKernel final : public Kernel {
 public:
  RecurrentKernel(const Arrays& arrays, const net::RecurrentOptions& options, const KernelBuffers& buffers,
                  std::span<ParameterSlot> slots, const CellTraits& traits, std::unique_ptr<RecurrentCell> cell)
      : arrays_(arrays),
        options_(options),
        buffers_(buffers),
        slots_(slots),
        traits_(traits),
        cell_(std::move(cell)),
        memory_(arrays.kept ? buffers.saved : buffers.workspace),
        no_bias_(static_cast<std::size_t>(options.bias ? 0 : arrays.width), 0.0F) {
    slots_[0].transposed = true;
    slots_[1].transposed = true;
  }

  void forward(const ForwardRun& run) noexcept override {
    const std::int64_t rows = run.rows;
    gather_input(rows);
    gemm({.m = arrays_.time * rows,
          .n = arrays_.width,
          .k = arrays_.in,
          .lda = arrays_.in,
          .ldb = arrays_.width,
          .ldc = arrays_.width},
         memory_ + arrays_.input, slots_[0].value, memory_ + arrays_.gates);
    std::fill_n(memory_ + arrays_.states, rows * arrays_.units, 0.0F);
    if (traits_.keeps_cell) std::fill_n(memory_ + arrays_.cells, rows * arrays_.units, 0.0F);
    for (std::int64_t t = 0; t < arrays_.time; ++t) {
      RecurrentStep step = step_at(t, rows);
      const bool writes = !options_.last_only || t + 1 == arrays_.time;
      step.output = writes ? buffers_.output + output_offset(t) : nullptr;
      add_state_product(step, t);
      cell_->forward(step);
    }
  }

  void backward(const BackwardRun& run) noexcept override {
    const std::int64_t rows = run.rows;
    float* const workspace = buffers_.workspace;
    if (arrays_.time > 1) transpose(slots_[1].value, arrays_.units, arrays_.width, workspace + arrays_.weight);
    std::fill_n(workspace + arrays_.state_gradient, rows * arrays_.units, 0.0F);
    if (traits_.keeps_cell) std::fill_n(workspace + arrays_.cell_gradient, rows * arrays_.units, 0.0F);
    for (std::int64_t t = arrays_.time; t-- > 0;) {
      RecurrentStep step = step_at(t, rows);
      const bool reads = !options_.last_only || t + 1 == arrays_.time;
      step.output_gradient = reads ? buffers_.output_gradient + output_offset(t) : nullptr;
      step.state_gradient = workspace + arrays_.state_gradient;
      step.cell_gradient = workspace + arrays_.cell_gradient;
      cell_->backward(step);
      if (t == 0) break;
      gemm({.m = rows,
            .n = arrays_.units,
            .k = arrays_.width,
            .lda = arrays_.width,
            .ldb = arrays_.units,
            .ldc = arrays_.units,
            .beta = traits_.separate_hidden ? 1.0F : 0.0F},
           traits_.separate_hidden ? step.hidden : step.gates, workspace + arrays_.weight, step.state_gradient);
    }
    input_gradient(rows);
    parameter_gradients(run);
  }

 private:
  // The position that step t reads and whose output it writes.
  [[nodiscard]] std::int64_t position(std::int64_t t) const noexcept {
    return options_.reverse ? arrays_.time - 1 - t : t;
  }
  [[nodiscard]] std::int64_t output_offset(std::int64_t t) const noexcept {
    return options_.last_only ? 0 : position(t) * arrays_.units;
  }

  [[nodiscard]] RecurrentStep step_at(std::int64_t t, std::int64_t rows) const noexcept {
    const std::int64_t kept = arrays_.kept ? t : 0;
    const std::int64_t next = arrays_.kept ? t + 1 : 0;
    const std::int64_t state_floats = rows * arrays_.units;
    const std::int64_t gate_floats = rows * arrays_.width;
    const float* const bias = options_.bias ? slots_[2].value : no_bias_.data();
    return {.rows = rows,
            .units = arrays_.units,
            .gates = memory_ + arrays_.gates + t * gate_floats,
            .hidden = memory_ + arrays_.hidden + kept * gate_floats,
            .bias = bias,
            .hidden_bias = options_.bias && traits_.separate_hidden ? slots_[3].value : bias,
            .previous = memory_ + arrays_.states + kept * state_floats,
            .state = memory_ + arrays_.states + next * state_floats,
            .previous_cell = memory_ + arrays_.cells + kept * state_floats,
            .cell = memory_ + arrays_.cells + next * state_floats,
            .cell_tanh = memory_ + arrays_.cell_tanhs + kept * state_floats,
            .output_stride = options_.last_only ? arrays_.units : arrays_.time * arrays_.units};
  }

  void gather_input(std::int64_t rows) const noexcept {
    float* to = memory_ + arrays_.input;
    for (std::int64_t t = 0; t < arrays_.time; ++t) {
      const float* from = buffers_.inputs[0] + position(t) * arrays_.in;
      for (std::int64_t row = 0; row < rows; ++row) {
        to = std::copy_n(from + row * arrays_.time * arrays_.in, arrays_.in, to);
      }
    }
  }

  void add_state_product(const RecurrentStep& step, std::int64_t t) const noexcept {
    if (t == 0) {  // the first state is zero
      if (traits_.separate_hidden) std::fill_n(step.hidden, step.rows * arrays_.width, 0.0F);
      return;
    }
    gemm({.m = step.rows,
          .n = arrays_.width,
          .k = arrays_.units,
          .lda = arrays_.units,
          .ldb = arrays_.width,
          .ldc = arrays_.width,
          .beta = traits_.separate_hidden ? 0.0F : 1.0F},
         step.previous, slots_[1].value, traits_.separate_hidden ? step.hidden : step.gates);
  }

  void input_gradient(std::int64_t rows) const noexcept {
    float* const dx = buffers_.input_gradients[0];
    if (dx == nullptr) return;
    const float* from = buffers_.workspace + arrays_.product;
    gemm({.transpose_b = Transpose::yes,
          .m = arrays_.time * rows,
          .n = arrays_.in,
          .k = arrays_.width,
          .lda = arrays_.width,
          .ldb = arrays_.width,
          .ldc = arrays_.in},
         memory_ + arrays_.gates, slots_[0].value, buffers_.workspace + arrays_.product);
    for (std::int64_t t = 0; t < arrays_.time; ++t) {
      float* const to = dx + position(t) * arrays_.in;
      for (std::int64_t row = 0; row < rows; ++row, from += arrays_.in) {
        std::copy_n(from, arrays_.in, to + row * arrays_.time * arrays_.in);
      }
    }
  }

  [[nodiscard]] float* gradient_of(const ParameterSlot& slot) const noexcept {
    return slot.gradient != nullptr ? slot.gradient : buffers_.workspace + arrays_.product;
  }

  void parameter_gradients(const BackwardRun& run) const noexcept {
    const float* const gates = memory_ + arrays_.gates;
    const float* const hidden = traits_.separate_hidden ? memory_ + arrays_.hidden : gates;
    const std::int64_t state_floats = run.rows * arrays_.units;
    const std::int64_t gate_floats = run.rows * arrays_.width;
    // The first state is zero: it adds nothing to W_hh's gradient.
    weight_gradient(run, slots_[0], arrays_.time * run.rows, arrays_.in, memory_ + arrays_.input, gates);
    weight_gradient(run, slots_[1], (arrays_.time - 1) * run.rows, arrays_.units,
                    memory_ + arrays_.states + state_floats, hidden + gate_floats);
    for (std::size_t i = 2; i < slots_.size(); ++i) {
      float* const gradient = gradient_of(slots_[i]);
      sum_of_rows(static_cast<std::size_t>(arrays_.time * run.rows), slots_[i].count, slots_[i].count,
                  i == 2 ? gates : hidden, gradient);
      run.apply(slots_[i], 0, slots_[i].count, gradient);
    }
  }

  // The gradient [in, width] of a weight: source [count, in], transposed, times products [count, width].
  void weight_gradient(const BackwardRun& run, const ParameterSlot& slot, std::int64_t count, std::int64_t in,
                       const float* source, const float* products) const noexcept {
    float* const gradient = gradient_of(slot);
    if (count == 0) {
      std::fill_n(gradient, slot.count, 0.0F);
    } else {
      gemm({.transpose_a = Transpose::yes,
            .m = in,
            .n = arrays_.width,
            .k = count,
            .lda = in,
            .ldb = arrays_.width,
            .ldc = arrays_.width},
           source, products, gradient);
    }
    run.apply(slot, 0, slot.count, gradient);
  }

  Arrays arrays_;
  net::RecurrentOptions options_;
  KernelBuffers buffers_;
  std::span<ParameterSlot> slots_;
  CellTraits traits_;
  std::unique_ptr<RecurrentCell> cell_;
  float* memory_;
  std::vector<float> no_bias_;
};

}  // namespace

OpTraits recurrent_traits(const net::Node& node, const net::RecurrentOptions& options, const CompileHints& hints,
                          const CellTraits& cell) {
  const Arrays arrays(node, options, hints, cell);
  if (!arrays.kept) return {.workspace_floats = arrays.forward_floats};
  return {.saved_floats = arrays.forward_floats, .workspace_floats = arrays.backward_floats};
}

std::unique_ptr<Kernel> make_recurrent(const net::Node& node, const net::RecurrentOptions& options,
                                       const CompileHints& hints, const KernelBuffers& buffers,
                                       std::span<ParameterSlot> slots, const CellTraits& traits,
                                       std::unique_ptr<RecurrentCell> cell) {
  return std::make_unique<RecurrentKernel>(Arrays(node, options, hints, traits), options, buffers, slots, traits,
                                           std::move(cell));
}

void recurrent_reference(const net::Node& node, const net::RecurrentOptions& options, const ReferenceTensors& t,
                         std::size_t state_size, const ReferenceCell& cell) {
  const auto time = static_cast<std::size_t>(t.input_shapes[0][0]);
  const auto in = static_cast<std::size_t>(t.input_shapes[0][1]);
  const auto units = static_cast<std::size_t>(options.units);
  const auto width = static_cast<std::size_t>(node.parameters[0].shape()[0]);
  const auto bias = [&](std::size_t which, std::size_t i) {
    return which < t.parameters.size() ? t.parameters[which][i] : 0.0;
  };
  for (std::size_t row = 0; row < static_cast<std::size_t>(t.rows); ++row) {
    std::vector<double> state(state_size, 0.0);
    for (std::size_t step = 0; step < time; ++step) {
      const std::size_t position = options.reverse ? time - 1 - step : step;
      const double* const x = t.inputs[0].data() + (row * time + position) * in;
      std::vector<double> input(width);
      std::vector<double> hidden(width);
      for (std::size_t i = 0; i < width; ++i) {
        input[i] = bias(2, i);
        hidden[i] = bias(3, i);
        for (std::size_t j = 0; j < in; ++j) input[i] += t.parameters[0][i * in + j] * x[j];
        for (std::size_t j = 0; j < units; ++j) hidden[i] += t.parameters[1][i * units + j] * state[j];
      }
      cell(input, hidden, state);
      const std::size_t at = options.last_only ? row : row * time + position;
      std::copy_n(state.begin(), units, t.output.begin() + static_cast<std::ptrdiff_t>(at * units));
    }
  }
}

}  // namespace fanin::engine
