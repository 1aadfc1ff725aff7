// For this room's tests: a slow, readable dense network in single precision that shows one batch to
// a tap, as an engine would. Rows of uniform inputs in [0, 1], random labels, softmax cross-entropy.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "fanin/net/shorthand.hpp"
#include "fanin/net/tap.hpp"

namespace fanin::observe {

class ReferenceChain final {
 public:
  /// Gives the weights [out, in] of one layer their values.
  using Fill = std::function<void(std::vector<float>& weight, std::int64_t in, std::int64_t out, std::mt19937_64& rng)>;

  ReferenceChain(const std::vector<std::int64_t>& widths, std::string_view activation, const Fill& fill,
                 std::uint64_t seed = 1)
      : graph_(net::dense_network(widths, net::parse_activation(activation))),
        function_(net::parse_activation(activation)),
        widths_(widths),
        rng_(seed) {
    for (std::size_t l = 1; l < widths.size(); ++l) {
      weights_.emplace_back(static_cast<std::size_t>(widths[l] * widths[l - 1]));
      fill(weights_.back(), widths[l - 1], widths[l], rng_);
    }
  }

  [[nodiscard]] const net::Graph& graph() const noexcept { return graph_; }

  /// @param loss_factor  multiplies the loss. @param input_factor  multiplies the inputs.
  void show(net::Tap& tap, std::int64_t rows = 64, float loss_factor = 1, float input_factor = 1) {
    std::uniform_real_distribution<float> pixel(0, 1);
    std::vector<std::vector<float>> values{std::vector<float>(static_cast<std::size_t>(rows * widths_[0]))};
    for (float& value : values[0]) value = input_factor * pixel(rng_);
    std::vector<std::vector<float>> before;  // pre-activations of layer l + 1
    see(tap, net::TapKind::activation, "input", values.back(), rows, widths_[0]);
    for (std::size_t l = 0; l < weights_.size(); ++l) {
      const std::string scope = "layer" + std::to_string(l + 1);
      see(tap, net::TapKind::weight, scope + ".weight", weights_[l], widths_[l + 1], widths_[l]);
      before.push_back(product(values[l], weights_[l], rows, widths_[l], widths_[l + 1]));
      see(tap, net::TapKind::activation, scope + ".dense", before[l], rows, widths_[l + 1]);
      values.push_back(before[l]);
      const bool hidden = l + 1 < weights_.size();
      if (hidden) {
        see(tap, net::TapKind::activation, scope + ".bias", before[l], rows, widths_[l + 1]);
        for (float& value : values.back()) value = static_cast<float>(function_.value(static_cast<double>(value)));
      }
      see(tap, net::TapKind::activation, scope + (hidden ? ".activation" : ".bias"), values.back(), rows,
          widths_[l + 1]);
    }
    std::vector<float> error = output_error(values.back(), rows, loss_factor);
    for (std::size_t l = weights_.size(); l-- > 0;) error = backward(tap, l, values[l], before, error, rows);
  }

 private:
  static void see(net::Tap& tap, net::TapKind kind, const std::string& name, const std::vector<float>& values,
                  std::int64_t rows, std::int64_t columns) {
    const Shape shape = columns == 0 ? Shape{rows} : Shape{rows, columns};
    tap.see({kind, name, values, &shape});
  }

  /// x [rows, in] times w [out, in] transposed.
  static std::vector<float> product(const std::vector<float>& x, const std::vector<float>& w, std::int64_t rows,
                                    std::int64_t in, std::int64_t out) {
    std::vector<float> y(static_cast<std::size_t>(rows * out), 0.0F);
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t o = 0; o < out; ++o) {
        float sum = 0;
        for (std::int64_t i = 0; i < in; ++i) sum += at(x, r * in + i) * at(w, o * in + i);
        y[static_cast<std::size_t>(r * out + o)] = sum;
      }
    }
    return y;
  }

  static float at(const std::vector<float>& values, std::int64_t i) { return values[static_cast<std::size_t>(i)]; }

  std::vector<float> output_error(const std::vector<float>& logits, std::int64_t rows, float loss_factor) {
    const std::int64_t classes = widths_.back();
    std::vector<float> error(logits.size());
    for (std::int64_t r = 0; r < rows; ++r) {
      float top = at(logits, r * classes);
      for (std::int64_t c = 1; c < classes; ++c) top = std::max(top, at(logits, r * classes + c));
      float sum = 0;
      for (std::int64_t c = 0; c < classes; ++c) sum += std::exp(at(logits, r * classes + c) - top);
      const auto label = static_cast<std::int64_t>(rng_() % static_cast<std::uint64_t>(classes));
      for (std::int64_t c = 0; c < classes; ++c) {
        const float p = std::exp(at(logits, r * classes + c) - top) / sum;
        error[static_cast<std::size_t>(r * classes + c)] =
            loss_factor * (p - (c == label ? 1.0F : 0.0F)) / static_cast<float>(rows);
      }
    }
    return error;
  }

  /// Shows the gradients of layer l + 1 and returns the error of its input's pre-activation.
  std::vector<float> backward(net::Tap& tap, std::size_t l, const std::vector<float>& input,
                              const std::vector<std::vector<float>>& before, const std::vector<float>& error,
                              std::int64_t rows) {
    const std::int64_t in = widths_[l];
    const std::int64_t out = widths_[l + 1];
    const std::string scope = "layer" + std::to_string(l + 1);
    std::vector<float> weight(weights_[l].size(), 0.0F);
    std::vector<float> bias(static_cast<std::size_t>(out), 0.0F);
    std::vector<float> below(static_cast<std::size_t>(rows * in), 0.0F);
    see(tap, net::TapKind::activation_gradient, scope + ".bias", error, rows, out);
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t o = 0; o < out; ++o) {
        const float e = at(error, r * out + o);
        bias[static_cast<std::size_t>(o)] += e;
        for (std::int64_t i = 0; i < in; ++i) {
          weight[static_cast<std::size_t>(o * in + i)] += e * at(input, r * in + i);
          below[static_cast<std::size_t>(r * in + i)] += e * at(weights_[l], o * in + i);
        }
      }
    }
    for (std::size_t i = 0; l > 0 && i < below.size(); ++i) {
      below[i] *= static_cast<float>(function_.derivative(static_cast<double>(before[l - 1][i])));
    }
    see(tap, net::TapKind::weight_gradient, scope + ".weight", weight, out, in);
    see(tap, net::TapKind::weight_gradient, scope + ".bias", bias, out, 0);
    return below;
  }

  net::Graph graph_;
  net::Activation function_;
  std::vector<std::int64_t> widths_;
  std::mt19937_64 rng_;
  std::vector<std::vector<float>> weights_;
};

}  // namespace fanin::observe
