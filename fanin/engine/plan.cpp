#include "fanin/engine/plan.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_map>
#include <utility>

#include "fanin/core/aligned_buffer.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/engine/compile.hpp"
#include "fanin/engine/execute.hpp"
#include "fanin/engine/gradient_store.hpp"
#include "fanin/engine/losses/loss_kernels.hpp"

namespace fanin::engine {
namespace {

// Parameters that move alike: one set of step scalars.
struct Group {
  double factor = 1;
  bool decays = true;
  friend bool operator==(const Group&, const Group&) = default;
};

void check_options(const PlanOptions& options) {
  if (!(options.label_smoothing >= 0 && options.label_smoothing < 1)) {
    throw Error(ErrorCode::bad_value, "label smoothing", "it must be in [0, 1)");
  }
  if (options.label_smoothing > 0 && options.loss != net::Loss::softmax_cross_entropy) {
    throw Error(ErrorCode::bad_value, "label smoothing",
                "it needs labels, and the loss " + std::string(net::to_string(options.loss)) + " has none");
  }
  if (options.clipping != Clipping::none && !(options.clip_limit > 0)) {
    throw Error(ErrorCode::bad_value, "clipping", "the limit must be greater than 0");
  }
  if (options.threads < 1) throw Error(ErrorCode::bad_value, "threads", "at least one is needed");
}

}  // namespace

struct Plan::Impl {
  CompiledGraph graph;
  PlanOptions options;
  std::unordered_map<std::string, std::size_t> slot_index;
  std::unordered_map<std::string, std::size_t> statistic_index;
  AlignedBuffer<float> arena;
  AlignedBuffer<std::int32_t> labels;
  AlignedBuffer<float> targets;
  Executor executor;
  GradientStore gradients;
  std::vector<Group> groups{Group{}};
  std::vector<StepScalars> scalars{StepScalars{}};
  UpdateFunction update = nullptr;
  WatchedUpdateFunction watched_update = nullptr;
  std::unique_ptr<StepWatch> watch = nullptr;
  bool step_begun = false;  // parts of the next step have been watched
  StepReport report = {};
  std::int64_t steps = 0;
  std::uint64_t passes = 0;

  Impl(const net::Graph& description, const PlanOptions& plan_options)
      : graph((check_options(plan_options), description), plan_options),
        options(plan_options),
        arena(graph.arena_floats()),
        executor(graph, plan_options.threads),
        gradients(graph) {
    graph.bind(arena.data());
    const auto batch = static_cast<std::size_t>(options.batch_size);
    const auto outputs = static_cast<std::size_t>(graph.output_shape().count());
    if (net::takes_labels(options.loss)) {
      labels = AlignedBuffer<std::int32_t>(batch * static_cast<std::size_t>(positions()));
    } else {
      targets = AlignedBuffer<float>(batch * outputs);
    }
    update = update_function(options.optimizer);
    watched_update = watched_update_function(options.optimizer);
    for (std::size_t i = 0; i < graph.slots().size(); ++i) {
      const ParameterSlot& slot = graph.slots()[i];
      slot_index.emplace(slot.spec.name, i);
      if (slot.state1 != nullptr) {
        std::fill_n(slot.state1, slot.count, static_cast<float>(initial_state(options.optimizer)));
      }
    }
    for (std::size_t i = 0; i < graph.statistics().size(); ++i) {
      statistic_index.emplace(graph.statistics()[i].spec.name, i);
    }
  }

  [[nodiscard]] std::int64_t positions() const noexcept {
    const Shape& shape = graph.output_shape();
    return shape.count() / shape.extents().back();
  }

  [[nodiscard]] std::size_t index(std::string_view name) const {
    const auto found = slot_index.find(std::string(name));
    if (found != slot_index.end()) return found->second;
    std::vector<std::string> names;
    for (const ParameterSlot& known : graph.slots()) names.push_back(known.spec.name);
    for (const StatisticSlot& known : graph.statistics()) names.push_back(known.spec.name);
    throw Error(ErrorCode::unknown_name, "parameter '" + std::string(name) + "'",
                "the network has no such parameter; " + suggestion(name, names));
  }

  [[nodiscard]] const ParameterSlot& slot(std::string_view name) const { return graph.slots()[index(name)]; }

  [[nodiscard]] const StatisticSlot* statistic(std::string_view name) const {
    const auto found = statistic_index.find(std::string(name));
    return found == statistic_index.end() ? nullptr : &graph.statistics()[found->second];
  }

  // The group's number for every chunk's view of the parameter.
  void set_group(std::size_t slot, const Group& group) {
    auto found = std::find(groups.begin(), groups.end(), group);
    if (found == groups.end()) found = groups.insert(groups.end(), group);
    scalars.resize(groups.size());
    for (std::size_t chunk = 0; chunk < graph.chunks(); ++chunk) {
      graph.slots(chunk)[slot].group = static_cast<std::size_t>(found - groups.begin());
    }
  }

  // The numbers of the next step.
  void next_step() {
    ++steps;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      Optimizer optimizer = options.optimizer;
      optimizer.learning_rate *= groups[i].factor;
      if (!groups[i].decays) optimizer.weight_decay = 0;
      scalars[i] = step_scalars(optimizer, steps);
    }
  }

  [[nodiscard]] Pass pass(std::int64_t rows, std::int64_t total_rows, bool training) const {
    return {.rows = rows,
            .training = training,
            .backward = training,
            .number = passes,
            .loss = {.function = loss_function(options.loss),
                     .labels = labels.data(),
                     .targets = targets.data(),
                     .label_smoothing = training ? options.label_smoothing : 0,
                     .normalizer = static_cast<double>(total_rows * positions())}};
  }

  // The pass belongs to the step that is to come.
  void watch_pass(Pass& task, bool to_kernels) {
    if (watch == nullptr) return;
    if (!step_begun) watch->begin();
    step_begun = true;
    watch->attach(to_kernels);
    task.watch = watch.get();
    task.watched_update = watched_update;
  }

  void end_step() {
    if (watch != nullptr) watch->finish();
    step_begun = false;
  }

  BatchResult collect(std::int64_t rows, std::int64_t total_rows, net::Tap* tap, bool steps_on = true) {
    gradients.attach();
    Pass task = pass(rows, total_rows, true);
    if (steps_on) watch_pass(task, false);
    const BatchResult result = tap == nullptr ? executor.run(task) : executor.run_watched(task, *tap);
    gradients.collect(executor.live_chunks(rows), executor.team());
    ++passes;
    return result;
  }

  void step() {
    next_step();
    report = gradients.apply(options, {scalars, update, watched_update, watch.get()}, executor.team());
    end_step();
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

  [[nodiscard]] float* state_of(std::string_view name, std::size_t which) const {
    const ParameterSlot& owner = slot(name);
    float* const state = which == 0 ? owner.state1 : which == 1 ? owner.state2 : nullptr;
    if (state != nullptr) return state;
    throw Error(ErrorCode::bad_value, "optimizer state " + std::to_string(which) + " of '" + std::string(name) + "'",
                "the optimizer " + to_string(options.optimizer) + " keeps no such state");
  }
};

Plan::Plan(const net::Graph& graph, const PlanOptions& options) : impl_(std::make_unique<Impl>(graph, options)) {}
Plan::~Plan() = default;
Plan::Plan(Plan&&) noexcept = default;
Plan& Plan::operator=(Plan&&) noexcept = default;

std::span<float> Plan::input() noexcept {
  return {impl_->graph.input(), static_cast<std::size_t>(impl_->options.batch_size * impl_->graph.features())};
}
std::int64_t Plan::positions() const noexcept { return impl_->positions(); }
std::span<std::int32_t> Plan::labels() noexcept { return impl_->labels.span(); }
std::span<float> Plan::targets() noexcept { return impl_->targets.span(); }
std::span<const float> Plan::output() const noexcept {
  return impl_->executor.output().first(
      static_cast<std::size_t>(impl_->options.batch_size * impl_->graph.output_shape().count()));
}

void Plan::set_parameter(std::string_view name, std::span<const float> values) {
  const StatisticSlot* const statistic = impl_->statistic(name);
  const Shape shape = statistic != nullptr ? statistic->spec.shape : impl_->slot(name).spec.shape();
  if (static_cast<std::int64_t>(values.size()) != shape.count()) {
    throw Error(ErrorCode::bad_shape, "parameter '" + std::string(name) + "'",
                "shape " + to_string(shape) + " has " + std::to_string(shape.count()) + " values, found " +
                    std::to_string(values.size()));
  }
  if (statistic != nullptr) {
    std::copy(values.begin(), values.end(), statistic->value);
  } else {
    const ParameterSlot& slot = impl_->slot(name);
    store_values(slot, values.data(), slot.value);
  }
}

std::vector<float> Plan::parameter(std::string_view name) const {
  if (const StatisticSlot* const statistic = impl_->statistic(name); statistic != nullptr) {
    return {statistic->value, statistic->value + statistic->spec.shape.count()};
  }
  const ParameterSlot& slot = impl_->slot(name);
  std::vector<float> values(slot.count);
  load_values(slot, slot.value, values.data());
  return values;
}

void Plan::copy_parameters_to(Plan& other) const {
  for (const ParameterSlot& slot : impl_->graph.slots()) other.set_parameter(slot.spec.name, parameter(slot.spec.name));
  for (const StatisticSlot& statistic : impl_->graph.statistics()) {
    other.set_parameter(statistic.spec.name, parameter(statistic.spec.name));
  }
}

BatchResult Plan::evaluate(std::int64_t rows) noexcept {
  FANIN_ASSERT(rows >= 1 && rows <= impl_->options.batch_size);
  return impl_->executor.run(impl_->pass(rows, rows, false));
}

BatchResult Plan::train_step(std::int64_t rows) noexcept {
  FANIN_ASSERT(rows >= 1 && rows <= impl_->options.batch_size && impl_->options.training);
  impl_->gradients.reset();
  if (impl_->options.clipping != Clipping::none) {
    const BatchResult result = impl_->collect(rows, rows, nullptr);
    impl_->step();
    return result;
  }
  impl_->next_step();
  Pass pass = impl_->pass(rows, rows, true);
  pass.scalars = impl_->scalars;
  pass.update = impl_->update;
  impl_->watch_pass(pass, impl_->graph.chunks() == 1);
  const BatchResult result = impl_->executor.run(pass);
  impl_->end_step();
  ++impl_->passes;
  return result;
}

BatchResult Plan::train_step(std::int64_t rows, net::Tap& tap) {
  impl_->check_rows(rows);
  impl_->gradients.reset();
  const BatchResult result = impl_->collect(rows, rows, &tap);
  impl_->step();
  return result;
}

BatchResult Plan::gradients(std::int64_t rows, net::Tap* tap) {
  impl_->check_rows(rows);
  impl_->gradients.reset();
  const std::uint64_t pass = impl_->passes;
  const BatchResult result = impl_->collect(rows, rows, tap, false);
  impl_->passes = pass;  // looking changes nothing
  impl_->gradients.reset();
  return result;
}

BatchResult Plan::forward(std::int64_t rows, net::Tap& tap) {
  impl_->check_rows(rows);
  Pass pass = impl_->pass(rows, rows, true);
  pass.backward = false;
  return impl_->executor.run_watched(pass, tap);
}

std::vector<float> Plan::gradient(std::string_view name) const {
  const ParameterSlot& slot = impl_->slot(name);
  if (!impl_->gradients.has_total()) {
    throw Error(ErrorCode::bad_value, "gradient of '" + std::string(name) + "'", "call gradients() first");
  }
  std::vector<float> values(slot.count);
  load_values(slot, impl_->gradients.total(impl_->index(name)), values.data());
  return values;
}

BatchResult Plan::accumulate(std::int64_t rows, std::int64_t total_rows, net::Tap* tap) {
  impl_->check_rows(rows);
  return impl_->collect(rows, total_rows, tap);
}

void Plan::step() {
  if (!impl_->gradients.has_total()) throw Error(ErrorCode::bad_value, "step", "call accumulate() first");
  impl_->step();
}

StepReport Plan::last_step() const noexcept { return impl_->report; }

void Plan::watch(bool on) {
  if (on == (impl_->watch != nullptr)) return;
  if (!on) {
    impl_->watch->attach(false);
    impl_->watch.reset();
  } else if (!impl_->options.training) {
    throw Error(ErrorCode::bad_value, "plan", "it was compiled with training = false: it has no steps to watch");
  } else {
    impl_->watch = std::make_unique<StepWatch>(impl_->graph);
  }
  impl_->step_begun = false;
}

std::span<const NodeWatch> Plan::watched_nodes() const noexcept {
  return impl_->watch == nullptr ? std::span<const NodeWatch>{} : impl_->watch->nodes();
}

std::span<const UpdateStatistics> Plan::watched_parameters() const noexcept {
  return impl_->watch == nullptr ? std::span<const UpdateStatistics>{} : impl_->watch->parameters();
}

void Plan::watch_fully(bool on) {
  if (impl_->watch == nullptr) throw Error(ErrorCode::bad_value, "plan", "nobody watches it; call watch(true) first");
  impl_->watch->set_full(on);
}

std::span<const NodeStatistics> Plan::node_statistics() const noexcept {
  return impl_->watch == nullptr ? std::span<const NodeStatistics>{} : impl_->watch->node_statistics();
}

std::span<const ParameterStatistics> Plan::parameter_statistics() const noexcept {
  return impl_->watch == nullptr ? std::span<const ParameterStatistics>{} : impl_->watch->parameter_statistics();
}

void Plan::set_learning_rate(double rate) {
  if (!(rate >= 0) || !std::isfinite(rate)) {
    throw Error(ErrorCode::bad_value, "learning rate", "it must be finite and not negative");
  }
  impl_->options.optimizer.learning_rate = rate;
}

void Plan::set_learning_rate_factor(std::string_view parameter, double factor) {
  if (!(factor >= 0) || !std::isfinite(factor)) {
    throw Error(ErrorCode::bad_value, "learning rate factor of '" + std::string(parameter) + "'",
                "it must be finite and not negative");
  }
  const std::size_t slot = impl_->index(parameter);
  Group group = impl_->groups[impl_->graph.slots()[slot].group];
  group.factor = factor;
  impl_->set_group(slot, group);
}

void Plan::set_weight_decay(std::string_view parameter, bool decays) {
  const std::size_t slot = impl_->index(parameter);
  Group group = impl_->groups[impl_->graph.slots()[slot].group];
  group.decays = decays;
  impl_->set_group(slot, group);
}

std::int64_t Plan::steps() const noexcept { return impl_->steps; }
std::uint64_t Plan::passes() const noexcept { return impl_->passes; }
void Plan::set_counters(std::int64_t steps, std::uint64_t passes) noexcept {
  impl_->steps = steps;
  impl_->passes = passes;
}

std::size_t Plan::states() const noexcept {
  return impl_->options.training ? state_slots(impl_->options.optimizer) : 0;
}

std::vector<float> Plan::state(std::string_view parameter, std::size_t index) const {
  const float* const stored = impl_->state_of(parameter, index);
  const ParameterSlot& slot = impl_->slot(parameter);
  std::vector<float> values(slot.count);
  load_values(slot, stored, values.data());
  return values;
}

void Plan::set_state(std::string_view parameter, std::size_t index, std::span<const float> values) {
  float* const stored = impl_->state_of(parameter, index);
  const ParameterSlot& slot = impl_->slot(parameter);
  if (values.size() != slot.count) {
    throw Error(ErrorCode::bad_shape, "optimizer state of '" + std::string(parameter) + "'",
                "it has " + std::to_string(slot.count) + " values, found " + std::to_string(values.size()));
  }
  store_values(slot, values.data(), stored);
}

std::size_t Plan::arena_bytes() const noexcept { return impl_->graph.arena_floats() * sizeof(float); }
std::size_t Plan::unshared_bytes() const noexcept { return impl_->graph.unshared_floats() * sizeof(float); }

}  // namespace fanin::engine
