// Recorder: measures everything that a trace holds about one training step, from the tensors that a tap is shown.
//
//     observe::Trace trace = observe::describe(graph);
//     observe::Recorder recorder(graph);
//     plan.train_step(rows, recorder);
//     recorder.updated("layer1.weight", plan.parameter("layer1.weight"));   // and the others: the size of the step
//     trace.steps.push_back(recorder.take());                               // loss and step are the caller's to fill
//     in
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/net/activation.hpp"
#include "fanin/net/graph.hpp"
#include "fanin/net/tap.hpp"
#include "fanin/observe/describe.hpp"
#include "fanin/observe/trace.hpp"
#include "fanin/observe/unit_tensor.hpp"

namespace fanin::observe {

struct RecorderOptions {
  bool updates = true;  ///< keeps every parameter's values until take(), for updated()
  /// Singular values of every weight whose smaller side is at most `rank_limit`. They take time as its cube.
  bool ranks = false;
  std::int64_t rank_limit = 512;
};

/// @accuracy  norms and fractions over all values; `saturated` over at most 2^18 values of a node, evenly taken.
/// Outputs
///            of units count as equal within 1e-5 of their norm, gradients within 2·rows·2^-24 of theirs (at most
///            1e-3), rows the products that each sums; weights when they are equal to the bit.
class Recorder final : public net::Tap {
 public:
  explicit Recorder(const net::Graph& graph, const RecorderOptions& options = {});

  /// Whether what see() is shown from now on also becomes histograms: a further pass over every tensor.
  void set_histograms(bool on) noexcept { histograms_ = on; }
  /// Tensors that the graph does not have are ignored. @throws Error bad_shape for a size that is not the graph's.
  void see(const net::TapTensor& tensor) override;
  /// The parameter's values after the step. @throws Error bad_value when see() was not shown those before.
  void updated(std::string_view parameter, std::span<const float> after);
  /// What was seen since the last take(); starts again from nothing. `non_finite` is the number of all values seen that
  /// are not finite, gradient_norm that of all gradients.
  TraceStep take();
  /// Of the tensors seen since the last take(), the first with a value that is not finite; its step is 0.
  [[nodiscard]] const std::optional<NonFinite>& first_non_finite() const noexcept { return first_non_finite_; }

 private:
  struct NodeView {
    UnitLayout layout;
    bool has_parameters = false;
    std::optional<std::size_t> input = {};      // the first one
    std::vector<std::size_t> activations = {};  // that read it
    bool tanh_states = false;                   // of an rnn: its own saturation can be read from its output
  };
  struct ParameterView {
    UnitLayout layout;
    std::vector<float> before = {};
    std::vector<float> gradient = {};  // kept where the weights are equal
  };
  struct Slope {  // of an activation node's function
    net::Activation function;
    double limit = 0;  // what |φ'| is compared with
  };

  void see_output(std::size_t node, const net::TapTensor& tensor);
  void see_output_gradient(std::size_t node, const net::TapTensor& tensor);
  void see_value(std::size_t parameter, std::span<const float> values);
  void see_gradient(std::size_t parameter, std::span<const float> values);
  void count_non_finite(const TensorStatistics& statistics, const net::TapTensor& tensor, const char* what);
  void compare_equal_units();
  [[nodiscard]] double rounding() const noexcept;
  [[nodiscard]] double saturated(std::size_t activation, std::span<const float> inputs) const;

  RecorderOptions options_;
  std::vector<NodeView> nodes_;
  std::vector<ParameterView> parameters_;
  std::vector<std::optional<Slope>> slopes_;  // by node
  std::map<std::string, std::size_t, std::less<>> node_index_;
  std::map<std::string, std::size_t, std::less<>> parameter_index_;
  TraceStep step_;
  std::optional<NonFinite> first_non_finite_;
  std::int64_t most_rows_ = 1;  // that a gradient sums over
  double gradient_squares_ = 0;
  bool histograms_ = false;
};

}  // namespace fanin::observe
