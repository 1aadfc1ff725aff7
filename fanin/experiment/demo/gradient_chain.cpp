#include "fanin/experiment/demo/gradient_chain.hpp"

#include <algorithm>
#include <cmath>
#include <future>
#include <limits>
#include <map>
#include <numeric>

#include "fanin/core/gemm.hpp"
#include "fanin/engine/plan.hpp"
#include "fanin/experiment/data_set.hpp"
#include "fanin/experiment/depth_prediction.hpp"
#include "fanin/init/initializer.hpp"
#include "fanin/net/shorthand.hpp"
#include "fanin/observe/step_zero.hpp"

namespace fanin::experiment {
namespace {

constexpr std::string_view kData = "teacher(inputs=16, outputs=4, points=256, test_points=2, task=classification)";
constexpr double kTrainingRate = 1e-3;

/// What StepZeroTap does not see: dead units, and sizes about zero. It passes everything on to it.
class ChainTap final : public net::Tap {
 public:
  explicit ChainTap(const net::Graph& graph) : step_zero_(graph) {}

  void see(const net::TapTensor& tensor) override {
    step_zero_.see(tensor);
    const std::string layer(tensor.name.substr(0, tensor.name.rfind('.')));
    if (tensor.kind == net::TapKind::activation_gradient && tensor.name.ends_with(".dense")) {
      error_[layer] = norm(tensor.values);
    }
    if (tensor.kind != net::TapKind::activation) return;
    // The last node of a layer is the one that counts.
    rms_[layer] = norm(tensor.values) / std::sqrt(static_cast<double>(tensor.values.size()));
    if (tensor.name.ends_with(".activation")) dead_[layer] = dead_fraction(tensor);
  }

  [[nodiscard]] std::vector<ChainLayer> layers() const {
    std::vector<ChainLayer> layers;
    for (const observe::LayerStart& start : step_zero_.result().layers) {
      const auto dead = dead_.find(start.name);
      layers.push_back({.name = start.name,
                        .error_norm = error_.at(start.name),
                        .gradient_norm = start.gradient_norm,
                        .activation_rms = rms_.at(start.name),
                        .dead_fraction = dead == dead_.end() ? 0 : dead->second});
    }
    return layers;
  }

 private:
  static double norm(std::span<const float> values) {
    double squares = 0;
    for (const float value : values) squares += static_cast<double>(value) * static_cast<double>(value);
    return std::sqrt(squares);
  }

  static double dead_fraction(const net::TapTensor& tensor) {
    const auto units = static_cast<std::size_t>(tensor.shape->extents().back());
    std::vector<bool> alive(units, false);
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
      if (tensor.values[i] != 0.0F) alive[i % units] = true;
    }
    return static_cast<double>(std::count(alive.begin(), alive.end(), false)) / static_cast<double>(units);
  }

  observe::StepZeroTap step_zero_;
  std::map<std::string, double, std::less<>> error_;
  std::map<std::string, double, std::less<>> rms_;
  std::map<std::string, double, std::less<>> dead_;
};

std::string net_text(const ChainSettings& settings, const DataSet& data) {
  std::string text = std::to_string(data.train.features);
  for (int i = 0; i < settings.hidden_layers; ++i) text.append("-").append(std::to_string(settings.width));
  return text.append("-").append(std::to_string(data.outputs));
}

/// A plan with all training rows in its batch.
engine::Plan plan_for(const net::Graph& graph, const DataSet& data) {
  engine::Plan plan(
      graph,
      {.batch_size = data.train.count, .loss = data.loss, .optimizer = engine::parse_optimizer("adam", kTrainingRate)});
  std::vector<std::uint32_t> rows(static_cast<std::size_t>(data.train.count));
  std::iota(rows.begin(), rows.end(), 0U);
  gather_inputs(data.train, data.scaling, rows, plan.input());
  gather_labels(data.train, rows, plan.labels());
  return plan;
}

/// Fills the parameters of `plan`; the last layer's biases stay zero.
void start(engine::Plan& plan, const net::Graph& graph, const init::Initializer& weights,
           const ChainSettings& settings) {
  const std::string last_bias = graph.parameters().back().name;
  init::initialize(graph, weights, settings.seed,
                   [&](const net::ParameterSpec& parameter, std::span<const float> values) {
                     if (parameter.has_fans() || parameter.name == last_bias) {
                       plan.set_parameter(parameter.name, values);
                     } else {
                       const std::vector<float> biases(values.size(), static_cast<float>(settings.hidden_bias));
                       plan.set_parameter(parameter.name, biases);
                     }
                   });
}

void set_factors(GradientChain& chain) {
  const std::size_t last_hidden = chain.layers.size() - 2;
  if (last_hidden == 0) return;
  const auto steps = static_cast<double>(last_hidden);
  chain.factor_per_layer = std::pow(chain.layers.front().error_norm / chain.layers[last_hidden].error_norm, 1 / steps);
  chain.predicted_factor_per_layer = std::numeric_limits<double>::quiet_NaN();
  if (chain.settings.hidden_bias != 0) return;
  const DepthPrediction predicted =
      predict_depth({.net = chain.net, .activation = chain.settings.activation, .init = chain.settings.init});
  chain.predicted_factor_per_layer =
      std::pow(predicted.layers.front().gradient_second_moment / predicted.layers[last_hidden].gradient_second_moment,
               0.5 / steps);
}

GradientChain measure(const ChainSettings& settings) {
  const DataSet data = load_data_set(kData, {});
  const net::Activation activation = net::parse_activation(settings.activation);
  const init::Initializer initializer = init::parse_initializer(settings.init);
  GradientChain chain;
  chain.settings = settings;
  chain.settings.activation = net::to_string(activation);
  chain.settings.init = initializer.text();
  if (settings.label.empty()) chain.settings.label = initializer.text();
  chain.net = net_text(settings, data);
  chain.data = data.name;
  const net::Graph graph = net::dense_network(net::parse_widths(chain.net), activation);
  const std::int64_t rows = chain.rows = data.train.count;

  engine::Plan plan = plan_for(graph, data);
  start(plan, graph, initializer, settings);
  ChainTap tap(graph);
  chain.loss = plan.gradients(rows, &tap).loss_sum / static_cast<double>(rows);
  chain.layers = tap.layers();
  for (int step = 0; step < settings.training_steps; ++step) plan.train_step(rows);
  chain.trained_loss = plan.evaluate(rows).loss_sum / static_cast<double>(rows);
  set_factors(chain);
  return chain;
}

}  // namespace

std::vector<GradientChain> measure_chains(const std::vector<ChainSettings>& settings) {
  std::vector<std::future<GradientChain>> running;
  for (const ChainSettings& one : settings) {
    running.push_back(std::async(std::launch::async, [&one] {
      use_one_thread();
      return measure(one);
    }));
  }
  std::vector<GradientChain> chains;
  for (std::future<GradientChain>& result : running) chains.push_back(result.get());
  return chains;
}

GradientChain measure_chain(const ChainSettings& settings) { return measure_chains({settings}).front(); }

}  // namespace fanin::experiment
