// What rnn, lstm and gru share: gates of Gaussian pre-activations, the steps of a sequence up to where they
// repeat themselves, and the sums over steps of what flows back. No op.
//
// The weights are the same at every step. In the wide limit the moments forward are those of weights drawn
// anew for each step; backward that is assumed, as everywhere in this room.
#pragma once

#include <vector>

#include "fanin/net/ops/recurrent.hpp"
#include "fanin/theory/function.hpp"
#include "fanin/theory/op_rule.hpp"

namespace fanin::theory {

/// φ(u), u taken as Gaussian. Unknown moments in, unknown out.
Signal activated(const ScalarFunction& phi, const Signal& u);
/// E φ'(u)², u taken as Gaussian.
double slope_square(const ScalarFunction& phi, const Signal& u);
/// a·b of independent a and b.
Signal product(const Signal& a, const Signal& b);

/// The activations of gates and candidates.
const ScalarFunction& sigmoid_function();
const ScalarFunction& tanh_function();

/// Beyond so many steps nothing new is expected.
inline constexpr std::int64_t kMostSteps = std::int64_t{1} << 14;

/// The parameters of a recurrent node, in its order: weight_ih, weight_hh and perhaps biases.
struct Recurrence {
  double in = 0;          ///< inputs per step
  double units = 0;       ///< states per step
  std::int64_t time = 0;  ///< steps followed: at most kMostSteps
  double steps = 0;       ///< steps there are; what lies beyond `time` is like the mean of it
  bool last_only = false;
  double gates = 0;
  Signal x = {};
  ParameterMoments weight_ih = {};
  ParameterMoments weight_hh = {};
  ParameterMoments bias = {};     ///< of the input side; zero without
  ParameterMoments bias_hh = {};  ///< gru only

  /// W_ih x + b.
  [[nodiscard]] Signal from_input() const;
  /// W_hh h, without a bias.
  [[nodiscard]] Signal from_state(const Signal& h) const;
  /// ∂L/∂h_t (second moment) that comes from outside.
  [[nodiscard]] double arriving(std::int64_t t, double gradient) const noexcept {
    return !last_only || t == time - 1 ? gradient : 0;
  }
};

/// A sequence as the node sees it. @param gates  matrices packed in a weight: 1, 3 or 4.
Recurrence recurrence_of(const RuleInput& in, const net::RecurrentOptions& options, double gates);

/// The state before the first step.
Signal zero_state(const Signal& x);

/// Steps of a sequence: the last one stands for all that follow, which are equal to it.
template <typename Step>
class Steps final {
 public:
  /// @param next  the step after `state`; it has a member `h`, the Signal of the new state.
  template <typename Next>
  Steps(std::int64_t time, const Step& first, const Next& next) {
    Step last = first;
    for (std::int64_t t = 0; t < time; ++t) {
      steps_.push_back(next(last));
      if (repeats(last.h, steps_.back().h)) break;
      last = steps_.back();
    }
  }
  [[nodiscard]] const Step& at(std::int64_t t) const {
    return steps_[std::min(static_cast<std::size_t>(t), steps_.size() - 1)];
  }

 private:
  static bool repeats(const Signal& a, const Signal& b) {
    const auto close = [](double p, double q) {
      return p == q || (p != p && q != q) || std::abs(p - q) <= 1e-13 * std::abs(q);
    };
    return close(a.mean, b.mean) && close(a.second_moment, b.second_moment) && close(a.cross_moment, b.cross_moment);
  }
  std::vector<Step> steps_;
};

/// The last state, or the mean of all states' moments.
template <typename Step>
Signal output_of(const Recurrence& recurrence, const Steps<Step>& steps) {
  if (recurrence.last_only) return steps.at(recurrence.time - 1).h;
  Signal y = steps.at(0).h;
  for (std::int64_t t = 1; t < recurrence.time; ++t) {
    const double share = 1 / static_cast<double>(t + 1);
    const Signal& h = steps.at(t).h;
    y.mean += share * (h.mean - y.mean);
    y.second_moment += share * (h.second_moment - y.second_moment);
    y.cross_moment += share * (h.cross_moment - y.cross_moment);
    y.exact = y.exact && h.exact;
  }
  return y;
}

/// Second moments that flow back, summed over the steps.
struct BackwardSums {
  double to_input = 0;    ///< Σ over steps and gates of (∂L/∂pre-activation)² on the input side
  double to_state = 0;    ///< on the state's side
  double with_state = 0;  ///< Σ of the same times E h² of the state it multiplied
};

void recurrent_backward(const Recurrence& recurrence, const BackwardSums& sums, std::span<double> to_inputs);
void recurrent_parameter_gradients(const Recurrence& recurrence, const BackwardSums& sums, std::span<double> out);

}  // namespace fanin::theory
