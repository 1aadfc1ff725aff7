// What the engine uses of oneDNN, with arguments in the order of its version 3; builds against 2.6 and 3.x.
// Private to the room: no public header shows oneDNN.
//
//     const auto desc = onednn::forward_desc<dnnl::convolution_forward>(prop, algorithm, src, weights, …);
//     onednn::Call call(dnnl::convolution_forward(desc), {{DNNL_ARG_SRC, desc.src_desc()}, …});
//     call.bind(0, pointer);
//     call.run();
#pragma once

#include <cstddef>
#include <dnnl.hpp>
#include <utility>
#include <vector>

namespace fanin::engine::onednn {

/// The processor.
const dnnl::engine& cpu();

/// oneDNN sizes its scratch memory by the number of threads it sees at creation, and its kernels by the number
/// at execution: while one of these lives the calling thread is alone.
class OneThread final {
 public:
  OneThread() noexcept;
  ~OneThread();
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

/// Scratch memory comes from the caller: nothing is allocated when a primitive runs.
dnnl::primitive_attr attributes();

/// Descriptions of primitives. `arguments` as version 3's, without engine and attributes.
/// @throws dnnl::error when oneDNN has no such primitive.
template <class Primitive, class... Arguments>
typename Primitive::primitive_desc forward_desc(const Arguments&... arguments) {
#if DNNL_VERSION_MAJOR >= 3
  return typename Primitive::primitive_desc(cpu(), arguments..., attributes());
#else
  return typename Primitive::primitive_desc(typename Primitive::desc(arguments...), attributes(), cpu());
#endif
}

/// @param forward  the description of the forward primitive that it belongs to.
template <class Primitive, class Forward, class... Arguments>
typename Primitive::primitive_desc backward_desc(const Forward& forward, const Arguments&... arguments) {
#if DNNL_VERSION_MAJOR >= 3
  return typename Primitive::primitive_desc(cpu(), arguments..., forward, attributes());
#else
  return typename Primitive::primitive_desc(typename Primitive::desc(arguments...), attributes(), cpu(), forward);
#endif
}

/// Whole cache lines of floats that a tensor takes.
std::size_t floats_of(const dnnl::memory::desc& desc);

/// A primitive with its arguments, whose memory is bound before each run.
class Call final {
 public:
  Call() = default;
  /// @param arguments  oneDNN's number of each argument and what it is; addressed by their position here.
  Call(const dnnl::primitive& primitive, const std::vector<std::pair<int, dnnl::memory::desc>>& arguments);

  void bind(std::size_t argument, const float* data) noexcept;
  /// To be called with a OneThread alive.
  void run() noexcept;

 private:
  dnnl::primitive primitive_;
  dnnl::stream stream_;
  std::vector<dnnl::memory> memories_;
  std::vector<dnnl_exec_arg_t> arguments_;
};

/// Copies `from` to `to`, which differ in layout: arguments 0 and 1.
Call make_reorder(const dnnl::memory::desc& from, const dnnl::memory::desc& to);

}  // namespace fanin::engine::onednn
