#include "fanin/experiment/weights/values.hpp"

#include <algorithm>
#include <limits>

#include "fanin/core/error.hpp"
#include "fanin/experiment/memory.hpp"
#include "fanin/experiment/weights/weight_file.hpp"
#include "fanin/init/replay.hpp"
#include "fanin/random/replay.hpp"

namespace fanin::experiment {

namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

bool is_drawn(const PlannedTensor& tensor) {
  if (!tensor.rule) return false;
  const std::optional<init::Law> law = tensor.rule->law(tensor.parameter);
  return !law || !std::holds_alternative<init::Constant>(*law);
}

}  // namespace

void check_replay(const WeightPlan& plan) {
  const std::string stream(to_string(plan.stream));
  for (const PlannedTensor& tensor : plan.tensors) {
    if (!is_drawn(tensor)) continue;
    init::check_replay(*tensor.rule, tensor.parameter, stream, tensor.dtype);
  }
  if (static_cast<double>(plan.bytes()) > machine_bytes() / 2) {
    throw Error(ErrorCode::bad_value, "stream " + stream,
                "it is sequential and held in memory, where " + std::to_string(plan.bytes()) +
                    " bytes do not fit; --stream fanin needs no memory");
  }
  (void)random::make_replay(stream, plan.seed);  // refuses seeds that the library refuses
}

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

void TensorValues::replay_all() {
  const std::unique_ptr<random::Replay> replay = random::make_replay(to_string(plan_.stream), plan_.seed);
  replayed_.resize(plan_.tensors.size());
  for (std::size_t i = 0; i < plan_.tensors.size(); ++i) {
    const PlannedTensor& tensor = plan_.tensors[i];
    if (!is_drawn(tensor)) continue;
    replayed_[i].resize(static_cast<std::size_t>(tensor.parameter.shape().count()) * size_of(tensor.dtype));
    init::replay(*tensor.rule, tensor.parameter, *replay, tensor.dtype, replayed_[i]);
  }
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
  if (plan_.stream != StreamKind::fanin && is_drawn(tensor)) {
    if (replayed_.empty()) replay_all();
    std::copy_n(replayed_[index].begin() + static_cast<std::ptrdiff_t>(first * width), out.size(), out.begin());
  } else if (!tensor.rule) {
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
