#include "fanin/engine/convolution.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/engine/few_channels.hpp"
#include "fanin/engine/onednn.hpp"

namespace fanin::engine {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

constexpr std::int64_t kLargestAttribute = std::int64_t{1} << 20;
constexpr std::int64_t kLargestCount = (std::int64_t{1} << 31) - 1;

std::int64_t product(const std::vector<std::int64_t>& extents) {
  return std::accumulate(extents.begin(), extents.end(), std::int64_t{1}, std::multiplies<>());
}

// Tensors, strides and paddings as oneDNN takes them: two or three spatial axes.
struct Tensors {
  memory::dims strides, dilations, before, after;
  memory::desc src, dst, weights, plain_weights, bias;

  Tensors(const ConvolutionShape& shape, std::int64_t rows) {
    memory::dims src_dims{rows, shape.src_channels};
    memory::dims dst_dims{rows, shape.dst_channels};
    memory::dims kernel{shape.dst_channels / shape.groups, shape.src_channels / shape.groups};
    if (shape.groups > 1) kernel.insert(kernel.begin(), shape.groups);
    const auto add_axis = [&](std::int64_t from, std::int64_t to, std::int64_t taps, std::int64_t stride,
                              std::int64_t padding, std::int64_t dilation) {
      src_dims.push_back(from);
      dst_dims.push_back(to);
      kernel.push_back(taps);
      strides.push_back(stride);
      dilations.push_back(dilation - 1);
      before.push_back(padding);
      after.push_back((to - 1) * stride + dilation * (taps - 1) + 1 - from - padding);
    };
    if (shape.src.size() == 1) add_axis(1, 1, 1, 1, 0, 1);
    const net::Window& window = shape.window;
    for (std::size_t axis = 0; axis < shape.src.size(); ++axis) {
      add_axis(shape.src[axis], shape.dst[axis], window.kernel[axis], window.stride[axis], window.padding[axis],
               window.dilation[axis]);
    }
    const Tag last = src_dims.size() == 4 ? Tag::nhwc : Tag::ndhwc;
    src = {src_dims, memory::data_type::f32, last};
    dst = {dst_dims, memory::data_type::f32, last};
    const Tag plain = kernel.size() == 4 ? Tag::abcd : kernel.size() == 5 ? Tag::abcde : Tag::abcdef;
    weights = {kernel, memory::data_type::f32, Tag::any};
    plain_weights = {kernel, memory::data_type::f32, plain};
    bias = {{shape.dst_channels}, memory::data_type::f32, Tag::a};
  }
};

// A primitive whose weights are in its own layout: they are copied from or to the described one.
struct Pass {
  onednn::Call call;     // its last two arguments are the weights and the scratch memory
  onednn::Call reorder;  // 0: from, 1: to
  std::size_t weight_floats = 0;
  std::size_t scratch_floats = 0;
  std::size_t weights_at = 0;

  [[nodiscard]] std::size_t workspace_floats() const noexcept { return weight_floats + scratch_floats; }

  using Arguments = std::vector<std::pair<int, memory::desc>>;
  Pass() = default;
  Pass(const dnnl::primitive& primitive, Arguments arguments, int weights_argument, const memory::desc& weights,
       const memory::desc& scratch)
      : weight_floats(onednn::floats_of(weights)),
        scratch_floats(onednn::floats_of(scratch)),
        weights_at(arguments.size()) {
    arguments.emplace_back(weights_argument, weights);
    arguments.emplace_back(DNNL_ARG_SCRATCHPAD, scratch);
    call = onednn::Call(primitive, arguments);
  }
  void run(float* workspace) noexcept {
    call.bind(weights_at, workspace);
    call.bind(weights_at + 1, workspace + weight_floats);
    call.run();
  }
};

class OneDnnConvolution final : public Convolution {
 public:
  OneDnnConvolution(const ConvolutionShape& shape, std::int64_t rows, const ConvolutionUse& use) {
    const onednn::OneThread alone;
    const Tensors t(shape, rows);
    const memory::desc bias = use.bias ? t.bias : memory::desc();
    using dnnl::algorithm;
    const auto forward_desc = onednn::forward_desc<dnnl::convolution_forward>(
        use.backward_weights ? dnnl::prop_kind::forward_training : dnnl::prop_kind::forward_inference,
        algorithm::convolution_direct, t.src, t.weights, bias, t.dst, t.strides, t.dilations, t.before, t.after);
    if (use.forward) {
      Pass::Arguments arguments{{DNNL_ARG_SRC, t.src}, {DNNL_ARG_DST, t.dst}};
      if (use.bias) arguments.emplace_back(DNNL_ARG_BIAS, t.bias);
      forward_ = Pass(dnnl::convolution_forward(forward_desc), arguments, DNNL_ARG_WEIGHTS, forward_desc.weights_desc(),
                      forward_desc.scratchpad_desc());
      forward_.reorder = onednn::make_reorder(t.plain_weights, forward_desc.weights_desc());
    }
    if (use.backward_data) {
      const auto desc = onednn::backward_desc<dnnl::convolution_backward_data>(
          forward_desc, algorithm::convolution_direct, t.src, t.weights, t.dst, t.strides, t.dilations, t.before,
          t.after);
      data_ = Pass(dnnl::convolution_backward_data(desc), {{DNNL_ARG_DIFF_SRC, t.src}, {DNNL_ARG_DIFF_DST, t.dst}},
                   DNNL_ARG_WEIGHTS, desc.weights_desc(), desc.scratchpad_desc());
      data_.reorder = onednn::make_reorder(t.plain_weights, desc.weights_desc());
    }
    if (use.backward_weights) {
      const auto desc = onednn::backward_desc<dnnl::convolution_backward_weights>(
          forward_desc, algorithm::convolution_direct, t.src, t.weights, bias, t.dst, t.strides, t.dilations, t.before,
          t.after);
      Pass::Arguments arguments{{DNNL_ARG_SRC, t.src}, {DNNL_ARG_DIFF_DST, t.dst}};
      if (use.bias) arguments.emplace_back(DNNL_ARG_DIFF_BIAS, t.bias);
      weights_ = Pass(dnnl::convolution_backward_weights(desc), arguments, DNNL_ARG_DIFF_WEIGHTS,
                      desc.diff_weights_desc(), desc.scratchpad_desc());
      weights_.reorder = onednn::make_reorder(desc.diff_weights_desc(), t.plain_weights);
    }
  }

  [[nodiscard]] std::size_t workspace_floats() const noexcept override {
    return std::max({forward_.workspace_floats(), data_.workspace_floats(), weights_.workspace_floats()});
  }

  void forward(const float* src, const float* weights, const float* bias, float* dst,
               float* workspace) noexcept override {
    const onednn::OneThread alone;
    take_weights(forward_, weights, workspace);
    forward_.call.bind(0, src);
    forward_.call.bind(1, dst);
    if (forward_.weights_at > 2) forward_.call.bind(2, bias);
    forward_.run(workspace);
  }

  void backward_data(const float* diff_dst, const float* weights, float* diff_src, float* workspace) noexcept override {
    const onednn::OneThread alone;
    take_weights(data_, weights, workspace);
    data_.call.bind(0, diff_src);
    data_.call.bind(1, diff_dst);
    data_.run(workspace);
  }

  void backward_weights(const float* src, const float* diff_dst, float* diff_weights, float* diff_bias,
                        float* workspace) noexcept override {
    const onednn::OneThread alone;
    weights_.call.bind(0, src);
    weights_.call.bind(1, diff_dst);
    if (weights_.weights_at > 2) weights_.call.bind(2, diff_bias);
    weights_.run(workspace);
    weights_.reorder.bind(0, workspace);
    weights_.reorder.bind(1, diff_weights);
    weights_.reorder.run();
  }

 private:
  static void take_weights(Pass& pass, const float* weights, float* workspace) noexcept {
    pass.reorder.bind(0, weights);
    pass.reorder.bind(1, workspace);
    pass.reorder.run();
  }

  Pass forward_, data_, weights_;
};

void check_count(const std::vector<std::int64_t>& extents, std::int64_t channels, const char* what,
                 const std::string& where) {
  std::int64_t count = channels;
  for (const std::int64_t extent : extents) {
    if (extent > kLargestCount / count) {
      throw Error(ErrorCode::unsupported, where,
                  std::string("a row of the ") + what + " has more than 2^31 - 1 values; take a smaller one");
    }
    count *= extent;
  }
}

}  // namespace

std::int64_t ConvolutionShape::src_count() const { return src_channels * product(src); }
std::int64_t ConvolutionShape::dst_count() const { return dst_channels * product(dst); }
std::int64_t ConvolutionShape::weight_count() const {
  return dst_channels * (src_channels / groups) * product(window.kernel);
}

void check_convolution(const ConvolutionShape& shape, const std::string& where) {
  for (const auto* list : {&shape.window.kernel, &shape.window.stride, &shape.window.padding, &shape.window.dilation}) {
    for (const std::int64_t value : *list) {
      if (value <= kLargestAttribute) continue;
      throw Error(
          ErrorCode::unsupported, where,
          "the engine takes kernels, strides, paddings and dilations up to 2^20, found " + std::to_string(value));
    }
  }
  check_count(shape.src, shape.src_channels, "input", where);
  check_count(shape.dst, shape.dst_channels, "output", where);
  check_count(shape.window.kernel, shape.src_channels / shape.groups * shape.dst_channels, "weight", where);
}

std::unique_ptr<Convolution> make_convolution(const ConvolutionShape& shape, std::int64_t rows,
                                              const ConvolutionUse& use, const std::string& where) {
  check_convolution(shape, where);
  const FewChannels taken = few_channels(shape, rows, use);
  const ConvolutionUse rest{.forward = use.forward && !taken.outputs,
                            .backward_data = use.backward_data && !taken.inputs,
                            .backward_weights = use.backward_weights && !taken.outputs,
                            .bias = use.bias};
  std::unique_ptr<Convolution> convolution;
  try {
    if (rest.forward || rest.backward_data || rest.backward_weights) {
      convolution = std::make_unique<OneDnnConvolution>(shape, rows, rest);
    }
  } catch (const dnnl::error& error) {
    throw Error(ErrorCode::unsupported, where,
                "oneDNN has no kernel for kernel=" + net::joined(shape.window.kernel) +
                    ", stride=" + net::joined(shape.window.stride) + ", padding=" + net::joined(shape.window.padding) +
                    ", dilation=" + net::joined(shape.window.dilation) + " on " + std::to_string(shape.src_channels) +
                    "x" + net::joined(shape.src) + " (" + error.what() + "); change one of them");
  }
  if (!taken.outputs && !taken.inputs) return convolution;
  return make_few_channels(shape, rows, taken, std::move(convolution));
}

ConvolutionSet::ConvolutionSet(const ConvolutionShape& shape, std::int64_t rows, const ConvolutionUse& use,
                               std::string where, float* workspace)
    : shape_(shape), use_(use), where_(std::move(where)), workspace_(workspace) {
  Entry& entry = entries_[rows];
  entry.convolution = make_convolution(shape_, rows, use_, where_);
  entry.workspace = workspace_;
  workspace_floats_ = entry.convolution->workspace_floats();
}

// What could be made for the whole batch can be made for fewer rows: only a lack of memory ends this.
ConvolutionSet::Entry& ConvolutionSet::add(std::int64_t rows) noexcept {
  Entry& entry = entries_[rows];
  entry.convolution = make_convolution(shape_, rows, use_, where_);
  const std::size_t floats = entry.convolution->workspace_floats();
  if (floats > workspace_floats_) entry.own_workspace = AlignedBuffer<float>(floats);
  entry.workspace = floats > workspace_floats_ ? entry.own_workspace.data() : workspace_;
  return entry;
}

}  // namespace fanin::engine
