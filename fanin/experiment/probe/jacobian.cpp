#include "fanin/experiment/probe/jacobian.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "fanin/engine/plan.hpp"
#include "fanin/net/ops/bias.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

constexpr const char* kBias = "hidden.bias";
constexpr double kStep = 0.01;  // of a row's norm: kinks average out, rounding stays below

bool is_layer(const net::Node& node) {
  return std::ranges::any_of(node.parameters, [](const net::ParameterSpec& parameter) {
    return parameter.role == net::ParameterRole::weight || parameter.role == net::ParameterRole::embedding;
  });
}

// One pass over the part: its output and the gradient at its input.
class Passes final : public net::Tap {
 public:
  Passes(const HiddenPart& part, const JacobianProbe& probe)
      : probe_(probe),
        plan_(part.graph, {.batch_size = probe.rows, .loss = net::Loss::mean_squared_error}),
        output_name_(part.graph.node(part.graph.output()).name) {
    features_ = plan_.input().size() / static_cast<std::size_t>(probe.rows);
    outputs_ = plan_.output().size() / static_cast<std::size_t>(probe.rows);
  }

  engine::Plan& plan() noexcept { return plan_; }
  [[nodiscard]] std::size_t features() const noexcept { return features_; }
  [[nodiscard]] std::size_t outputs() const noexcept { return outputs_; }

  /// f(h + Σ of `step` by row).
  std::vector<float> forward(const std::vector<float>& step, float factor) {
    const std::span<float> input = plan_.input();
    for (std::size_t i = 0; i < input.size(); ++i) {
      input[i] = probe_.inputs[i] + (step.empty() ? 0.0F : factor * step[i]);
    }
    plan_.gradients(probe_.rows);
    const std::span<const float> output = plan_.output();
    return {output.begin(), output.end()};
  }

  /// Jᵀu up to a factor that is the same for all rows: of the gradient of ‖z − target‖² where target = z − u.
  struct Pulled {
    std::vector<float> at_output = {};  // the u that was pushed back
    std::vector<float> at_input = {};
  };
  Pulled pull(const std::vector<float>& z, const std::vector<float>& u) {
    const std::span<float> input = plan_.input();
    std::ranges::copy(probe_.inputs, input.begin());
    const std::span<float> targets = plan_.targets();
    for (std::size_t i = 0; i < targets.size(); ++i) targets[i] = z[i] - u[i];
    pulled_ = {};
    plan_.gradients(probe_.rows, this);
    return std::move(pulled_);
  }

  void see(const net::TapTensor& tensor) override {
    if (tensor.kind != net::TapKind::activation_gradient) return;
    if (tensor.name == output_name_) pulled_.at_output.assign(tensor.values.begin(), tensor.values.end());
    if (tensor.name == kBias) pulled_.at_input.assign(tensor.values.begin(), tensor.values.end());
  }

 private:
  const JacobianProbe& probe_;
  engine::Plan plan_;
  std::string output_name_;
  std::size_t features_ = 0;
  std::size_t outputs_ = 0;
  Pulled pulled_;
};

double row_norm(const std::vector<float>& values, std::size_t row, std::size_t count) {
  double sum = 0;
  for (std::size_t i = row * count; i < (row + 1) * count; ++i) {
    sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  }
  return std::sqrt(sum);
}

// Every row to the given norm; a row of zeros stays one.
void normalize_rows(std::vector<float>& values, std::size_t count, const std::vector<double>& norms) {
  for (std::size_t row = 0; row < norms.size(); ++row) {
    const double norm = row_norm(values, row, count);
    const auto factor = static_cast<float>(norm > 0 ? norms[row] / norm : 0);
    for (std::size_t i = row * count; i < (row + 1) * count; ++i) values[i] *= factor;
  }
}

double root_mean_square(const std::vector<float>& values) {
  return row_norm(values, 0, values.size()) / std::sqrt(static_cast<double>(values.size()));
}

// The largest singular value of each row's Jacobian, mean over rows, by steps forward and gradients back.
double largest_singular_value(Passes& passes, const JacobianProbe& probe, const std::vector<float>& z,
                              std::vector<float> v) {
  const auto rows = static_cast<std::size_t>(probe.rows);
  std::vector<double> steps;
  for (std::size_t row = 0; row < rows; ++row) {
    steps.push_back(kStep * std::max(1e-30, row_norm(probe.inputs, row, passes.features())));
  }
  double largest = 0;
  for (int iteration = 0; iteration < probe.iterations; ++iteration) {
    normalize_rows(v, passes.features(), steps);
    std::vector<float> image = passes.forward(v, 1.0F);
    const std::vector<float> below = passes.forward(v, -1.0F);
    double mean = 0;
    for (std::size_t i = 0; i < image.size(); ++i) image[i] = (image[i] - below[i]) / 2;
    for (std::size_t row = 0; row < rows; ++row) {
      mean += row_norm(image, row, passes.outputs()) / steps[row] / static_cast<double>(rows);
    }
    if (!std::isfinite(mean)) return mean;
    largest = std::max(largest, mean);
    if (mean == 0 || iteration + 1 == probe.iterations) break;
    normalize_rows(image, passes.outputs(),
                   std::vector<double>(rows, root_mean_square(z) * std::sqrt(static_cast<double>(passes.outputs()))));
    v = passes.pull(z, image).at_input;
  }
  return largest;
}

}  // namespace

std::optional<HiddenPart> hidden_part(const net::Graph& graph) {
  const std::vector<net::Node>& nodes = graph.nodes();
  const auto first_layer = std::ranges::find_if(nodes, is_layer);
  if (first_layer == nodes.end()) return std::nullopt;
  auto first = static_cast<net::NodeId>(first_layer - nodes.begin());
  while (first + 1 < nodes.size() && nodes[first + 1].scope == first_layer->scope &&
         nodes[first + 1].inputs == std::vector<net::NodeId>{first}) {
    ++first;
  }
  net::NodeId last_layer = 0;
  for (net::NodeId id = 0; id < nodes.size(); ++id) last_layer = is_layer(nodes[id]) ? id : last_layer;
  if (last_layer <= first || nodes[last_layer].inputs.size() != 1) return std::nullopt;
  const net::NodeId last = nodes[last_layer].inputs.front();
  if (last <= first) return std::nullopt;

  std::vector<bool> needed(nodes.size(), false);  // by `last`
  needed[last] = true;
  HiddenPart part{.first = nodes[first].name, .graph = {}};
  std::map<net::NodeId, net::NodeId> there;
  const net::NodeId input = part.graph.add_input("hidden.input", nodes[first].shape);
  there[first] = part.graph.add("hidden", net::bias(), {input});
  for (net::NodeId id = last; id > first; --id) {
    if (!needed[id]) continue;
    for (const net::NodeId from : nodes[id].inputs) {
      if (from < first) return std::nullopt;
      needed[from] = true;
    }
  }
  if (!needed[first]) return std::nullopt;
  for (net::NodeId id = first + 1; id <= last; ++id) {
    if (!needed[id]) continue;
    if (nodes[id].op == nullptr || nodes[id].scope == "hidden") return std::nullopt;
    std::vector<net::NodeId> inputs;
    for (const net::NodeId from : nodes[id].inputs) inputs.push_back(there.at(from));
    there[id] = part.graph.add(nodes[id].scope, nodes[id].op, inputs);
  }
  part.graph.set_output(there.at(last));
  return part;
}

std::optional<observe::JacobianFacts> jacobian_facts(
    const HiddenPart& part, const JacobianProbe& probe,
    const std::function<std::vector<float>(const std::string&)>& parameter) {
  Passes passes(part, probe);
  for (const net::ParameterSpec& spec : part.graph.parameters()) {
    if (spec.name != kBias) passes.plan().set_parameter(spec.name, parameter(spec.name));
  }
  const std::vector<float> z = passes.forward({}, 0);
  const double size = root_mean_square(z);
  if (!std::isfinite(size)) return std::nullopt;
  const random::Stream stream(probe.seed, "probe/jacobian");
  const auto rows = static_cast<std::size_t>(probe.rows);
  std::vector<double> squares;  // ‖Jᵀu‖² over features, for u of independent standard normal values
  std::vector<float> direction;
  for (int i = 0; i < probe.gradients; ++i) {
    std::vector<float> u(z.size());
    random::fill_normal(stream, static_cast<std::uint64_t>(i) * z.size(), {.mean = 0, .std_dev = size > 0 ? size : 1},
                        u);
    Passes::Pulled pulled = passes.pull(z, u);
    for (std::size_t row = 0; row < rows; ++row) {
      const double scale = row_norm(pulled.at_output, row, passes.outputs()) / row_norm(u, row, passes.outputs()) *
                           (size > 0 ? size : 1);
      const double pulled_norm = row_norm(pulled.at_input, row, passes.features()) / scale;
      if (!std::isfinite(pulled_norm)) return std::nullopt;
      squares.push_back(pulled_norm * pulled_norm / static_cast<double>(passes.features()));
    }
    direction = std::move(pulled.at_input);
  }
  observe::JacobianFacts facts;
  const auto count = static_cast<double>(squares.size());
  double mean = 0, spread = 0;
  for (const double square : squares) mean += square / count;
  for (const double square : squares) spread += (square - mean) * (square - mean) / (count - 1);
  facts.mean_square = mean;
  if (mean > 0) facts.spread = std::sqrt(spread) / mean;
  facts.largest = largest_singular_value(passes, probe, z, std::move(direction));
  return facts;
}

}  // namespace fanin::experiment
