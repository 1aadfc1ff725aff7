// Data that a network cannot learn from as they are: inputs of a wrong size, labels that have nothing to do with them.
#include <algorithm>
#include <cmath>
#include <string>

#include "fanin/observe/diagnose/evidence.hpp"

namespace fanin::observe {
namespace {

constexpr double kLargeInput = 6;  // root mean square of the inputs
constexpr double kSmallInput = 0.02;
constexpr double kUnequal = 300;  // largest over smallest standard deviation of a feature
constexpr double kOffset = 30;    // |mean| of a feature in its standard deviations

Severity severity_of(const Evidence& e) {
  if (!e.loss.learns()) return Severity::error;
  return e.loss.gain > 0.3 ? Severity::note : Severity::warning;
}

}  // namespace

void find_unscaled_input(const Evidence& e, std::vector<Finding>& findings) {
  const DataFacts& data = e.trace.data;
  if (data.tokens || !std::isfinite(data.mean) || e.first == nullptr) return;
  const auto first = std::find_if(e.view.layers.begin(), e.view.layers.end(),
                                  [](const WeightedLayer& layer) { return layer.first && !layer.input_normalized; });
  if (first == e.view.layers.end()) return;
  const auto l = static_cast<std::size_t>(first - e.view.layers.begin());
  const double size = std::hypot(data.mean, data.std_dev);
  // Weights that make up for the inputs' unit leave nothing to complain about.
  const double before = std::exp(e.before[l] / 2);
  const bool compensated = first->normalized || (size > 1 ? before < kLargeInput / 2 : before > kSmallInput);
  const bool wrong_size = (size > kLargeInput || size < kSmallInput) && !compensated;
  const double unequal = data.largest_feature_std_dev / data.smallest_feature_std_dev;
  const bool wrong_shape = unequal > kUnequal && data.largest_feature_std_dev > kLargeInput / 2 && !first->normalized;
  const bool offset = data.largest_feature_mean > kOffset && std::abs(data.mean) > 3 && !first->normalized;
  if (!wrong_size && !wrong_shape && !offset) return;
  Finding finding{.problem = Problem::unscaled_input, .layer = first->name, .severity = severity_of(e)};
  if (wrong_size && size > 3 * kLargeInput && finding.severity == Severity::note) finding.severity = Severity::warning;
  finding.quantity = wrong_size    ? "root mean square of the inputs"
                     : wrong_shape ? "largest over smallest standard deviation of an input"
                                   : "mean of an input in its standard deviations";
  finding.measured = {wrong_size ? size : wrong_shape ? unequal : data.largest_feature_mean, 0};
  finding.expected = {wrong_size ? 1.0 : wrong_shape ? 1.0 : 0.0, 0};
  finding.source = "LeCun et al. 1998, Efficient BackProp, section 4.3: inputs of mean 0 and variance 1";
  finding.cause = wrong_size ? "the inputs have the size " + short_number(size) + ", so that " + first->name +
                                   " gives values of the size " + short_number(before)
                  : wrong_shape ? "some inputs vary " + short_number(unequal) +
                                      " times as much as others, so that these do not count"
                                : "the inputs lie far from 0 beside how much they vary";
  finding.remedy = "--standardize";
  finding.falsified_by = "the same training on standardized inputs goes no better";
  findings.push_back(std::move(finding));
}

void find_label_problem(const Evidence& e, std::vector<Finding>& findings) {
  const DataFacts& data = e.trace.data;
  const auto add = [&](double measured, double error, double expected, std::string quantity, std::string cause,
                       std::string remedy) {
    Finding finding{.problem = Problem::label_problem, .severity = Severity::error};
    finding.quantity = std::move(quantity);
    finding.measured = {measured, error};
    finding.expected = {expected, 0};
    finding.source = "rows that are near one another mostly share a label where inputs tell anything of it";
    finding.cause = std::move(cause);
    finding.remedy = std::move(remedy);
    finding.falsified_by = "another model learns these labels beyond the training rows";
    findings.push_back(std::move(finding));
  };
  const auto most = std::max_element(data.class_shares.begin(), data.class_shares.end());
  if (data.class_shares.size() > 1 && most != data.class_shares.end() && *most > 0.995) {
    add(*most, 0, 1.0 / static_cast<double>(data.class_shares.size()), "share of the most frequent label",
        "nearly every row has the same label: there is nothing to learn",
        "look at how the labels were read (--target)");
    return;
  }
  if (data.duplicate_conflicts > 0.3) {
    add(data.duplicate_conflicts, 0, 0, "equal rows with different labels",
        "rows with the same inputs have different labels", "look at how rows and labels were put together");
    return;
  }
  const bool no_signal = std::abs(data.label_signal) < 3 * data.label_signal_error;
  const bool start_is_bad =
      std::any_of(findings.begin(), findings.end(), [](const Finding& f) { return f.severity != Severity::note; });
  if (no_signal && !start_is_bad && e.loss.steps >= 20 && e.loss.gain < 0.05 && !data.tokens) {
    add(data.label_signal, data.label_signal_error, 0.1, "accuracy of the nearest rows' label above chance",
        "the labels have nothing to do with the inputs as far as near rows tell, and training finds nothing either",
        "look at how rows and labels were put together: a shuffle of one without the other does this");
  }
}

}  // namespace fanin::observe
