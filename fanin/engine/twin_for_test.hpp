// A plan and the reference's view of the same random parameters and batch: what every op's test is
// made of. Build a small graph with the op between others that have parameters, and compare.
//
//     Twin(graph, {.batch_size = 6}, /*rows=*/5).expect_agreement();
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "fanin/core/gemm.hpp"
#include "fanin/engine/plan.hpp"
#include "fanin/engine/reference.hpp"

namespace fanin::engine {

struct TwinOptions {
  double zero_fraction = 0;     ///< of the inputs
  std::int64_t vocabulary = 0;  ///< inputs are token ids below it; 0: normal values
  double tolerance = 2e-5;      ///< relative, of gradients; a tenth of it absolute
  double step = 1e-6;           ///< of the differences
};

struct Twin {
  net::Graph graph;
  PlanOptions options;
  TwinOptions twin;
  Plan plan;
  ReferenceParameters parameters;
  ReferenceBatch batch;

  Twin(net::Graph network, const PlanOptions& plan_options, std::int64_t rows, const TwinOptions& twin_options = {})
      : graph(std::move(network)), options(plan_options), twin(twin_options), plan(graph, plan_options) {
    use_one_thread();
    std::mt19937_64 random(7);
    std::normal_distribution<float> normal;
    std::uniform_real_distribution<double> coin;
    for (const net::ParameterSpec& spec : graph.parameters()) {
      const auto count = static_cast<std::size_t>(spec.shape().count());
      const float scale = spec.has_fans() ? 1 / std::sqrt(static_cast<float>(fans(spec).fan_in)) : 0.3F;
      const float mean = spec.role == net::ParameterRole::scale ? 1.0F : 0.0F;
      std::vector<float> values(count);
      for (float& value : values) value = mean + scale * normal(random);
      plan.set_parameter(spec.name, values);
      parameters[spec.name].assign(values.begin(), values.end());
    }
    for (const net::StatisticSpec& spec : graph.statistics()) {
      std::vector<float> values(static_cast<std::size_t>(spec.shape.count()));
      for (float& value : values) value = static_cast<float>(spec.initial) + 0.2F * std::abs(normal(random));
      plan.set_parameter(spec.name, values);
      parameters[spec.name].assign(values.begin(), values.end());
    }
    batch.rows = rows;
    batch.seed = options.seed;
    batch.label_smoothing = options.label_smoothing;
    const std::int64_t features = graph.node(graph.inputs()[0]).shape.count();
    for (std::int64_t i = 0; i < rows * features; ++i) {
      float value = coin(random) < twin.zero_fraction ? 0.0F : normal(random);
      if (twin.vocabulary > 0) value = static_cast<float>(random() % static_cast<std::uint64_t>(twin.vocabulary));
      plan.input()[static_cast<std::size_t>(i)] = value;
      batch.inputs.push_back(static_cast<double>(value));
    }
    const std::int64_t outputs = graph.node(graph.output()).shape.extents().back();
    for (std::size_t i = 0; i < plan.labels().size(); ++i) {
      plan.labels()[i] = static_cast<std::int32_t>(random() % static_cast<std::uint64_t>(outputs));
      if (i < static_cast<std::size_t>(rows * plan.positions())) batch.labels.push_back(plan.labels()[i]);
    }
    const bool share = net::has_accuracy(options.loss);  // targets that are probabilities
    for (std::size_t i = 0; i < plan.targets().size(); ++i) {
      plan.targets()[i] = share ? static_cast<float>(coin(random)) : normal(random);
      if (i < static_cast<std::size_t>(rows * plan.positions() * outputs)) batch.targets.push_back(plan.targets()[i]);
    }
  }

  /// The loss in inference and in training, and every gradient, against the reference and its differences.
  void expect_agreement() {
    const auto predictions = static_cast<double>(batch.rows * plan.positions());
    ReferenceBatch inference = batch;
    inference.training = false;
    inference.label_smoothing = 0;
    const double expected = reference_loss(graph, options.loss, parameters, inference);
    EXPECT_NEAR(plan.evaluate(batch.rows).loss_sum / predictions, expected, 2e-6 * (1 + std::abs(expected)));
    const double trained = reference_loss(graph, options.loss, parameters, batch);
    const BatchResult result = plan.gradients(batch.rows);
    EXPECT_NEAR(result.loss_sum / predictions, trained, 2e-6 * (1 + std::abs(trained)));
    for (const net::ParameterSpec& spec : graph.parameters()) {
      const std::vector<double> truth =
          reference_gradient(graph, options.loss, parameters, batch, spec.name, twin.step);
      const std::vector<float> gradient = plan.gradient(spec.name);
      ASSERT_EQ(gradient.size(), truth.size());
      double largest = 0;
      for (const double value : truth) largest = std::max(largest, std::abs(value));
      for (std::size_t i = 0; i < truth.size(); ++i) {
        ASSERT_NEAR(gradient[i], truth[i], 0.1 * twin.tolerance * (1 + largest) + twin.tolerance * std::abs(truth[i]))
            << spec.name << "[" << i << "]";
      }
    }
  }
};

/// A whole batch, a part of one, a single row, and batches in chunks on two threads: for each the same
/// agreement. The graph is made anew for each.
template <class MakeGraph>
void expect_agreement_for_all_batches(const MakeGraph& make_graph, PlanOptions options = {},
                                      const TwinOptions& twin = {}) {
  for (const auto& [batch_size, rows, chunks, threads] :
       {std::array<int, 4>{1, 1, 1, 1}, {6, 6, 1, 1}, {6, 4, 1, 1}, {7, 7, 3, 1}, {7, 4, 3, 2}, {6, 6, 2, 2}}) {
    SCOPED_TRACE("batch size " + std::to_string(batch_size) + ", rows " + std::to_string(rows) + ", chunks " +
                 std::to_string(chunks) + ", threads " + std::to_string(threads));
    options.batch_size = batch_size;
    options.chunks = chunks;
    options.threads = threads;
    Twin(make_graph(), options, rows, twin).expect_agreement();
  }
}

}  // namespace fanin::engine
