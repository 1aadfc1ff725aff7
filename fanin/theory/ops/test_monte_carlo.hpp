// For the tests of the rules: an op in plain loops, drawn many times, against the prediction. Inputs and
// parameters are normal; gradients are central differences of Σ δ·y with standard normal δ.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "fanin/theory/predict.hpp"

namespace fanin::theory {

using Tensor = std::vector<double>;

struct MonteCarloCase {
  net::OpPtr op;
  std::vector<Shape> inputs;                 ///< of a sample
  std::vector<ParameterMoments> parameters;  ///< in the op's order
  double input_mean = 0;
  double input_std_dev = 1;
  double correlation = 0.4;  ///< of two inputs
  /// Output of the op for inputs and parameters, in that order, row-major.
  std::function<Tensor(const std::vector<Tensor>&)> forward;
  int draws = 2000;
  double slack = 0;           ///< relative error granted to the assumptions of a rule that is not exact
  double gradient_slack = 0;  ///< likewise backward
};

/// Mean and standard error of what is added.
class Average final {
 public:
  void add(double value) {
    ++count_;
    const double step = value - mean_;
    mean_ += step / count_;
    squares_ += step * (value - mean_);
  }
  void expect_near(double predicted, double slack, const std::string& what) const {
    const double error = std::sqrt(squares_ / (count_ - 1) / count_);
    EXPECT_NEAR(mean_, predicted, 4.5 * error + slack * std::abs(predicted) + 1e-7) << what;
  }

 private:
  double count_ = 0;
  double mean_ = 0;
  double squares_ = 0;
};

inline double dot(const Tensor& a, const Tensor& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// Draws the case and compares mean, second moment, cross moment and every gradient with predict().
inline void expect_prediction_holds(const MonteCarloCase& test) {
  net::Graph graph;
  std::vector<net::NodeId> sources;
  for (const Shape& shape : test.inputs) {
    std::string name = "x";
    sources.push_back(graph.add_input(name.append(std::to_string(sources.size())), shape));
  }
  const net::NodeId y = graph.add("op", test.op, sources);
  graph.set_output(y);
  const net::Node& node = graph.node(y);
  ASSERT_EQ(node.parameters.size(), test.parameters.size());
  const ParameterLookup lookup = [&](const net::ParameterSpec& wanted) {
    for (std::size_t i = 0; i < test.parameters.size(); ++i) {
      if (node.parameters[i].name == wanted.name) return test.parameters[i];
    }
    return ParameterMoments();
  };
  const double square = test.input_mean * test.input_mean + test.input_std_dev * test.input_std_dev;
  const Prediction predicted =
      predict(graph, lookup,
              {.input_mean = test.input_mean, .input_second_moment = square, .input_correlation = test.correlation});

  std::mt19937_64 engine(20240607);
  std::normal_distribution<double> normal;
  const std::size_t inputs = test.inputs.size();
  std::vector<Tensor> tensors(inputs + test.parameters.size());
  Average mean, second, cross;
  std::vector<Average> gradients(tensors.size());
  for (int draw = 0; draw < test.draws; ++draw) {
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      const bool input = i < inputs;
      const Shape shape = input ? test.inputs[i] : node.parameters[i - inputs].shape();
      const double center = input ? test.input_mean : test.parameters[i - inputs].mean;
      const double spread = input ? test.input_std_dev : std::sqrt(test.parameters[i - inputs].variance);
      tensors[i].resize(static_cast<std::size_t>(shape.count()));
      for (double& value : tensors[i]) value = center + spread * normal(engine);
    }
    const Tensor out = test.forward(tensors);
    ASSERT_EQ(static_cast<std::int64_t>(out.size()), node.shape.count());
    std::vector<Tensor> other = tensors;
    for (std::size_t i = 0; i < inputs; ++i) {
      for (double& value : other[i]) {
        value = test.input_mean + test.correlation * (value - test.input_mean) +
                std::sqrt(1 - test.correlation * test.correlation) * test.input_std_dev * normal(engine);
      }
    }
    const Tensor other_out = test.forward(other);
    const auto count = static_cast<double>(out.size());
    double sum = 0;
    for (const double value : out) sum += value;
    mean.add(sum / count);
    second.add(dot(out, out) / count);
    cross.add(dot(out, other_out) / count);

    Tensor delta(out.size());
    for (double& value : delta) value = normal(engine);
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      double& element = tensors[i][static_cast<std::size_t>(engine() % tensors[i].size())];
      const double before = element;
      constexpr double kStep = 1e-4;
      element = before + kStep;
      const double above = dot(delta, test.forward(tensors));
      element = before - kStep;
      const double below = dot(delta, test.forward(tensors));
      element = before;
      gradients[i].add(std::pow((above - below) / (2 * kStep), 2));
    }
  }
  const Signal& signal = predicted.node(y).signal;
  mean.expect_near(signal.mean, test.slack, std::string(test.op->kind()) + ", mean");
  second.expect_near(signal.second_moment, test.slack, std::string(test.op->kind()) + ", second moment");
  cross.expect_near(signal.cross_moment, test.slack, std::string(test.op->kind()) + ", cross moment");
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    const std::string name = i < inputs ? graph.node(sources[i]).name : node.parameters[i - inputs].name;
    const double expected =
        i < inputs ? predicted.node(name).gradient_second_moment : predicted.parameter(name).gradient_second_moment;
    gradients[i].expect_near(expected, test.gradient_slack, std::string(test.op->kind()) + ", gradient of " + name);
  }
}

}  // namespace fanin::theory
