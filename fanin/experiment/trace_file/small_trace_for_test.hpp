// For this folder's tests: a trace with every member set to something that a default is not.
#pragma once

#include <cmath>
#include <limits>

#include "fanin/net/shorthand.hpp"
#include "fanin/observe/describe.hpp"

namespace fanin::experiment {

/// Numbers that need all their digits.
inline TensorStatistics some_statistics(double seed) {
  TensorStatistics s;
  s.count = 100;
  s.nan_count = 1;
  s.infinity_count = 2;
  s.first_non_finite = 17;
  s.zero_count = 3;
  s.positive_count = 40;
  s.saturated_count = 5;
  s.mean = std::sin(seed);
  s.variance = std::exp(seed) / 3;
  s.skewness = -std::cos(seed);
  s.kurtosis = 3 + 1e-17 * seed;
  s.minimum = -1e-300 * seed;
  s.maximum = std::numeric_limits<double>::max() / seed;
  return s;
}

inline observe::Histogram some_histogram(double seed) { return {-std::exp(seed), seed / 3, {1, 0, 1'000'000'007, 4}}; }

inline observe::TraceStep full_step(const observe::Trace& trace, std::int64_t number) {
  observe::TraceStep step;
  step.step = number;
  step.loss = 2.302585092994046;
  step.accuracy = 0.1;
  step.learning_rate = 0.05;
  step.gradient_norm = std::numeric_limits<double>::infinity();
  step.clipped = true;
  step.non_finite = 3;
  double seed = 0.25;
  for (std::size_t i = 0; i < trace.nodes.size(); ++i, seed += 1) {
    step.nodes.push_back({some_statistics(seed), some_statistics(seed + 0.1), some_statistics(seed + 0.2), 0.1 * seed,
                          0.2 * seed, 0.3, 0.4, 0.5, 0.6, 0.7, some_histogram(seed), some_histogram(seed + 0.1)});
  }
  for (std::size_t i = 0; i < trace.parameters.size(); ++i, seed += 1) {
    step.parameters.push_back({some_statistics(seed), some_statistics(-seed), 1e-3, 0.1, 0.2, 30, 0.4, 5.5, 6.6,
                               std::sqrt(seed), some_histogram(seed)});
  }
  return step;
}

/// 4-3-2 with ReLU: two steps, the first one full.
inline observe::Trace small_trace() {
  observe::Trace trace = observe::describe(net::dense_network({4, 3, 2}, net::parse_activation("relu")));
  trace.parameters[2].learning_rate_factor = 0.5;
  trace.origin = "pytorch";
  trace.origin_version = "1.13.1";
  trace.init = "he_normal";
  trace.loss = "softmax_cross_entropy";
  trace.outputs = 2;
  trace.optimizer = "sgd(momentum=0.9)";
  trace.learning_rate = 0.05;
  trace.clipping = "global_norm=1";
  trace.batch_rows = 64;
  trace.loss_factor = 128;
  trace.data = {60000, 0.3, 0.4, 255, 0.01, 9, 8, 7, true, {0.25, 0.75}, {1, 2}, {3, 4}, 0.5, 0.06, 0.4, 0.007};
  trace.jacobian = {1.5, 2.5, 0.1};
  trace.output_means = {0.1, -0.2};
  trace.steps.push_back(full_step(trace, 0));
  observe::TraceStep& quick = trace.steps.emplace_back();
  quick.step = 1;
  quick.loss = std::numeric_limits<double>::quiet_NaN();
  quick.gradient_norm = -std::numeric_limits<double>::infinity();
  trace.non_finite = {1, "layer2.dense", "output", 5, true, {1, 10, 1e30}};
  trace.filters = {"layer1.weight", 2, 1, 1, 2, {0.1F, -0.25F, 1e-30F, 3}, {0.2F, 0, 3.4e38F, -1.0F / 3}};
  trace.ended = "diverged";
  return trace;
}

}  // namespace fanin::experiment
