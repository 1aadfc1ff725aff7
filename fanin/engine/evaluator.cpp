#include "fanin/engine/evaluator.hpp"

#include <algorithm>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"

namespace fanin::engine {
namespace {

template <class T>
void copy_part(std::span<const T> from, std::span<T> to, const char* what) {
  if (from.size() != to.size()) {
    throw Error(ErrorCode::bad_shape, std::string("batch ") + what,
                "the network takes " + std::to_string(to.size()) + " values, found " + std::to_string(from.size()));
  }
  std::copy(from.begin(), from.end(), to.begin());
}

// Copies one node's output as it passes.
class NodeTap final : public net::Tap {
 public:
  explicit NodeTap(std::string_view node) : node_(node) {}
  void see(const net::TapTensor& tensor) override {
    if (tensor.kind == net::TapKind::activation && tensor.name == node_) {
      values.assign(tensor.values.begin(), tensor.values.end());
    }
  }
  std::vector<float> values;

 private:
  std::string_view node_;
};

}  // namespace

PlanEvaluator::PlanEvaluator(net::Graph graph, const EvaluationBatch& batch)
    : graph_(std::move(graph)),
      rows_(batch.rows),
      plan_(graph_, {.batch_size = batch.rows,
                     .loss = batch.loss,
                     .label_smoothing = batch.label_smoothing,
                     .seed = batch.seed}) {
  copy_part(batch.inputs, plan_.input(), "inputs");
  if (!net::takes_labels(batch.loss)) {
    copy_part(batch.targets, plan_.targets(), "targets");
  } else {
    copy_part(batch.labels, plan_.labels(), "labels");
  }
}

void PlanEvaluator::set_parameter(std::string_view name, std::span<const float> values) {
  plan_.set_parameter(name, values);
  gradients_are_current_ = false;
}

double PlanEvaluator::loss() { return plan_.evaluate(rows_).loss_sum / static_cast<double>(rows_ * plan_.positions()); }

double PlanEvaluator::gradients(std::vector<std::vector<float>>& all) {
  const double sum = plan_.gradients(rows_).loss_sum;
  gradients_are_current_ = true;
  all.clear();
  for (const net::ParameterSpec& parameter : graph_.parameters()) all.push_back(plan_.gradient(parameter.name));
  return sum / static_cast<double>(rows_ * plan_.positions());
}

void PlanEvaluator::forward(net::Tap& tap) { plan_.forward(rows_, tap); }

std::vector<float> PlanEvaluator::gradient(std::string_view name) {
  if (!gradients_are_current_) plan_.gradients(rows_);
  gradients_are_current_ = true;
  return plan_.gradient(name);
}

std::vector<float> PlanEvaluator::activation(std::string_view node) {
  std::vector<std::string> names;
  for (const net::Node& known : graph_.nodes()) names.push_back(known.name);
  if (std::find(names.begin(), names.end(), node) == names.end()) {
    throw Error(ErrorCode::unknown_name, "node '" + std::string(node) + "'",
                "the network has no such node; " + suggestion(node, names));
  }
  NodeTap tap(node);
  plan_.forward(rows_, tap);
  return std::move(tap.values);
}

}  // namespace fanin::engine
