// The engine's net::Evaluator: a network, its parameters and one fixed batch.
//
//     engine::PlanEvaluator evaluator(graph, {.rows = 64, .inputs = pixels, .labels = labels});
//     evaluator.set_parameter("layer1.weight", values);
//     const double loss = evaluator.loss();
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/engine/plan.hpp"
#include "fanin/net/evaluator.hpp"

namespace fanin::engine {

/// The batch that an evaluator keeps: inputs [rows, features], and labels [rows, positions] or targets
/// [rows, positions, outputs].
struct EvaluationBatch {
  std::int64_t rows = 0;
  std::span<const float> inputs = {};
  std::span<const std::int32_t> labels = {};
  std::span<const float> targets = {};
  net::Loss loss = net::Loss::softmax_cross_entropy;
  double label_smoothing = 0;
  std::uint64_t seed = 0;  ///< of dropout's masks
};

class PlanEvaluator final : public net::Evaluator {
 public:
  /// Copies the batch. All parameters start at zero.
  /// @throws Error bad_shape when a part of the batch has the wrong size; otherwise as Plan.
  PlanEvaluator(net::Graph graph, const EvaluationBatch& batch);

  [[nodiscard]] const net::Graph& graph() const noexcept override { return graph_; }
  [[nodiscard]] std::vector<float> parameter(std::string_view name) const override { return plan_.parameter(name); }
  void set_parameter(std::string_view name, std::span<const float> values) override;
  double loss() override;
  std::vector<float> gradient(std::string_view name) override;
  std::vector<float> activation(std::string_view node) override;
  double gradients(std::vector<std::vector<float>>& all) override;
  void forward(net::Tap& tap) override;

 private:
  net::Graph graph_;
  std::int64_t rows_;
  Plan plan_;
  bool gradients_are_current_ = false;
};

}  // namespace fanin::engine
