// Judges a network that another engine runs: here ten dense layers of sigmoids, computed by hand. What the engine sees
// of its tensors goes into a trace, and the diagnosis is made of that. Links fanin::observe and fanin::init.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "fanin/init/initializer.hpp"
#include "fanin/net/activation.hpp"
#include "fanin/net/shorthand.hpp"
#include "fanin/observe/describe.hpp"
#include "fanin/observe/diagnosis.hpp"

namespace {

using Values = std::vector<float>;
constexpr std::size_t kRows = 64;
constexpr std::size_t kWidth = 32;

/// y = x·Wᵀ, or the way back, x·W.
Values product(const Values& x, const Values& weights, bool back) {
  Values y(kRows * kWidth, 0.0F);
  for (std::size_t row = 0; row < kRows; ++row) {
    for (std::size_t out = 0; out < kWidth; ++out) {
      for (std::size_t in = 0; in < kWidth; ++in) {
        const float weight = weights[out * kWidth + in];
        y[row * kWidth + (back ? in : out)] += x[row * kWidth + (back ? out : in)] * weight;
      }
    }
  }
  return y;
}

}  // namespace

int main() {
  using namespace fanin;
  const net::Graph graph = net::dense_network(std::vector<std::int64_t>(12, kWidth), net::parse_activation("sigmoid"));
  const init::Initializer rule = init::parse_initializer("glorot_normal");
  observe::Trace trace = observe::describe(graph);
  trace.origin = "my engine";
  trace.batch_rows = kRows;
  observe::TraceStep step;
  step.nodes.resize(trace.nodes.size());

  std::vector<Values> outputs;
  std::vector<Values> weights(graph.nodes().size());
  for (std::size_t n = 0; n < graph.nodes().size(); ++n) {
    const net::Node& node = graph.node(n);
    Values y(kRows * kWidth);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = std::sin(static_cast<float>(i * i % 1009));  // the input
    if (!node.inputs.empty()) y = outputs[node.inputs.front()];
    if (trace.nodes[n].kind == "activation") {
      for (float& value : y) value = 1 / (1 + std::exp(-value));
    }
    for (const net::ParameterSpec& parameter : node.parameters) {
      Values values(static_cast<std::size_t>(parameter.shape().count()), 0.0F);
      if (parameter.role == net::ParameterRole::weight) {
        rule.fill(parameter, /*seed=*/1, /*first=*/0, values);
        y = product(y, weights[n] = values, false);
      }
      step.parameters.push_back({.value = tensor_statistics(values)});
    }
    step.nodes[n].output = tensor_statistics(y);
    outputs.push_back(std::move(y));
  }

  Values gradient = outputs.back();  // of the mean of ½‖output‖²
  for (float& value : gradient) value /= kRows;
  for (std::size_t n = graph.nodes().size(); n-- > 0;) {
    step.nodes[n].gradient = tensor_statistics(gradient);
    if (!weights[n].empty()) gradient = product(gradient, weights[n], true);
    if (trace.nodes[n].kind != "activation") continue;
    for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] *= outputs[n][i] * (1 - outputs[n][i]);
  }

  trace.steps.push_back(std::move(step));
  const observe::Diagnosis diagnosis = observe::diagnose(trace);
  for (const observe::Finding& finding : diagnosis.findings) {
    std::printf("%s: %s\n", std::string(to_string(finding.problem)).c_str(), finding.cause.c_str());
    std::printf("try %s\n", finding.remedy.c_str());
  }
  std::printf("%s\n", std::string(to_string(diagnosis.verdict)).c_str());
  return diagnosis.verdict == observe::Verdict::unhealthy ? 0 : 1;
}
