// Weights are kept as [in, out], though described as [out, in]: oneDNN's sgemm runs the forward
// product 15 % faster so. The weight gradient is computed in blocks of rows, and each block moves
// its weights while it is still in cache; the whole gradient never exists unless somebody asks.
#include "fanin/net/ops/dense.hpp"

#include <algorithm>

#include "fanin/core/gemm.hpp"
#include "fanin/engine/ops/table.hpp"
#include "fanin/engine/sparse_input.hpp"

namespace fanin::engine {
namespace {

constexpr std::int64_t kBlockFloats = 32 * 1024;  // 128 KiB of gradient beside as much of each operand: fits in L2

// Rows of the [in, out] gradient per block: equal blocks of about kBlockFloats values.
std::int64_t block_rows(std::int64_t in, std::int64_t out) {
  const std::int64_t blocks = std::max<std::int64_t>(1, (in * out + kBlockFloats - 1) / kBlockFloats);
  const std::int64_t rows = (in + blocks - 1) / blocks;
  return std::min(in, (rows + 15) / 16 * 16);
}

// A layer that no gradient reaches has none to compute. Stops at the first value that is not zero,
// so it costs a living network nothing.
bool all_zero(const float* values, std::int64_t count) noexcept {
  return std::all_of(values, values + count, [](float value) { return value == 0; });
}

// The weight gradient [in, out] in blocks of `block` rows: compute(first row, rows, destination),
// then the update of those weights. `dead`: the gradient is zero.
template <class Compute>
void apply_blocks(const BackwardRun& run, const ParameterSlot& slot, std::int64_t in, std::int64_t out,
                  std::int64_t block, bool dead, float* scratch, const Compute& compute) noexcept {
  for (std::int64_t first = 0; first < in; first += block) {
    const std::int64_t count = std::min(block, in - first);
    const auto offset = static_cast<std::size_t>(first * out);
    const auto values = static_cast<std::size_t>(count * out);
    float* const gradient = slot.gradient != nullptr ? slot.gradient + offset : scratch;
    if (dead) {
      std::fill_n(gradient, values, 0.0F);
    } else {
      compute(first, count, gradient);
    }
    run.apply(slot, offset, values, gradient);
  }
}

class DenseKernel final : public Kernel {
 public:
  DenseKernel(const net::Node& node, const KernelBuffers& buffers, ParameterSlot& slot)
      : buffers_(buffers),
        slot_(slot),
        in_(slot.spec.shape()[1]),
        out_(slot.spec.shape()[0]),
        rows_per_sample_(node.shape.count() / out_),
        block_rows_(block_rows(in_, out_)) {
    slot.transposed = true;
  }

  void forward(const ForwardRun& run) noexcept override {
    gemm({.m = run.rows * rows_per_sample_, .n = out_, .k = in_, .lda = in_, .ldb = out_, .ldc = out_},
         buffers_.inputs[0], slot_.value, buffers_.output);
  }

  void backward(const BackwardRun& run) noexcept override {
    const std::int64_t rows = run.rows * rows_per_sample_;
    const float* const dy = buffers_.output_gradient;
    const bool dead = all_zero(dy, rows * out_);
    if (float* const dx = buffers_.input_gradients[0]; dx != nullptr) {
      if (dead) {
        std::fill_n(dx, rows * in_, 0.0F);
      } else {
        gemm({.transpose_b = Transpose::yes, .m = rows, .n = in_, .k = out_, .lda = out_, .ldb = out_, .ldc = in_}, dy,
             slot_.value, dx);
      }
    }
    apply_blocks(
        run, slot_, in_, out_, block_rows_, dead, buffers_.workspace,
        [&](std::int64_t first, std::int64_t count, float* gradient) {
          gemm({.transpose_a = Transpose::yes, .m = count, .n = out_, .k = rows, .lda = in_, .ldb = out_, .ldc = out_},
               buffers_.inputs[0] + first, dy, gradient);
        });
  }

 private:
  KernelBuffers buffers_;
  ParameterSlot& slot_;
  std::int64_t in_;
  std::int64_t out_;
  std::int64_t rows_per_sample_;
  std::int64_t block_rows_;
};

// A first layer whose inputs are largely zero: both its products skip what is zero.
class SparseInputDenseKernel final : public Kernel {
 public:
  SparseInputDenseKernel(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers,
                         ParameterSlot& slot)
      : buffers_(buffers),
        slot_(slot),
        in_(slot.spec.shape()[1]),
        out_(node.shape[0]),
        scratch_(in_, out_, hints.batch_size) {
    slot.transposed = true;
  }

  static std::size_t scratch_floats(std::int64_t in, std::int64_t out, std::int64_t batch_size) {
    return Scratch(in, out, batch_size).total;
  }

  void forward(const ForwardRun& run) noexcept override {
    const NonzeroInputs batch = nonzero_inputs(run.rows);
    find_nonzero(batch);
    multiply_nonzero(batch, slot_.value, out_, reinterpret_cast<std::int64_t*>(buffers_.saved + scratch_.order),
                     buffers_.output);
  }

  void backward(const BackwardRun& run) noexcept override {
    const NonzeroInputs batch = nonzero_inputs(run.rows);
    float* const packed = buffers_.saved + scratch_.packed;
    transpose_nonzero(batch);
    pack_output_gradient(buffers_.output_gradient, run.rows, out_, packed);
    const bool dead = all_zero(buffers_.output_gradient, run.rows * out_);
    apply_blocks(run, slot_, in_, out_, kFeatures, dead, buffers_.saved,
                 [&](std::int64_t first, std::int64_t count, float* gradient) {
                   weight_gradient_rows(batch, first, count, out_, packed, gradient);
                 });
  }

 private:
  static constexpr std::int64_t kFeatures = 56;  // gradient rows per block

  // Offsets into the scratch, each at a cache line: a block of gradient, the two bit arrays, the
  // order of the rows, the packed output gradient.
  struct Scratch {
    std::size_t by_row, by_feature, order, packed, total;
    Scratch(std::int64_t in, std::int64_t out, std::int64_t batch_size) {
      const auto lines = [](std::int64_t floats) { return static_cast<std::size_t>((floats + 15) / 16 * 16); };
      by_row = lines(kFeatures * out);
      by_feature = by_row + lines(2 * nonzero_words(batch_size, in));
      order = by_feature + lines(2 * nonzero_words(batch_size, in));
      packed = order + lines(2 * batch_size);
      total = packed + lines(batch_size * out);
    }
  };

  NonzeroInputs nonzero_inputs(std::int64_t rows) const noexcept {
    return {.x = buffers_.inputs[0],
            .rows = rows,
            .features = in_,
            .by_row = reinterpret_cast<std::uint64_t*>(buffers_.saved + scratch_.by_row),
            .by_feature = reinterpret_cast<std::uint64_t*>(buffers_.saved + scratch_.by_feature)};
  }

  KernelBuffers buffers_;
  ParameterSlot& slot_;
  std::int64_t in_;
  std::int64_t out_;
  Scratch scratch_;
};

bool skips_zeros(const net::Node& node, const CompileHints& hints) {
  return hints.training && hints.reads_graph_input && hints.input_zero_fraction >= kSparseInput &&
         node.shape.rank() == 1 && sparse_input_supports(node.shape[0]);
}

OpTraits traits(const net::Node& node, const CompileHints& hints) {
  const Shape shape = node.parameters[0].shape();
  const std::int64_t block = hints.training ? block_rows(shape[1], shape[0]) * shape[0] : 0;
  if (skips_zeros(node, hints)) {
    return {.saves_input = true,
            .saved_floats = SparseInputDenseKernel::scratch_floats(shape[1], shape[0], hints.batch_size)};
  }
  return {.saves_input = true, .workspace_floats = static_cast<std::size_t>(block)};
}

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers,
                             std::span<ParameterSlot> slots) {
  if (skips_zeros(node, hints)) return std::make_unique<SparseInputDenseKernel>(node, hints, buffers, slots[0]);
  return std::make_unique<DenseKernel>(node, buffers, slots[0]);
}

void reference(const net::Node& node, const ReferenceTensors& t) {
  const auto out = static_cast<std::size_t>(node.shape.extents().back());
  const std::size_t in = t.parameters[0].size() / out;
  for (std::size_t row = 0; row < t.output.size() / out; ++row) {
    for (std::size_t unit = 0; unit < out; ++unit) {
      double sum = 0;
      for (std::size_t i = 0; i < in; ++i) sum += t.parameters[0][unit * in + i] * t.inputs[0][row * in + i];
      t.output[row * out + unit] = sum;
    }
  }
}

}  // namespace

const OpEntry kDenseEntry{"dense", traits, make, reference};

}  // namespace fanin::engine
