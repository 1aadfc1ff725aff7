// Private to this folder: the members of a trace under their names in the file, listed once for the writer and the
// reader. docs/trace.md is the same list in words.
//
// A visitor is called as visit(name, member) for what must be there, visit(name, member, kAlways) for what is always
// written but may be absent, and visit(name, member, fallback) for what is written where it differs from `fallback`.
#pragma once

#include <concepts>
#include <type_traits>

#include "fanin/observe/trace.hpp"

namespace fanin::experiment::trace_file {

struct Always {};
inline constexpr Always kAlways;

template <typename S, typename T>
concept PerhapsConst = std::same_as<std::remove_const_t<S>, T>;

template <PerhapsConst<TensorStatistics> S, typename Visit>
void visit_fields(S& s, Visit& visit) {
  const TensorStatistics d{};
  visit("count", s.count);
  visit("nan", s.nan_count, d.nan_count);
  visit("infinite", s.infinity_count, d.infinity_count);
  visit("first_non_finite", s.first_non_finite, d.first_non_finite);
  visit("zero", s.zero_count, d.zero_count);
  visit("positive", s.positive_count, d.positive_count);
  visit("saturated", s.saturated_count, d.saturated_count);
  visit("mean", s.mean, d.mean);
  visit("variance", s.variance, d.variance);
  visit("skewness", s.skewness, d.skewness);
  visit("kurtosis", s.kurtosis, d.kurtosis);
  visit("min", s.minimum, d.minimum);
  visit("max", s.maximum, d.maximum);
}

template <PerhapsConst<observe::Histogram> S, typename Visit>
void visit_fields(S& s, Visit& visit) {
  visit("low", s.low);
  visit("high", s.high);
  visit("counts", s.counts);
}

template <PerhapsConst<observe::TraceNode> S, typename Visit>
void visit_fields(S& s, Visit& visit) {
  const observe::TraceNode d{};
  visit("name", s.name);
  visit("layer", s.layer, d.layer);
  visit("kind", s.kind);
  visit("attributes", s.attributes, d.attributes);
  visit("inputs", s.inputs, d.inputs);
  visit("parameters", s.parameters, d.parameters);
  visit("units", s.units, d.units);
}

template <PerhapsConst<observe::TraceParameter> S, typename Visit>
void visit_fields(S& s, Visit& visit) {
  const observe::TraceParameter d{};
  visit("name", s.name);
  visit("role", s.role);
  visit("shape", s.shape);
  visit("fan_in", s.fan_in, d.fan_in);
  visit("fan_out", s.fan_out, d.fan_out);
  visit("units", s.units, d.units);
  visit("learning_rate_factor", s.learning_rate_factor, d.learning_rate_factor);
}

template <PerhapsConst<observe::NodeRecord> S, typename Visit>
void visit_fields(S& s, Visit& visit) {
  const observe::NodeRecord d{};
  visit("output", s.output, d.output);
  visit("gradient", s.gradient, d.gradient);
  visit("input", s.input, d.input);
  visit("correlation", s.correlation, d.correlation);
  visit("row_variance", s.row_variance, d.row_variance);
  visit("dead_units", s.dead_units, d.dead_units);
  visit("dormant_units", s.dormant_units, d.dormant_units);
  visit("saturated", s.saturated, d.saturated);
  visit("equal_units", s.equal_units, d.equal_units);
  visit("zero_gradient_units", s.zero_gradient_units, d.zero_gradient_units);
  visit("output_histogram", s.output_histogram, d.output_histogram);
  visit("gradient_histogram", s.gradient_histogram, d.gradient_histogram);
}

template <PerhapsConst<observe::ParameterRecord> S, typename Visit>
void visit_fields(S& s, Visit& visit) {
  const observe::ParameterRecord d{};
  visit("value", s.value, d.value);
  visit("gradient", s.gradient, d.gradient);
  visit("update_norm", s.update_norm, d.update_norm);
  visit("equal_rows", s.equal_rows, d.equal_rows);
  visit("equal_gradients", s.equal_gradients, d.equal_gradients);
  visit("gradient_noise", s.gradient_noise, d.gradient_noise);
  visit("signal_to_noise", s.signal_to_noise, d.signal_to_noise);
  visit("stable_rank", s.stable_rank, d.stable_rank);
  visit("effective_rank", s.effective_rank, d.effective_rank);
  visit("largest_singular_value", s.largest_singular_value, d.largest_singular_value);
  visit("value_histogram", s.value_histogram, d.value_histogram);
}

template <PerhapsConst<observe::TraceStep> S, typename Visit>
void visit_fields(S& s, Visit& visit) {
  const observe::TraceStep d{};
  visit("step", s.step);
  visit("loss", s.loss, kAlways);
  visit("accuracy", s.accuracy, d.accuracy);
  visit("learning_rate", s.learning_rate, d.learning_rate);
  visit("gradient_norm", s.gradient_norm, kAlways);
  visit("clipped", s.clipped, d.clipped);
  visit("non_finite", s.non_finite, d.non_finite);
  visit("nodes", s.nodes, d.nodes);
  visit("parameters", s.parameters, d.parameters);
}

template <PerhapsConst<observe::NonFinite> S, typename Visit>
void visit_fields(S& s, Visit& visit) {
  const observe::NonFinite d{};
  visit("step", s.step);
  visit("name", s.name, d.name);
  visit("tensor", s.tensor);
  visit("element", s.element, d.element);
  visit("nan", s.nan, kAlways);
  visit("growth", s.growth, d.growth);
}

template <PerhapsConst<observe::DataFacts> S, typename Visit>
void visit_fields(S& s, Visit& visit) {
  const observe::DataFacts d{};
  visit("rows", s.rows, d.rows);
  visit("mean", s.mean, d.mean);
  visit("std_dev", s.std_dev, d.std_dev);
  visit("largest_magnitude", s.largest_magnitude, d.largest_magnitude);
  visit("smallest_feature_std_dev", s.smallest_feature_std_dev, d.smallest_feature_std_dev);
  visit("largest_feature_std_dev", s.largest_feature_std_dev, d.largest_feature_std_dev);
  visit("largest_feature_mean", s.largest_feature_mean, d.largest_feature_mean);
  visit("constant_features", s.constant_features, d.constant_features);
  visit("tokens", s.tokens, d.tokens);
  visit("class_shares", s.class_shares, d.class_shares);
  visit("target_means", s.target_means, d.target_means);
  visit("target_std_devs", s.target_std_devs, d.target_std_devs);
  visit("label_signal", s.label_signal, d.label_signal);
  visit("label_signal_error", s.label_signal_error, d.label_signal_error);
  visit("linear_signal", s.linear_signal, d.linear_signal);
  visit("duplicate_conflicts", s.duplicate_conflicts, d.duplicate_conflicts);
}

template <PerhapsConst<observe::JacobianFacts> S, typename Visit>
void visit_fields(S& s, Visit& visit) {
  const observe::JacobianFacts d{};
  visit("mean_square", s.mean_square, d.mean_square);
  visit("largest", s.largest, d.largest);
  visit("spread", s.spread, d.spread);
}

template <PerhapsConst<observe::FilterPictures> S, typename Visit>
void visit_fields(S& s, Visit& visit) {
  visit("parameter", s.parameter);
  visit("units", s.units);
  visit("channels", s.channels);
  visit("height", s.height);
  visit("width", s.width);
  visit("start", s.start);
  visit("end", s.end);
}

/// What may stand in any line but a step's; a later line replaces an earlier one's.
template <PerhapsConst<observe::Trace> S, typename Visit>
void visit_facts(S& s, Visit& visit) {
  const observe::Trace d{};
  visit("data", s.data, d.data);
  visit("jacobian", s.jacobian, d.jacobian);
  visit("output_means", s.output_means, d.output_means);
  visit("non_finite", s.non_finite, d.non_finite);
}

/// The last line.
template <PerhapsConst<observe::Trace> S, typename Visit>
void visit_end(S& s, Visit& visit) {
  const observe::Trace d{};
  visit("ended", s.ended);
  visit_facts(s, visit);
  visit("filters", s.filters, d.filters);
}

/// The header but for the network's text.
template <PerhapsConst<observe::Trace> S, typename Visit>
void visit_header(S& s, Visit& visit) {
  const observe::Trace d{};
  visit("version", s.version);
  visit("origin", s.origin);
  visit("origin_version", s.origin_version, d.origin_version);
  visit("init", s.init, d.init);
  visit("loss", s.loss, kAlways);
  visit("outputs", s.outputs, d.outputs);
  visit("optimizer", s.optimizer, kAlways);
  visit("learning_rate", s.learning_rate, kAlways);
  visit("clipping", s.clipping, d.clipping);
  visit("batch_rows", s.batch_rows, d.batch_rows);
  visit("loss_factor", s.loss_factor, d.loss_factor);
  visit_facts(s, visit);
  visit("nodes", s.nodes);
  visit("parameters", s.parameters);
}

}  // namespace fanin::experiment::trace_file
