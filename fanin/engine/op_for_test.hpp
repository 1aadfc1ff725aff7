// One op's kernels alone, in chunks and in the layout they ask for, against an outside truth: the golden
// file's inputs, output, output gradient, and the gradients that PyTorch made of them.
//
//     expect_golden(file, "layer_norm", net::layer_norm(), {Shape{3, 5}});
//
// reads the arrays layer_norm.x0 (x1, … for further inputs), .y, .dy, .dx0 and, for each parameter,
// .weight and .weight_gradient; for each statistic .running_mean (its start) and .running_mean_after.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fanin/core/aligned_buffer.hpp"
#include "fanin/core/gemm.hpp"
#include "fanin/engine/compile.hpp"
#include "fanin/engine/kernel.hpp"
#include "fanin/engine/layout_conversion.hpp"
#include "fanin/net/graph.hpp"
#include "tests/golden/golden_file.hpp"

namespace fanin::engine {

/// "x" and 0: "x0".
inline std::string numbered(const char* name, std::size_t i) { return std::string(name).append(std::to_string(i)); }

struct LoneOpOptions {
  std::int64_t chunk_rows = 0;  ///< 0: all rows in one chunk
  bool training = true;
  bool channels_last = false;  ///< where the op leaves it open
  std::uint64_t seed = 0;
  std::uint64_t pass = 0;
};

/// An op between buffers that hold NaN wherever a kernel must not rely on what it finds.
class LoneOp {
 public:
  LoneOp(net::OpPtr op, const std::vector<Shape>& inputs, std::int64_t rows, const LoneOpOptions& options)
      : rows_(rows), options_(options) {
    use_one_thread();
    std::vector<net::NodeId> ids;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      ids.push_back(graph_.add_input(numbered("x", i), inputs[i]));
    }
    id_ = graph_.add("op", std::move(op), ids);
    if (options_.chunk_rows == 0) options_.chunk_rows = rows;
    hints_ = {.batch_size = options_.chunk_rows, .seed = options.seed, .input_shapes = inputs};
    traits_ = find_op(node()).traits(node(), hints_);
    if (traits_.layout != LayoutRule::any) options_.channels_last = traits_.layout == LayoutRule::channels_last;
    chunks_.resize(static_cast<std::size_t>((rows + options_.chunk_rows - 1) / options_.chunk_rows));
    const std::size_t stride = (traits_.batch_floats + 15) / 16 * 16;
    batch_ = AlignedBuffer<float>(stride * chunks_.size());
    for (const net::StatisticSpec& spec : node().statistics) {
      statistics_.emplace_back(static_cast<std::size_t>(spec.shape.count()), static_cast<float>(spec.initial));
    }
    for (const net::ParameterSpec& spec : node().parameters) {
      values_.emplace_back(static_cast<std::size_t>(spec.shape().count()));
    }
    for (std::size_t c = 0; c < chunks_.size(); ++c) make_chunk(c, stride);
  }

  [[nodiscard]] const net::Node& node() const { return graph_.node(id_); }
  void set_input(std::size_t which, const std::vector<float>& values) {
    for (std::size_t c = 0; c < chunks_.size(); ++c) {
      scatter(node(node().inputs[which]).shape, c, values, chunks_[c].inputs[which]);
    }
  }
  void set_parameter(std::size_t which, const std::vector<float>& values) {
    store_values(chunks_[0].slots[which], values.data(), values_[which].data());
  }
  void set_statistic(std::size_t which, const std::vector<float>& values) {
    ASSERT_EQ(values.size(), statistics_[which].size());
    std::copy(values.begin(), values.end(), statistics_[which].begin());  // the kernels hold its address
  }
  [[nodiscard]] const std::vector<float>& statistic(std::size_t which) const { return statistics_[which]; }

  std::vector<float> forward() {
    for (std::size_t c = 0; traits_.whole_batch && options_.training && c < chunks_.size(); ++c) {
      spoil(chunks_[c]);
      chunks_[c].kernel->prepare_forward(forward_run(c));
    }
    for (std::size_t c = 0; c < chunks_.size(); ++c) {
      spoil(chunks_[c]);
      chunks_[c].kernel->forward(forward_run(c));
    }
    return gather(node().shape, [](Chunk& chunk) { return chunk.output.data(); });
  }

  void backward(const std::vector<float>& output_gradient) {
    for (std::size_t c = 0; c < chunks_.size(); ++c) {
      scatter(node().shape, c, output_gradient, chunks_[c].output_gradient);
    }
    for (std::size_t c = 0; traits_.whole_batch && c < chunks_.size(); ++c) {
      spoil(chunks_[c]);
      chunks_[c].kernel->prepare_backward(backward_run(c));
    }
    for (std::size_t c = 0; c < chunks_.size(); ++c) {
      spoil(chunks_[c]);
      chunks_[c].kernel->backward(backward_run(c));
    }
  }
  [[nodiscard]] std::vector<float> input_gradient(std::size_t which) {
    return gather(node(node().inputs[which]).shape,
                  [which](Chunk& chunk) { return chunk.input_gradients[which].data(); });
  }
  [[nodiscard]] std::vector<float> parameter_gradient(std::size_t which) {
    std::vector<float> sum(values_[which].size());
    for (const Chunk& chunk : chunks_) {
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += chunk.gradients[which][i];
    }
    std::vector<float> described(sum.size());
    load_values(chunks_[0].slots[which], sum.data(), described.data());
    return described;
  }

 private:
  struct Chunk {
    std::vector<AlignedBuffer<float>> inputs, input_gradients, gradients;
    AlignedBuffer<float> output, output_gradient, saved, workspace;
    std::vector<ParameterSlot> slots;
    std::unique_ptr<Kernel> kernel;
  };

  [[nodiscard]] const net::Node& node(net::NodeId id) const { return graph_.node(id); }
  static AlignedBuffer<float> unset(std::size_t floats) {
    AlignedBuffer<float> buffer(floats);
    std::fill_n(buffer.data(), floats, std::numeric_limits<float>::quiet_NaN());
    return buffer;
  }
  static void spoil(Chunk& chunk) {
    std::fill_n(chunk.workspace.data(), chunk.workspace.size(), std::numeric_limits<float>::quiet_NaN());
  }

  void make_chunk(std::size_t c, std::size_t stride) {
    Chunk& chunk = chunks_[c];
    const auto floats = [&](const Shape& shape) {
      return static_cast<std::size_t>(options_.chunk_rows * shape.count());
    };
    KernelBuffers buffers{
        .batch = batch_.data(),
        .batch_stride = stride,
        .chunk = c,
        .chunks = chunks_.size(),
        .layout = options_.channels_last && layout_matters(node().shape) ? Layout::channels_last : Layout::row_major};
    for (const net::NodeId input : node().inputs) {
      chunk.inputs.push_back(unset(floats(node(input).shape)));
      chunk.input_gradients.push_back(unset(floats(node(input).shape)));
      buffers.inputs.push_back(chunk.inputs.back().data());
      buffers.input_gradients.push_back(chunk.input_gradients.back().data());
    }
    chunk.output = unset(floats(node().shape));
    chunk.output_gradient = unset(floats(node().shape));
    chunk.saved = unset(traits_.saved_floats);
    chunk.workspace = unset(traits_.workspace_floats);
    buffers.output = chunk.output.data();
    buffers.output_gradient = chunk.output_gradient.data();
    buffers.saved = chunk.saved.data();
    buffers.workspace = chunk.workspace.data();
    for (std::vector<float>& statistic : statistics_) buffers.statistics.push_back(statistic.data());
    for (std::size_t i = 0; i < values_.size(); ++i) {
      chunk.gradients.push_back(unset(values_[i].size()));
      chunk.slots.push_back({.spec = node().parameters[i],
                             .count = values_[i].size(),
                             .value = values_[i].data(),
                             .gradient = chunk.gradients.back().data()});
    }
    chunk.kernel = find_op(node()).make(node(), hints_, buffers, chunk.slots);
  }

  [[nodiscard]] std::int64_t rows_of(std::size_t c) const {
    return std::min(options_.chunk_rows, rows_ - static_cast<std::int64_t>(c) * options_.chunk_rows);
  }
  [[nodiscard]] ForwardRun forward_run(std::size_t c) const {
    return {.rows = rows_of(c),
            .first_row = static_cast<std::int64_t>(c) * options_.chunk_rows,
            .batch_rows = rows_,
            .training = options_.training,
            .pass = options_.pass};
  }
  [[nodiscard]] BackwardRun backward_run(std::size_t c) const {
    return {.rows = rows_of(c),
            .first_row = static_cast<std::int64_t>(c) * options_.chunk_rows,
            .batch_rows = rows_,
            .pass = options_.pass};
  }
  [[nodiscard]] bool turned(const Shape& shape) const { return options_.channels_last && layout_matters(shape); }
  void scatter(const Shape& shape, std::size_t c, const std::vector<float>& from, AlignedBuffer<float>& to) const {
    ASSERT_EQ(static_cast<std::int64_t>(from.size()), rows_ * shape.count());
    const float* const first = from.data() + static_cast<std::int64_t>(c) * options_.chunk_rows * shape.count();
    if (turned(shape)) {
      transpose_samples(rows_of(c), shape[0], shape.count() / shape[0], first, to.data());
    } else {
      std::copy_n(first, rows_of(c) * shape.count(), to.data());
    }
  }
  template <class BufferOf>
  std::vector<float> gather(const Shape& shape, const BufferOf& buffer_of) {
    std::vector<float> all(static_cast<std::size_t>(rows_ * shape.count()));
    for (std::size_t c = 0; c < chunks_.size(); ++c) {
      float* const to = all.data() + static_cast<std::int64_t>(c) * options_.chunk_rows * shape.count();
      if (turned(shape)) {
        transpose_samples(rows_of(c), shape.count() / shape[0], shape[0], buffer_of(chunks_[c]), to);
      } else {
        std::copy_n(buffer_of(chunks_[c]), rows_of(c) * shape.count(), to);
      }
    }
    return all;
  }

  net::Graph graph_;
  net::NodeId id_ = 0;
  std::int64_t rows_;
  LoneOpOptions options_;
  CompileHints hints_;
  OpTraits traits_;
  AlignedBuffer<float> batch_;
  std::vector<std::vector<float>> statistics_;
  std::vector<std::vector<float>> values_;
  std::vector<Chunk> chunks_;
};

/// |found - expected| <= tolerance * (1 + the largest |expected|), element by element.
inline void expect_near(const std::vector<float>& found, const std::vector<double>& expected, double tolerance,
                        const std::string& what) {
  ASSERT_EQ(found.size(), expected.size()) << what;
  double largest = 1;
  for (const double value : expected) largest = std::max(largest, std::abs(value));
  for (std::size_t i = 0; i < found.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(found[i]), expected[i], tolerance * largest) << what << "[" << i << "]";
  }
}

/// The op of one golden case: output, input gradients, parameter gradients and statistics, with all rows
/// at once and in chunks of one and two rows, and in both layouts where the op takes both.
inline void expect_golden(const golden::GoldenFile& file, const std::string& name, const net::OpPtr& op,
                          const std::vector<Shape>& inputs, double tolerance = 2e-6, bool training = true) {
  const auto key = [&name](const std::string& part) { return name + "." + part; };
  const std::int64_t rows = static_cast<std::int64_t>(file.at(key("x0")).size()) / inputs[0].count();
  for (const std::int64_t chunk_rows : {std::int64_t{0}, std::int64_t{1}, std::int64_t{2}}) {
    for (const bool channels_last : {false, true}) {
      SCOPED_TRACE(name + ", chunks of " + std::to_string(chunk_rows) + (channels_last ? ", channels last" : ""));
      LoneOp lone(op, inputs, rows, {.chunk_rows = chunk_rows, .training = training, .channels_last = channels_last});
      const net::Node& node = lone.node();
      const auto local = [](const std::string& full) { return full.substr(full.rfind('.') + 1); };
      for (std::size_t i = 0; i < inputs.size(); ++i) lone.set_input(i, file.floats(key(numbered("x", i))));
      for (std::size_t i = 0; i < node.parameters.size(); ++i) {
        lone.set_parameter(i, file.floats(key(local(node.parameters[i].name))));
      }
      for (std::size_t i = 0; i < node.statistics.size(); ++i) {
        lone.set_statistic(i, file.floats(key(local(node.statistics[i].name))));
      }
      expect_near(lone.forward(), file.at(key("y")), tolerance, "y");
      for (std::size_t i = 0; i < node.statistics.size(); ++i) {
        const std::string statistic = local(node.statistics[i].name);
        expect_near(lone.statistic(i), file.at(key(statistic + "_after")), tolerance, statistic);
      }
      if (!training) continue;
      lone.backward(file.floats(key("dy")));
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        const std::string gradient = numbered("dx", i);
        expect_near(lone.input_gradient(i), file.at(key(gradient)), tolerance, gradient);
      }
      for (std::size_t i = 0; i < node.parameters.size(); ++i) {
        const std::string gradient = local(node.parameters[i].name) + "_gradient";
        expect_near(lone.parameter_gradient(i), file.at(key(gradient)), tolerance, gradient);
      }
    }
  }
}

}  // namespace fanin::engine
