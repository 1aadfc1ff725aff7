#include "fanin/experiment/weights/values.hpp"

#include <algorithm>
#include <limits>

#include "fanin/core/error.hpp"
#include "fanin/experiment/weights/weight_file.hpp"

namespace fanin::experiment {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

TensorValues::TensorValues(const WeightPlan& plan, unsigned threads)
    : plan_(plan), threads_(std::max(threads, 1U)), whole_index_(kNone) {}

TensorValues::~TensorValues() = default;

void TensorValues::draw_whole(std::size_t index) {
  if (index == whole_index_) return;
  const PlannedTensor& tensor = plan_.tensors[index];
  whole_index_ = kNone;
  whole_.resize(static_cast<std::size_t>(tensor.parameter.shape().count()) * size_of(tensor.dtype));
  tensor.rule->fill(tensor.parameter, {.seed = plan_.seed, .dtype = tensor.dtype, .threads = threads_}, whole_);
  whole_index_ = index;
}

void TensorValues::read(std::size_t index, std::uint64_t first, std::span<std::byte> out) {
  const PlannedTensor& tensor = plan_.tensors.at(index);
  const std::size_t width = size_of(tensor.dtype);
  const auto count = static_cast<std::uint64_t>(tensor.parameter.shape().count());
  const std::uint64_t wanted = out.size() / width;
  if (first > count || wanted > count - first) {
    throw Error(ErrorCode::bad_shape, tensor.parameter.name,
                "elements " + std::to_string(first) + " to " + std::to_string(first + wanted) +
                    " were asked for, but shape " + to_string(tensor.parameter.shape()) + " has " +
                    std::to_string(count));
  }
  if (out.empty()) return;
  if (!tensor.rule) {
    plan_.source->read(plan_.source->find(tensor.parameter.name), first * width, out);
  } else if (tensor.rule->slices_are_cheap()) {
    tensor.rule->fill(tensor.parameter,
                      {.seed = plan_.seed, .first = first, .dtype = tensor.dtype, .threads = threads_}, out);
  } else {
    draw_whole(index);
    std::copy_n(whole_.begin() + static_cast<std::ptrdiff_t>(first * width), out.size(), out.begin());
  }
}

}  // namespace fanin::experiment
