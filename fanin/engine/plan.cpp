#include "fanin/engine/plan.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "fanin/core/aligned_buffer.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/engine/compile.hpp"
#include "fanin/engine/losses/loss_kernels.hpp"

namespace fanin::engine {

struct Plan::Impl {
  CompiledGraph graph;
  PlanOptions options;
  std::unordered_map<std::string, std::size_t> slot_index;
  AlignedBuffer<float> arena;
  AlignedBuffer<float> gradients;  // whole gradients, made when somebody first asks for them
  AlignedBuffer<std::int32_t> labels;
  AlignedBuffer<float> targets;
  UpdateFunction update = nullptr;
  std::int64_t steps = 0;

  Impl(const net::Graph& description, const PlanOptions& plan_options)
      : graph(description, plan_options), options(plan_options), arena(graph.arena_floats()) {
    graph.bind(arena.data());
    const auto batch = static_cast<std::size_t>(options.batch_size);
    labels = AlignedBuffer<std::int32_t>(batch);
    if (options.loss == net::Loss::mean_squared_error) {
      targets = AlignedBuffer<float>(batch * static_cast<std::size_t>(graph.outputs()));
    }
    update = update_function(options.optimizer);
    for (std::size_t i = 0; i < graph.slots().size(); ++i) {
      const ParameterSlot& slot = graph.slots()[i];
      slot_index.emplace(slot.spec.name, i);
      if (slot.state1 != nullptr) {
        std::fill_n(slot.state1, slot.count, static_cast<float>(initial_state(options.optimizer)));
      }
    }
  }

  const ParameterSlot& slot(std::string_view name) const {
    const auto found = slot_index.find(std::string(name));
    if (found != slot_index.end()) return graph.slots()[found->second];
    std::vector<std::string> names;
    for (const ParameterSlot& known : graph.slots()) names.push_back(known.spec.name);
    throw Error(ErrorCode::unknown_name, "parameter '" + std::string(name) + "'",
                "the network has no such parameter; " + suggestion(name, names));
  }

  // Room for every whole gradient; the slots point at it until release_gradients.
  void keep_gradients() {
    std::size_t floats = 0;
    const auto padded = [](std::size_t count) { return (count + 15) / 16 * 16; };
    for (const ParameterSlot& known : graph.slots()) floats += padded(known.count);
    if (gradients.size() < floats) gradients = AlignedBuffer<float>(floats);
    floats = 0;
    for (ParameterSlot& known : graph.slots()) {
      known.gradient = gradients.data() + floats;
      floats += padded(known.count);
    }
  }

  void release_gradients() noexcept {
    for (ParameterSlot& known : graph.slots()) known.gradient = nullptr;
  }

  BatchResult loss(std::int64_t rows, float* gradient) noexcept {
    if (options.loss == net::Loss::mean_squared_error) {
      return mean_squared_error(rows, graph.outputs(), graph.output(), targets.data(), gradient);
    }
    return softmax_cross_entropy(rows, graph.outputs(), graph.output(), labels.data(), gradient);
  }

  BatchResult run(std::int64_t rows, bool move, net::Tap* tap) {
    BackwardRun backward{.rows = rows};
    StepScalars scalars;
    if (move) {
      scalars = step_scalars(options.optimizer, ++steps);
      backward.scalars = &scalars;
      backward.update = update;
    }
    if (tap != nullptr) graph.show_parameters(*tap);
    graph.forward(rows, tap);
    const BatchResult result = loss(rows, graph.output_gradient());
    graph.backward(backward, tap);
    return result;
  }

  void check_rows(std::int64_t rows) const {
    if (rows >= 1 && rows <= options.batch_size && options.training) return;
    if (!options.training) {
      throw Error(ErrorCode::bad_value, "plan", "it was compiled with training = false: it has no gradients");
    }
    throw Error(ErrorCode::bad_value, "plan",
                std::to_string(rows) + " rows are outside [1, " + std::to_string(options.batch_size) +
                    "], the batch size it was compiled for");
  }
};

Plan::Plan(const net::Graph& graph, const PlanOptions& options) : impl_(std::make_unique<Impl>(graph, options)) {}
Plan::~Plan() = default;
Plan::Plan(Plan&&) noexcept = default;
Plan& Plan::operator=(Plan&&) noexcept = default;

std::span<float> Plan::input() noexcept {
  return {impl_->graph.input(), static_cast<std::size_t>(impl_->options.batch_size * impl_->graph.features())};
}
std::span<std::int32_t> Plan::labels() noexcept { return impl_->labels.span(); }
std::span<float> Plan::targets() noexcept { return impl_->targets.span(); }
std::span<const float> Plan::output() const noexcept {
  return {impl_->graph.output(), static_cast<std::size_t>(impl_->options.batch_size * impl_->graph.outputs())};
}

void Plan::set_parameter(std::string_view name, std::span<const float> values) {
  const ParameterSlot& slot = impl_->slot(name);
  if (values.size() != slot.count) {
    throw Error(ErrorCode::bad_shape, "parameter '" + std::string(name) + "'",
                "shape " + to_string(slot.spec.shape()) + " has " + std::to_string(slot.count) + " values, found " +
                    std::to_string(values.size()));
  }
  store_values(slot, values.data(), slot.value);
}

std::vector<float> Plan::parameter(std::string_view name) const {
  const ParameterSlot& slot = impl_->slot(name);
  std::vector<float> values(slot.count);
  load_values(slot, slot.value, values.data());
  return values;
}

BatchResult Plan::evaluate(std::int64_t rows) noexcept {
  FANIN_ASSERT(rows >= 1 && rows <= impl_->options.batch_size);
  impl_->graph.forward(rows, nullptr);
  return impl_->loss(rows, nullptr);
}

BatchResult Plan::train_step(std::int64_t rows) noexcept {
  FANIN_ASSERT(rows >= 1 && rows <= impl_->options.batch_size && impl_->options.training);
  return impl_->run(rows, true, nullptr);
}

BatchResult Plan::train_step(std::int64_t rows, net::Tap& tap) {
  impl_->check_rows(rows);
  impl_->keep_gradients();
  const BatchResult result = impl_->run(rows, true, &tap);
  impl_->release_gradients();
  return result;
}

BatchResult Plan::gradients(std::int64_t rows, net::Tap* tap) {
  impl_->check_rows(rows);
  impl_->keep_gradients();
  const BatchResult result = impl_->run(rows, false, tap);
  impl_->release_gradients();
  return result;
}

std::vector<float> Plan::gradient(std::string_view name) const {
  const ParameterSlot& slot = impl_->slot(name);
  if (impl_->gradients.size() == 0) {
    throw Error(ErrorCode::bad_value, "gradient of '" + std::string(name) + "'", "call gradients() first");
  }
  std::size_t offset = 0;
  for (const ParameterSlot& other : impl_->graph.slots()) {
    if (&other == &slot) break;
    offset += (other.count + 15) / 16 * 16;
  }
  std::vector<float> values(slot.count);
  load_values(slot, impl_->gradients.data() + offset, values.data());
  return values;
}

std::int64_t Plan::steps() const noexcept { return impl_->steps; }
std::size_t Plan::arena_bytes() const noexcept { return impl_->graph.arena_floats() * sizeof(float); }
std::size_t Plan::unshared_bytes() const noexcept { return impl_->graph.unshared_floats() * sizeof(float); }

}  // namespace fanin::engine
