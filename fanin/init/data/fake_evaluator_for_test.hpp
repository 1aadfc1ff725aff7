// A chain of dense layers with ReLU between them and half the squared error, computed in plain double loops: what the
// schemes of this folder are tried on without an engine.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "fanin/net/evaluator.hpp"
#include "fanin/net/shorthand.hpp"

namespace fanin::init {

class FakeEvaluator final : public net::Evaluator {
 public:
  using Matrix = std::vector<std::vector<double>>;  // [rows][values]

  /// @param linear  no ReLU anywhere.
  FakeEvaluator(const std::vector<std::int64_t>& widths, Matrix inputs, Matrix targets, bool linear = false)
      : graph_(net::dense_network(widths, net::parse_activation(linear ? "linear" : "relu"))),
        layers_(widths.size() - 1),
        linear_(linear),
        inputs_(std::move(inputs)),
        targets_(std::move(targets)) {
    for (const net::ParameterSpec& spec : graph_.parameters()) {
      values_[spec.name].assign(static_cast<std::size_t>(spec.shape().count()), 0.0F);
    }
  }
  [[nodiscard]] const net::Graph& graph() const noexcept override { return graph_; }
  [[nodiscard]] std::vector<float> parameter(std::string_view name) const override {
    return values_.at(std::string(name));
  }
  void set_parameter(std::string_view name, std::span<const float> values) override {
    values_.at(std::string(name)).assign(values.begin(), values.end());
  }
  double loss() override {
    double sum = 0;
    const Matrix out = run().back().after;
    for (std::size_t r = 0; r < out.size(); ++r) {
      for (std::size_t i = 0; i < out[r].size(); ++i) {
        sum += 0.5 * (out[r][i] - targets_[r][i]) * (out[r][i] - targets_[r][i]);
      }
    }
    return sum / static_cast<double>(out.size());
  }
  std::vector<float> gradient(std::string_view name) override {
    const std::vector<Layer> trace = run();
    Matrix delta = trace.back().after;
    for (std::size_t r = 0; r < delta.size(); ++r) {
      for (std::size_t i = 0; i < delta[r].size(); ++i) {
        delta[r][i] = (delta[r][i] - targets_[r][i]) / static_cast<double>(delta.size());
      }
    }
    for (std::size_t l = layers_; l-- > 0;) {
      const Matrix& in = l == 0 ? inputs_ : trace[l - 1].after;
      if (!linear_ && l + 1 < layers_) {
        for (std::size_t r = 0; r < delta.size(); ++r) {
          for (std::size_t i = 0; i < delta[r].size(); ++i) delta[r][i] *= trace[l].biased[r][i] > 0 ? 1 : 0;
        }
      }
      const std::string scope = "layer" + std::to_string(l + 1);
      const std::vector<float>& w = values_.at(scope + ".weight");
      std::vector<double> dw(w.size());
      std::vector<double> db(delta[0].size());
      Matrix back(in.size(), std::vector<double>(in[0].size()));
      for (std::size_t r = 0; r < delta.size(); ++r) {
        for (std::size_t o = 0; o < delta[r].size(); ++o) {
          db[o] += delta[r][o];
          for (std::size_t i = 0; i < in[r].size(); ++i) {
            dw[o * in[r].size() + i] += delta[r][o] * in[r][i];
            back[r][i] += delta[r][o] * static_cast<double>(w[o * in[r].size() + i]);
          }
        }
      }
      if (name == scope + ".weight") return {dw.begin(), dw.end()};
      if (name == scope + ".bias") return {db.begin(), db.end()};
      delta = std::move(back);
    }
    return {};
  }
  std::vector<float> activation(std::string_view node) override {
    const std::vector<Layer> trace = run();
    std::vector<float> flat;
    for (std::size_t l = 0; l < layers_; ++l) {
      const std::string scope = "layer" + std::to_string(l + 1);
      for (const auto& [name, matrix] :
           {std::pair{scope + ".dense", &trace[l].dense}, std::pair{scope + ".bias", &trace[l].biased},
            std::pair{scope + ".activation", &trace[l].after}}) {
        if (name != node) continue;
        for (const std::vector<double>& row : *matrix) flat.insert(flat.end(), row.begin(), row.end());
      }
    }
    return flat;
  }

 private:
  struct Layer {
    Matrix dense = {};
    Matrix biased = {};
    Matrix after = {};
  };
  [[nodiscard]] std::vector<Layer> run() const {
    std::vector<Layer> trace(layers_);
    for (std::size_t l = 0; l < layers_; ++l) {
      const std::string scope = "layer" + std::to_string(l + 1);
      const std::vector<float>& w = values_.at(scope + ".weight");
      const std::vector<float>& b = values_.at(scope + ".bias");
      for (const std::vector<double>& in : l == 0 ? inputs_ : trace[l - 1].after) {
        std::vector<double> dense(b.size());
        for (std::size_t i = 0; i < w.size(); ++i)
          dense[i / in.size()] += static_cast<double>(w[i]) * in[i % in.size()];
        trace[l].dense.push_back(dense);
        for (std::size_t o = 0; o < b.size(); ++o) dense[o] += static_cast<double>(b[o]);
        trace[l].biased.push_back(dense);
        for (double& value : dense) value = linear_ || l + 1 == layers_ || value > 0 ? value : 0;
        trace[l].after.push_back(dense);
      }
    }
    return trace;
  }

  net::Graph graph_;
  std::size_t layers_;
  bool linear_;
  Matrix inputs_;
  Matrix targets_;
  std::map<std::string, std::vector<float>> values_;
};

/// Rows of a deterministic spread, different for each value of `salt`.
inline FakeEvaluator::Matrix spread_rows(std::size_t rows, std::size_t columns, double size, std::uint32_t salt) {
  FakeEvaluator::Matrix matrix(rows, std::vector<double>(columns));
  std::uint32_t state = salt * 2654435761U + 1;
  for (std::vector<double>& row : matrix) {
    for (double& value : row) {
      state = state * 1664525U + 1013904223U;
      value = size * (static_cast<double>(state >> 8) / 8388608.0 - 1);
    }
  }
  return matrix;
}

}  // namespace fanin::init
