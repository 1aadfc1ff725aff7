#include "fanin/observe/remark.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <optional>
#include <vector>

namespace fanin::observe {
namespace {

/// Two significant digits: "0.16", "8.0", "256", "3.1e-4".
std::string number(double value) {
  std::array<char, 40> text{};
  if (value == 0 || (value >= 0.01 && value < 9.95)) {
    std::snprintf(text.data(), text.size(), "%#.2g", value);
    return text.data();
  }
  if (value >= 9.95 && value < 1e4) {
    std::snprintf(text.data(), text.size(), "%.0f", value);
    return text.data();
  }
  std::snprintf(text.data(), text.size(), "%.1e", value);
  const std::string digits(text.data());
  const std::size_t e = digits.find('e');
  if (e == std::string::npos) return digits;  // "inf"
  return digits.substr(0, e + 1) + std::to_string(std::stoi(digits.substr(e + 1)));
}

std::string percent(double fraction) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %%", 100 * fraction);
  return text.data();
}

/// Root mean square of a layer's output.
double output_size(const LayerStart& layer) { return std::hypot(layer.activation_mean, layer.activation_std_dev); }

std::string and_more(std::size_t count) {
  if (count <= 1) return {};
  return " and " + std::to_string(count - 1) + (count == 2 ? " more layer" : " more layers");
}

std::optional<std::string> not_finite(const StepZero& start) {
  for (const LayerStart& layer : start.layers) {
    if (std::isinf(layer.activation_mean) || std::isinf(layer.activation_std_dev) ||
        (std::isnan(layer.activation_mean) != std::isnan(layer.zero_fraction))) {
      return layer.name + "'s output is not finite on the first batch: exploding";
    }
  }
  for (const LayerStart& layer : start.layers) {
    if (!std::isfinite(layer.gradient_norm)) return layer.name + "'s gradient is not finite: exploding";
  }
  return std::nullopt;
}

std::optional<std::string> dead(const StepZero& start) {
  std::vector<const LayerStart*> zero;
  std::vector<const LayerStart*> moving_bias;
  for (const LayerStart& layer : start.layers) {
    if (layer.zero_gradient) zero.push_back(&layer);
    if (layer.bias_gradient_norm > 0) moving_bias.push_back(&layer);
  }
  if (zero.empty()) return std::nullopt;
  if (zero.size() < start.layers.size()) {
    const std::string whose = std::string(zero.size() == 1 ? "the gradient of " : "the gradients of ") +
                              zero.front()->name + and_more(zero.size());
    // A layer that starts at zero on purpose, as Fixup's and ReZero's do, lets none through before its first step.
    const auto gate = std::find_if(start.layers.begin(), start.layers.end(), [](const LayerStart& layer) {
      return layer.equal_weights.value_or(false) && !layer.zero_gradient;
    });
    if (gate != start.layers.end()) {
      return whose + (zero.size() == 1 ? " waits" : " wait") + " for " + gate->name + ", whose weights start equal";
    }
    return whose + (zero.size() == 1 ? " is" : " are") + " exactly zero: dead at the start";
  }
  const std::string all = "all weight gradients are exactly zero: ";
  if (moving_bias.empty()) return all + "nothing can move";
  if (moving_bias.size() > 1) return all + "only biases can move";
  return all + "only the bias of " + moving_bias.front()->name + " can move";
}

std::optional<std::string> symmetry(const StepZero& start) {
  const LayerStart* first = nullptr;
  std::size_t count = 0;
  for (const LayerStart& layer : start.layers) {
    if (!layer.equal_gradients || !layer.equal_weights.value_or(true)) continue;
    if (first == nullptr) first = &layer;
    ++count;
  }
  if (first == nullptr) return std::nullopt;
  return "all " + std::to_string(first->units) + " units of " + first->name + and_more(count) +
         " receive equal gradients: symmetry";
}

// A text and how far what it speaks of is from its expectation: the log of a squared ratio.
struct Deviation {
  double size = 0;
  std::string text;
};

std::optional<Deviation> gradient_ratio(const StepZero& start) {
  const LayerStart& first = start.layers.front();
  const LayerStart& last = start.layers.back();
  const double ratio = first.gradient_norm / last.gradient_norm;
  // ∂L/∂W is the sum over rows of δ hᵀ: where the backward signal δ keeps its size, the gradients'
  // norms are as those of the inputs h, sqrt(fan_in) times their root mean square.
  const double sizes = first.input_size / last.input_size;
  const double expected = std::sqrt(static_cast<double>(first.fan_in) / static_cast<double>(last.fan_in)) *
                          (std::isfinite(sizes) && sizes > 0 ? sizes : 1);
  const double deviation = 2 * std::log(ratio / expected);
  if (!(std::abs(deviation) > size_ratio_half_width(start.layers))) return std::nullopt;
  return Deviation{std::abs(deviation), first.name + "'s gradient is " + number(ratio) +
                                            (deviation > 0 ? " times " : " of ") + last.name + "'s, expected about " +
                                            number(expected) + (deviation > 0 ? ": exploding" : ": vanishing")};
}

std::optional<Deviation> activation_ratio(const StepZero& start) {
  const double ratio = output_size(start.layers.back()) / output_size(start.layers.front());
  const double deviation = 2 * std::log(ratio);
  if (!(std::abs(deviation) > size_ratio_half_width(start.layers))) return std::nullopt;
  const double per_layer = std::pow(ratio, 1 / static_cast<double>(start.layers.size() - 1));
  return Deviation{std::abs(deviation),
                   deviation > 0
                       ? "activations grow " + number(per_layer) + " times per layer: weights too large"
                       : "activations shrink " + number(1 / per_layer) + " times per layer: weights too small"};
}

std::optional<std::string> signal_size(const StepZero& start) {
  const std::optional<Deviation> gradients = gradient_ratio(start);
  const std::optional<Deviation> activations = activation_ratio(start);
  // The same weights carry both signals, so where both go wrong alike the forward one names the
  // cause; a backward signal that fares far worse (saturation) is a finding of its own.
  if (activations && (!gradients || 2 * activations->size >= gradients->size)) return activations->text;
  if (gradients) return gradients->text;
  return std::nullopt;
}

std::optional<std::string> finding(const StepZero& start) {
  if (auto text = not_finite(start)) return text;
  if (auto text = dead(start)) return text;
  if (auto text = symmetry(start)) return text;
  if (start.layers.size() < 2) return std::nullopt;  // a ratio needs two layers
  return signal_size(start);
}

std::string healthy(const StepZero& start) {
  if (start.layers.size() < 2) return "healthy: its gradients differ between units";
  const LayerStart& first = start.layers.front();
  const LayerStart& last = start.layers.back();
  const double ratio = first.gradient_norm / last.gradient_norm;
  return "healthy: sizes are kept, " + first.name + "'s gradient is " + number(ratio) +
         (ratio < 1 ? " of " : " times ") + last.name + "'s";
}

}  // namespace

bool at_chance(const Outcome& outcome) noexcept {
  const double chance = outcome.chance_accuracy;
  const double error =
      outcome.test_rows > 0 ? std::sqrt(chance * (1 - chance) / static_cast<double>(outcome.test_rows)) : 0;
  return outcome.test_accuracy <= chance + 3 * error;
}

double size_ratio_half_width(std::span<const LayerStart> layers) noexcept {
  double variance = 1;
  for (std::size_t i = 0; i + 1 < layers.size(); ++i) variance += 5 / static_cast<double>(layers[i].units);
  return 3 * std::sqrt(variance);
}

std::string remark(const StepZero& start, const Outcome& outcome) {
  if (start.layers.empty()) return "cannot tell: no layer with weights was measured";
  const std::optional<std::string> found = finding(start);
  const bool chance = at_chance(outcome);
  if (outcome.diverged_at_step > 0) {
    const std::string when = "diverged at step " + std::to_string(outcome.diverged_at_step);
    return found ? when + ": " + *found : when + " from a healthy start: try a smaller learning rate";
  }
  if (!found && chance) {
    return "cannot tell: the start looks healthy, yet accuracy stays at chance (" + percent(outcome.test_accuracy) +
           "); check the learning rate and the data";
  }
  if (!found) return healthy(start);
  if (chance) return *found + "; stays at chance (" + percent(outcome.test_accuracy) + ")";
  if (std::isnan(outcome.test_accuracy)) return *found;
  return *found + "; still reaches " + percent(outcome.test_accuracy);
}

}  // namespace fanin::observe
