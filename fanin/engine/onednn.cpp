#include "fanin/engine/onednn.hpp"

#include <omp.h>

#include "fanin/core/error.hpp"

namespace fanin::engine::onednn {

const dnnl::engine& cpu() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

OneThread::OneThread() noexcept : before_(omp_get_max_threads()) {
  if (before_ != 1) omp_set_num_threads(1);
}

OneThread::~OneThread() {
  if (before_ != 1) omp_set_num_threads(before_);
}

dnnl::primitive_attr attributes() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

std::size_t floats_of(const dnnl::memory::desc& desc) { return (desc.get_size() + 63) / 64 * 16; }

Call::Call(const dnnl::primitive& primitive, const std::vector<std::pair<int, dnnl::memory::desc>>& arguments)
    : primitive_(primitive), stream_(cpu()) {
  for (const auto& [number, desc] : arguments) {
    memories_.push_back(dnnl::memory(desc, cpu(), nullptr));
    arguments_.push_back({number, memories_.back().get()});
  }
}

void Call::bind(std::size_t argument, const float* data) noexcept {
  // oneDNN takes everything as writable and writes only to outputs.
  void* const handle = const_cast<float*>(data);
  const dnnl_status_t status = dnnl_memory_set_data_handle(arguments_[argument].memory, handle);
  FANIN_ASSERT(status == dnnl_success);
}

void Call::run() noexcept {
  const dnnl_status_t status =
      dnnl_primitive_execute(primitive_.get(), stream_.get(), static_cast<int>(arguments_.size()), arguments_.data());
  FANIN_ASSERT(status == dnnl_success);
}

Call make_reorder(const dnnl::memory::desc& from, const dnnl::memory::desc& to) {
  return Call(dnnl::reorder(dnnl::reorder::primitive_desc(cpu(), from, cpu(), to)),
              {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
}

}  // namespace fanin::engine::onednn
