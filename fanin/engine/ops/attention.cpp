// Samples are taken in groups, so that a group's projections, scores and output stay in cache. Backward, the
// gradients of queries, keys and values overwrite them, and the gradient of each weight is one product over
// the whole chunk.
#include "fanin/net/ops/attention.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "fanin/core/gemm.hpp"
#include "fanin/engine/attention_head.hpp"
#include "fanin/engine/attention_kernels.hpp"
#include "fanin/engine/ops/table.hpp"
#include "fanin/engine/row_kernels.hpp"

namespace fanin::engine {
namespace {

constexpr std::int64_t kGroupPositions = 256;  // queries of a group, about

const net::AttentionOptions& options_of(const net::Node& node) {
  return static_cast<const net::Attention&>(*node.op).options();
}

double logit_factor(const net::AttentionOptions& options, std::int64_t head_width) {
  const auto width = static_cast<double>(head_width);
  return 1 / (options.logits == net::LogitScale::head_width ? width : std::sqrt(width));
}

std::size_t lines(const Shape& shape) {  // whole cache lines; a shape refuses an overflow
  return (static_cast<std::size_t>(shape.count()) + 15) / 16 * 16;
}

// Neighbouring columns of the packed weight times one input: all three of a sequence that attends to itself;
// else the queries of the first input, then keys and values of the second.
struct Projection {
  std::size_t input;
  std::int64_t positions, first, columns;
  std::size_t offset = 0;  // of [rows, positions, columns] in the arrays of the forward pass
};

struct Arrays {
  std::int64_t width, heads, queries, keys, group, score_stride;
  bool kept;  // from forward to backward; otherwise there is room for one group, and one head's scores
  std::vector<Projection> projections;
  std::size_t scores = 0, context = 0, forward_floats = 0;
  std::size_t context_gradient = 0, score_gradient = 0, query_gradient = 0, weight = 0, backward_floats = 0;

  Arrays(const net::Node& node, const CompileHints& hints)
      : width(node.shape[1]),
        heads(options_of(node).heads),
        queries(node.shape[0]),
        keys(hints.input_shapes.back()[0]),
        group(std::clamp<std::int64_t>((kGroupPositions + queries - 1) / queries, 1, hints.batch_size)),
        score_stride(static_cast<std::int64_t>(lines(Shape{keys}))),
        kept(hints.training) {
    if (hints.input_shapes.size() == 1) {
      projections = {{0, queries, 0, 3 * width}};
    } else {
      projections = {{0, queries, 0, width}, {1, keys, width, 2 * width}};
    }
    const auto place = [](std::size_t& total, const Shape& shape) {
      const std::size_t offset = total;
      total += lines(shape);
      return offset;
    };
    const std::int64_t rows = kept ? hints.batch_size : group;
    for (Projection& p : projections) p.offset = place(forward_floats, {rows, p.positions, p.columns});
    scores = place(forward_floats, {kept ? rows * heads : 1, queries, score_stride});
    context = place(forward_floats, {rows, queries, width});
    if (!kept) return;
    context_gradient = place(backward_floats, {group, queries, width});
    score_gradient = place(backward_floats, {queries, score_stride});
    query_gradient = place(backward_floats, {queries, width / heads});
    weight = place(backward_floats, {width, 3 * width});
  }
};

HeadShape shape_of(const Arrays& arrays, const net::AttentionOptions& options) {
  return {.queries = arrays.queries,
          .keys = arrays.keys,
          .width = arrays.width / options.heads,
          .query_stride = arrays.projections.front().columns,
          .key_stride = arrays.projections.back().columns,
          .context_stride = arrays.width,
          .score_stride = arrays.score_stride,
          .causal = options.causal,
          .factor = static_cast<float>(logit_factor(options, arrays.width / options.heads))};
}

class AttentionKernel final : public Kernel {
 public:
  AttentionKernel(const net::Node& node, const Arrays& arrays, const KernelBuffers& buffers,
                  std::span<ParameterSlot> slots)
      : arrays_(arrays),
        shape_(shape_of(arrays, options_of(node))),
        buffers_(buffers),
        in_weight_(slots[0]),
        in_bias_(options_of(node).bias ? &slots[1] : nullptr),
        out_weight_(options_of(node).bias ? slots[2] : slots[1]),
        out_bias_(options_of(node).bias ? &slots[3] : nullptr),
        memory_(arrays.kept ? buffers.saved : buffers.workspace) {
    in_weight_.transposed = true;
    out_weight_.transposed = true;
  }

  void forward(const ForwardRun& run) noexcept override {
    for (std::int64_t first = 0; first < run.rows; first += arrays_.group) {
      const std::int64_t rows = std::min(arrays_.group, run.rows - first);
      for (const Projection& p : arrays_.projections) project(p, first, rows);
      for (std::int64_t row = first; row < first + rows; ++row) {
        for (std::int64_t head = 0; head < arrays_.heads; ++head) {
          attend(shape_, head_at(row, first, head), context(row, first) + head * shape_.width);
        }
      }
      const std::int64_t count = rows * arrays_.queries;
      float* const output = buffers_.output + first * arrays_.queries * arrays_.width;
      gemm({.m = count,
            .n = arrays_.width,
            .k = arrays_.width,
            .lda = arrays_.width,
            .ldb = arrays_.width,
            .ldc = arrays_.width},
           context(first, first), out_weight_.value, output);
      if (out_bias_ != nullptr) {
        add_to_rows(static_cast<std::size_t>(count), out_bias_->count, output, out_bias_->value, output);
      }
    }
  }

  void backward(const BackwardRun& run) noexcept override {
    float* const workspace = buffers_.workspace;
    for (std::int64_t first = 0; first < run.rows; first += arrays_.group) {
      const std::int64_t rows = std::min(arrays_.group, run.rows - first);
      gemm({.transpose_b = Transpose::yes,
            .m = rows * arrays_.queries,
            .n = arrays_.width,
            .k = arrays_.width,
            .lda = arrays_.width,
            .ldb = arrays_.width,
            .ldc = arrays_.width},
           buffers_.output_gradient + first * arrays_.queries * arrays_.width, out_weight_.value,
           workspace + arrays_.context_gradient);
      for (std::int64_t row = first; row < first + rows; ++row) {
        const float* const dcontext =
            workspace + arrays_.context_gradient + (row - first) * arrays_.queries * arrays_.width;
        for (std::int64_t head = 0; head < arrays_.heads; ++head) {
          attend_backward(shape_, head_at(row, first, head), dcontext + head * shape_.width,
                          workspace + arrays_.score_gradient, workspace + arrays_.query_gradient);
        }
      }
      for (const Projection& p : arrays_.projections) input_gradient(p, first, rows);
    }
    parameter_gradients(run);
  }

 private:
  // `first`, the group's first row: without kept arrays every group begins where the arrays do.
  [[nodiscard]] std::int64_t place(std::int64_t row, std::int64_t first) const noexcept {
    return arrays_.kept ? row : row - first;
  }
  [[nodiscard]] float* projected(const Projection& p, std::int64_t row, std::int64_t first) const noexcept {
    return memory_ + p.offset + place(row, first) * p.positions * p.columns;
  }
  [[nodiscard]] float* context(std::int64_t row, std::int64_t first) const noexcept {
    return memory_ + arrays_.context + place(row, first) * arrays_.queries * arrays_.width;
  }

  [[nodiscard]] HeadViews head_at(std::int64_t row, std::int64_t first, std::int64_t head) const noexcept {
    const Projection& of_keys = arrays_.projections.back();
    float* const keys = projected(of_keys, row, first) + (arrays_.width - of_keys.first) + head * shape_.width;
    const std::int64_t scores = arrays_.kept ? row * arrays_.heads + head : 0;
    return {.query = projected(arrays_.projections.front(), row, first) + head * shape_.width,
            .key = keys,
            .value = keys + arrays_.width,
            .probabilities = memory_ + arrays_.scores + scores * arrays_.queries * arrays_.score_stride};
  }

  void project(const Projection& p, std::int64_t first, std::int64_t rows) const noexcept {
    const std::int64_t count = rows * p.positions;
    float* const to = projected(p, first, first);
    gemm({.m = count,
          .n = p.columns,
          .k = arrays_.width,
          .lda = arrays_.width,
          .ldb = 3 * arrays_.width,
          .ldc = p.columns},
         buffers_.inputs[p.input] + first * p.positions * arrays_.width, in_weight_.value + p.first, to);
    if (in_bias_ == nullptr) return;
    add_to_rows(static_cast<std::size_t>(count), static_cast<std::size_t>(p.columns), to, in_bias_->value + p.first,
                to);
  }

  void input_gradient(const Projection& p, std::int64_t first, std::int64_t rows) const noexcept {
    if (buffers_.input_gradients[p.input] == nullptr) return;
    gemm({.transpose_b = Transpose::yes,
          .m = rows * p.positions,
          .n = arrays_.width,
          .k = p.columns,
          .lda = p.columns,
          .ldb = 3 * arrays_.width,
          .ldc = arrays_.width},
         projected(p, first, first), in_weight_.value + p.first,
         buffers_.input_gradients[p.input] + first * p.positions * arrays_.width);
  }

  [[nodiscard]] float* gradient_of(const ParameterSlot& slot) const noexcept {
    return slot.gradient != nullptr ? slot.gradient : buffers_.workspace + arrays_.weight;
  }

  void parameter_gradients(const BackwardRun& run) const noexcept {
    const std::int64_t width = arrays_.width;
    float* gradient = gradient_of(in_weight_);
    for (const Projection& p : arrays_.projections) {
      gemm({.transpose_a = Transpose::yes,
            .m = width,
            .n = p.columns,
            .k = run.rows * p.positions,
            .lda = width,
            .ldb = p.columns,
            .ldc = 3 * width},
           buffers_.inputs[p.input], projected(p, 0, 0), gradient + p.first);
    }
    run.apply(in_weight_, 0, in_weight_.count, gradient);
    if (in_bias_ != nullptr) {
      gradient = gradient_of(*in_bias_);
      for (const Projection& p : arrays_.projections) {
        const auto columns = static_cast<std::size_t>(p.columns);
        sum_of_rows(static_cast<std::size_t>(run.rows * p.positions), columns, columns, projected(p, 0, 0),
                    gradient + p.first);
      }
      run.apply(*in_bias_, 0, in_bias_->count, gradient);
    }
    gradient = gradient_of(out_weight_);
    gemm({.transpose_a = Transpose::yes,
          .m = width,
          .n = width,
          .k = run.rows * arrays_.queries,
          .lda = width,
          .ldb = width,
          .ldc = width},
         context(0, 0), buffers_.output_gradient, gradient);
    run.apply(out_weight_, 0, out_weight_.count, gradient);
    if (out_bias_ == nullptr) return;
    gradient = gradient_of(*out_bias_);
    const auto units = static_cast<std::size_t>(width);
    sum_of_rows(static_cast<std::size_t>(run.rows * arrays_.queries), units, units, buffers_.output_gradient, gradient);
    run.apply(*out_bias_, 0, out_bias_->count, gradient);
  }

  Arrays arrays_;
  HeadShape shape_;
  KernelBuffers buffers_;
  ParameterSlot& in_weight_;
  ParameterSlot* in_bias_;
  ParameterSlot& out_weight_;
  ParameterSlot* out_bias_;
  float* memory_;
};

OpTraits traits(const net::Node& node, const CompileHints& hints) {
  const Arrays arrays(node, hints);
  if (!arrays.kept) return {.workspace_floats = arrays.forward_floats};
  return {.saves_input = true, .saved_floats = arrays.forward_floats, .workspace_floats = arrays.backward_floats};
}

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints& hints, const KernelBuffers& buffers,
                             std::span<ParameterSlot> slots) {
  return std::make_unique<AttentionKernel>(node, Arrays(node, hints), buffers, slots);
}

void reference(const net::Node& node, const ReferenceTensors& t) {
  const net::AttentionOptions& options = options_of(node);
  const auto width = static_cast<std::size_t>(node.shape[1]);
  const auto heads = static_cast<std::size_t>(options.heads);
  const std::size_t head_width = width / heads;
  const auto queries = static_cast<std::size_t>(t.input_shapes.front()[0]);
  const auto keys = static_cast<std::size_t>(t.input_shapes.back()[0]);
  const std::span<const double> out_weight = t.parameters[options.bias ? 2 : 1];
  const double factor = logit_factor(options, static_cast<std::int64_t>(head_width));
  // Column `unit` of the packed projection `gate` at one position of an input.
  const auto projected = [&](net::AttentionGate gate, const double* x, std::size_t unit) {
    const std::size_t row = static_cast<std::size_t>(gate) * width + unit;
    double sum = options.bias ? t.parameters[1][row] : 0.0;
    for (std::size_t i = 0; i < width; ++i) sum += t.parameters[0][row * width + i] * x[i];
    return sum;
  };
  for (std::size_t sample = 0; sample < static_cast<std::size_t>(t.rows); ++sample) {
    const double* const source = t.inputs.back().data() + sample * keys * width;
    for (std::size_t query = 0; query < queries; ++query) {
      const double* const x = t.inputs.front().data() + (sample * queries + query) * width;
      std::vector<double> context(width, 0.0);
      for (std::size_t head = 0; head < heads; ++head) {
        const std::size_t seen = options.causal ? query + 1 : keys;
        std::vector<double> scores(seen, 0.0);
        for (std::size_t key = 0; key < seen; ++key) {
          for (std::size_t i = head * head_width; i < (head + 1) * head_width; ++i) {
            scores[key] += factor * projected(net::AttentionGate::query, x, i) *
                           projected(net::AttentionGate::key, source + key * width, i);
          }
        }
        const double largest = *std::max_element(scores.begin(), scores.end());
        double sum = 0;
        for (double& score : scores) sum += score = std::exp(score - largest);
        for (std::size_t key = 0; key < seen; ++key) {
          for (std::size_t i = head * head_width; i < (head + 1) * head_width; ++i) {
            context[i] += scores[key] / sum * projected(net::AttentionGate::value, source + key * width, i);
          }
        }
      }
      for (std::size_t unit = 0; unit < width; ++unit) {
        double& y = t.output[(sample * queries + query) * width + unit];
        y = options.bias ? t.parameters[3][unit] : 0.0;
        for (std::size_t i = 0; i < width; ++i) y += out_weight[unit * width + i] * context[i];
      }
    }
  }
}

}  // namespace

const OpEntry kAttentionEntry{"attention", traits, make, reference};

}  // namespace fanin::engine
