#include "fanin/observe/recorder.hpp"

#include <algorithm>
#include <cmath>

#include "fanin/core/error.hpp"
#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/rnn.hpp"
#include "fanin/observe/histogram.hpp"
#include "fanin/observe/spectrum.hpp"

namespace fanin::observe {
namespace {

constexpr double kSaturated = 0.025;  // of the largest slope; as small as a unit's share that counts as dormant
constexpr double kFloatRounding = 0x1p-24;
constexpr UnitEquality kEqualOutputs{.relative = 1e-5};

double largest_slope(const net::Activation& function) {
  double largest = 0;
  for (int i = -4000; i <= 4000; ++i) largest = std::max(largest, std::abs(function.derivative(0.005 * i)));
  return largest;
}

void check_size(const net::TapTensor& tensor, std::int64_t expected) {
  if (static_cast<std::int64_t>(tensor.values.size()) == expected) return;
  throw Error(ErrorCode::bad_shape, std::string(tensor.name),
              "it was shown with " + std::to_string(tensor.values.size()) + " values, its description has " +
                  std::to_string(expected));
}

std::int64_t count_of(const UnitLayout& layout) { return layout.outer * layout.units * layout.inner; }

UnitTensor units_of(const UnitLayout& layout, std::span<const float> values) {
  return {values, layout.outer, layout.units, layout.inner};
}

// The rows of a batch's outputs, each position of a sequence one of them.
UnitTensor units_of_batch(const UnitLayout& layout, const net::TapTensor& tensor) {
  if (tensor.shape == nullptr || tensor.shape->rank() != 2 || tensor.values.empty()) {
    throw Error(ErrorCode::bad_shape, std::string(tensor.name), "an activation is shown as [rows, features]");
  }
  check_size(tensor, (*tensor.shape)[0] * count_of(layout));
  return {tensor.values, (*tensor.shape)[0] * layout.outer, layout.units, layout.inner};
}

// [units, the rest], whatever stands outside.
Spectrum spectrum_of(const UnitLayout& layout, std::span<const float> values) {
  const std::int64_t rest = layout.outer * layout.inner;
  if (layout.outer == 1) return spectrum(values, layout.units, rest);
  if (layout.inner == 1) return spectrum(values, layout.outer, layout.units);  // the transpose
  std::vector<float> rows(values.size());
  for (std::int64_t outer = 0; outer < layout.outer; ++outer) {
    for (std::int64_t unit = 0; unit < layout.units; ++unit) {
      std::copy_n(values.data() + (outer * layout.units + unit) * layout.inner, layout.inner,
                  rows.data() + unit * rest + outer * layout.inner);
    }
  }
  return spectrum(rows, layout.units, rest);
}

}  // namespace

Recorder::Recorder(const net::Graph& graph, const RecorderOptions& options) : options_(options) {
  const std::vector<UnitLayout> layouts = node_layouts(graph);
  nodes_.resize(layouts.size());
  slopes_.resize(layouts.size());
  std::map<std::string, double> slopes;  // networks have one or two functions and a thousand nodes
  for (std::size_t i = 0; i < layouts.size(); ++i) {
    const net::Node& node = graph.nodes()[i];
    node_index_[node.name] = i;
    nodes_[i].layout = layouts[i];
    nodes_[i].has_parameters = !node.parameters.empty();
    if (!node.inputs.empty()) nodes_[i].input = node.inputs.front();
    if (const auto* const op = dynamic_cast<const net::ActivationOp*>(node.op.get()); op != nullptr) {
      const auto known = slopes.try_emplace(op->attributes(), 0.0);
      if (known.second) known.first->second = kSaturated * largest_slope(op->function());
      slopes_[i] = Slope{op->function(), known.first->second};
      nodes_[node.inputs.front()].activations.push_back(i);
    }
    if (const auto* const op = dynamic_cast<const net::Rnn*>(node.op.get()); op != nullptr) {
      nodes_[i].tanh_states = op->function().function().name == "tanh";
    }
    for (const net::ParameterSpec& parameter : node.parameters) {
      parameter_index_[parameter.name] = parameters_.size();
      ParameterView view{.layout = parameter_layout(parameter)};
      if (view.layout.units == 0) view.layout = {.outer = 1, .units = 0, .inner = parameter.shape().count()};
      parameters_.push_back(std::move(view));
    }
  }
  step_.nodes.resize(nodes_.size());
  step_.parameters.resize(parameters_.size());
}

void Recorder::see(const net::TapTensor& tensor) {
  if (tensor.kind == net::TapKind::activation || tensor.kind == net::TapKind::activation_gradient) {
    const auto found = node_index_.find(tensor.name);
    if (found == node_index_.end()) return;
    if (tensor.kind == net::TapKind::activation) return see_output(found->second, tensor);
    return see_output_gradient(found->second, tensor);
  }
  const auto found = parameter_index_.find(tensor.name);
  if (found == parameter_index_.end()) return;
  const UnitLayout& layout = parameters_[found->second].layout;
  check_size(tensor, layout.units == 0 ? layout.inner : count_of(layout));
  ParameterRecord& record = step_.parameters[found->second];
  if (tensor.kind == net::TapKind::weight) {
    record.value = tensor_statistics(tensor.values);
    count_non_finite(record.value, tensor, "value");
    if (histograms_) record.value_histogram = histogram(tensor.values, record.value);
    return see_value(found->second, tensor.values);
  }
  record.gradient = tensor_statistics(tensor.values);
  count_non_finite(record.gradient, tensor, "gradient");
  gradient_squares_ += record.gradient.norm() * record.gradient.norm();
  see_gradient(found->second, tensor.values);
}

void Recorder::count_non_finite(const TensorStatistics& statistics, const net::TapTensor& tensor, const char* what) {
  step_.non_finite += statistics.nan_count + statistics.infinity_count;
  if (statistics.first_non_finite < 0 || first_non_finite_) return;
  first_non_finite_ =
      NonFinite{.name = std::string(tensor.name),
                .tensor = what,
                .element = statistics.first_non_finite,
                .nan = std::isnan(tensor.values[static_cast<std::size_t>(statistics.first_non_finite)])};
}

void Recorder::see_output(std::size_t node, const net::TapTensor& tensor) {
  const NodeView& view = nodes_[node];
  const UnitTensor outputs = units_of_batch(view.layout, tensor);
  NodeRecord& record = step_.nodes[node];
  record.output = tensor_statistics(tensor.values);
  count_non_finite(record.output, tensor, "output");
  if (histograms_) record.output_histogram = histogram(tensor.values, record.output);
  most_rows_ = std::max(most_rows_, outputs.rows * outputs.inner);
  if (view.has_parameters && view.input) record.input = step_.nodes[*view.input].output;
  const RowFacts rows = row_facts(outputs);
  record.correlation = rows.correlation;
  record.row_variance = rows.row_variance;
  const UnitSums sums = unit_sums(outputs);
  record.dead_units = zero_units(sums);
  record.dormant_units = dormant_units(sums);
  record.equal_units = equal_units(outputs, sums, kEqualOutputs);
  for (const std::size_t activation : view.activations) {
    step_.nodes[activation].saturated = saturated(activation, tensor.values);
  }
  if (view.tanh_states) {
    const auto flat = std::ranges::count_if(
        tensor.values, [](float h) { return 1 - static_cast<double>(h) * static_cast<double>(h) < kSaturated; });
    record.saturated = static_cast<double>(flat) / static_cast<double>(tensor.values.size());
  }
}

double Recorder::saturated(std::size_t activation, std::span<const float> inputs) const {
  constexpr std::size_t kMost = std::size_t{1} << 18U;
  const Slope& slope = *slopes_[activation];
  const std::size_t stride = (inputs.size() + kMost - 1) / kMost;
  std::int64_t flat = 0;
  std::int64_t count = 0;
  for (std::size_t i = 0; i < inputs.size(); i += stride) {
    flat += std::abs(slope.function.derivative(static_cast<double>(inputs[i]))) < slope.limit ? 1 : 0;
    ++count;
  }
  return static_cast<double>(flat) / static_cast<double>(count);
}

void Recorder::see_output_gradient(std::size_t node, const net::TapTensor& tensor) {
  const UnitTensor gradients = units_of_batch(nodes_[node].layout, tensor);
  NodeRecord& record = step_.nodes[node];
  record.gradient = tensor_statistics(tensor.values);
  count_non_finite(record.gradient, tensor, "gradient");
  if (histograms_) record.gradient_histogram = histogram(tensor.values, record.gradient);
  record.zero_gradient_units = zero_units(unit_sums(gradients));
}

void Recorder::see_value(std::size_t parameter, std::span<const float> values) {
  ParameterView& view = parameters_[parameter];
  ParameterRecord& record = step_.parameters[parameter];
  if (options_.updates) view.before.assign(values.begin(), values.end());
  if (view.layout.units == 0) return;
  const UnitTensor weights = units_of(view.layout, values);
  record.equal_rows = equal_units(weights, unit_sums(weights), {.zero_units = true});
  if (!options_.ranks || std::min(view.layout.units, view.layout.outer * view.layout.inner) > options_.rank_limit) {
    return;
  }
  const Spectrum found = spectrum_of(view.layout, values);
  record.stable_rank = found.stable_rank;
  record.effective_rank = found.effective_rank;
  record.largest_singular_value = found.largest;
}

double Recorder::rounding() const noexcept {
  return std::min(1e-3, 2 * kFloatRounding * static_cast<double>(most_rows_));
}

void Recorder::see_gradient(std::size_t parameter, std::span<const float> values) {
  ParameterView& view = parameters_[parameter];
  if (view.layout.units == 0) return;
  ParameterRecord& record = step_.parameters[parameter];
  if (record.equal_rows > 0) {  // judged when the largest gradient is known
    view.gradient.assign(values.begin(), values.end());
    return;
  }
  const UnitTensor gradients = units_of(view.layout, values);
  record.equal_gradients = equal_units(gradients, unit_sums(gradients), {.relative = rounding()});
}

// Equal units can have a gradient that cancels to zero: it arrives as noise of the size of the network's others.
void Recorder::compare_equal_units() {
  double largest = 0;  // root mean square norm of a unit's gradient
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const double norm = step_.parameters[i].gradient.count == 0 ? 0 : step_.parameters[i].gradient.norm();
    const auto units = static_cast<double>(parameters_[i].layout.units);
    if (units > 0) largest = std::max(largest, norm / std::sqrt(units));
  }
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (parameters_[i].gradient.empty()) continue;
    const UnitTensor gradients = units_of(parameters_[i].layout, parameters_[i].gradient);
    step_.parameters[i].equal_gradients =
        equal_units(gradients, unit_sums(gradients), {.relative = rounding(), .absolute = rounding() * largest});
  }
}

void Recorder::updated(std::string_view parameter, std::span<const float> after) {
  const auto found = parameter_index_.find(parameter);
  if (found == parameter_index_.end() || parameters_[found->second].before.size() != after.size()) {
    throw Error(ErrorCode::bad_value, std::string(parameter), "its values before the step were not shown");
  }
  const std::vector<float>& before = parameters_[found->second].before;
  double square = 0;
  for (std::size_t i = 0; i < after.size(); ++i) {
    const double d = static_cast<double>(after[i]) - static_cast<double>(before[i]);
    square += d * d;
  }
  step_.parameters[found->second].update_norm = std::sqrt(square);
}

TraceStep Recorder::take() {
  compare_equal_units();
  step_.gradient_norm = std::sqrt(gradient_squares_);
  TraceStep done = std::move(step_);
  step_ = {};
  step_.nodes.resize(nodes_.size());
  step_.parameters.resize(parameters_.size());
  for (ParameterView& view : parameters_) {
    view.before.clear();
    view.gradient.clear();
  }
  first_non_finite_.reset();
  most_rows_ = 1;
  gradient_squares_ = 0;
  return done;
}

}  // namespace fanin::observe
