#include "fanin/experiment/probe/label_signal.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace fanin::experiment {
namespace {

constexpr std::int64_t kMostProducts = 50'000'000;
constexpr std::int64_t kMostOutputs = 16;

std::size_t index(std::int64_t i) noexcept { return static_cast<std::size_t>(i); }

// Rows with even numbers are learned from, the others judged; features have zero mean and unit variance over the
// first, and one that does not vary is zero.
struct Halves {
  std::int64_t features = 0;
  std::vector<float> learned, judged;
  [[nodiscard]] std::int64_t learned_rows() const noexcept {
    return static_cast<std::int64_t>(learned.size()) / features;
  }
  [[nodiscard]] std::int64_t judged_rows() const noexcept {
    return static_cast<std::int64_t>(judged.size()) / features;
  }
};

Halves halves_of(std::span<const float> inputs, std::int64_t features) {
  Halves halves{.features = features, .learned = {}, .judged = {}};
  const std::int64_t rows = static_cast<std::int64_t>(inputs.size()) / features;
  std::vector<double> mean(index(features), 0.0), square(index(features), 0.0);
  const std::int64_t learned = (rows + 1) / 2;
  for (std::int64_t row = 0; row < rows; row += 2) {
    for (std::int64_t i = 0; i < features; ++i) {
      const double d = static_cast<double>(inputs[index(row * features + i)]) - static_cast<double>(inputs[index(i)]);
      mean[index(i)] += d / static_cast<double>(learned);
      square[index(i)] += d * d / static_cast<double>(learned);
    }
  }
  for (std::int64_t i = 0; i < features; ++i) {
    const double variance = square[index(i)] - mean[index(i)] * mean[index(i)];
    square[index(i)] = variance > 1e-12 * square[index(i)] ? 1 / std::sqrt(variance) : 0;
    mean[index(i)] += static_cast<double>(inputs[index(i)]);
  }
  for (std::int64_t row = 0; row < rows; ++row) {
    std::vector<float>& to = row % 2 == 0 ? halves.learned : halves.judged;
    for (std::int64_t i = 0; i < features; ++i) {
      const double d = static_cast<double>(inputs[index(row * features + i)]) - mean[index(i)];
      to.push_back(static_cast<float>(d * square[index(i)]));
    }
  }
  return halves;
}

float square_distance(const float* a, const float* b, std::int64_t count) noexcept {
  float sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

// Rows on either side for which all pairs of rows stay within the cost allowed.
std::int64_t paired_rows(const Halves& halves) {
  const double most = std::sqrt(static_cast<double>(kMostProducts / std::max<std::int64_t>(1, halves.features)));
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(most), 10,
                                  std::min(halves.learned_rows(), halves.judged_rows()));
}

// For each of the first judged rows, the nearest of the first learned ones.
std::vector<std::int64_t> nearest_rows(const Halves& halves) {
  const std::int64_t rows = paired_rows(halves);
  std::vector<std::int64_t> nearest;
  for (std::int64_t row = 0; row < rows; ++row) {
    float best = std::numeric_limits<float>::infinity();
    std::int64_t best_row = 0;
    for (std::int64_t other = 0; other < rows; ++other) {
      const float distance = square_distance(halves.judged.data() + row * halves.features,
                                             halves.learned.data() + other * halves.features, halves.features);
      if (!(distance < best)) continue;
      best = distance;
      best_row = other;
    }
    nearest.push_back(best_row);
  }
  return nearest;
}

// The nearest class mean for the first judged rows.
std::vector<std::int64_t> nearest_means(const Halves& halves, std::span<const std::int32_t> labels,
                                        std::int64_t classes) {
  std::vector<float> means(index(classes * halves.features), 0.0F);
  std::vector<std::int64_t> counts(index(classes), 0);
  for (std::int64_t row = 0; row < halves.learned_rows(); ++row) ++counts[index(labels[index(2 * row)])];
  for (std::int64_t row = 0; row < halves.learned_rows(); ++row) {
    const std::int64_t label = labels[index(2 * row)];
    for (std::int64_t i = 0; i < halves.features; ++i) {
      means[index(label * halves.features + i)] +=
          halves.learned[index(row * halves.features + i)] / static_cast<float>(counts[index(label)]);
    }
  }
  const std::int64_t rows =
      std::clamp<std::int64_t>(kMostProducts / (classes * halves.features), 10, halves.judged_rows());
  std::vector<std::int64_t> nearest;
  for (std::int64_t row = 0; row < rows; ++row) {
    float best = std::numeric_limits<float>::infinity();
    std::int64_t answer = 0;
    for (std::int64_t label = 0; label < classes; ++label) {
      if (counts[index(label)] == 0) continue;
      const float distance = square_distance(halves.judged.data() + row * halves.features,
                                             means.data() + label * halves.features, halves.features);
      if (!(distance < best)) continue;
      best = distance;
      answer = label;
    }
    nearest.push_back(answer);
  }
  return nearest;
}

// Of gains per row, each the better the larger.
LabelSignal mean_of(const std::vector<double>& gains) {
  const auto count = static_cast<double>(gains.size());
  double sum = 0, square = 0;
  for (const double gain : gains) sum += gain;
  for (const double gain : gains) square += (gain - sum / count) * (gain - sum / count);
  return {sum / count, std::sqrt(square / std::max(1.0, count - 1) / count)};
}

LabelSignal better_of(const LabelSignal& a, const LabelSignal& b) { return b.value > a.value ? b : a; }

// A linear map to one target by conjugate gradients on the normal equations, few steps: early stopping is all the
// regularization it needs.
std::vector<double> linear_fit(const Halves& halves, const std::vector<double>& targets) {
  const std::int64_t n = halves.features;
  const std::int64_t rows = static_cast<std::int64_t>(targets.size());
  const auto transposed = [&](const std::vector<double>& by_row) {
    std::vector<double> result(index(n), 0.0);
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t i = 0; i < n; ++i) {
        result[index(i)] += by_row[index(row)] * static_cast<double>(halves.learned[index(row * n + i)]);
      }
    }
    return result;
  };
  const auto norm = [](const std::vector<double>& v) {
    double sum = 0;
    for (const double x : v) sum += x * x;
    return sum;
  };
  std::vector<double> weights(index(n), 0.0), residual = targets, gradient = transposed(residual);
  std::vector<double> direction = gradient;
  double square = norm(gradient);
  const double enough = 1e-10 * square;
  for (int step = 0; step < 20 && square > enough; ++step) {
    std::vector<double> image(index(rows), 0.0);
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t i = 0; i < n; ++i) {
        image[index(row)] += direction[index(i)] * static_cast<double>(halves.learned[index(row * n + i)]);
      }
    }
    const double length = square / norm(image);
    if (!std::isfinite(length)) break;
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] += length * direction[i];
    for (std::size_t i = 0; i < residual.size(); ++i) residual[i] -= length * image[i];
    gradient = transposed(residual);
    const double next = norm(gradient);
    for (std::size_t i = 0; i < direction.size(); ++i) direction[i] = gradient[i] + next / square * direction[i];
    square = next;
  }
  return weights;
}

}  // namespace

LabelSignal class_signal(std::span<const float> inputs, std::span<const std::int32_t> labels, std::int64_t features,
                         std::int64_t classes) {
  const Halves halves = halves_of(inputs, features);
  std::vector<std::int64_t> counts(index(classes), 0);
  for (std::size_t row = 0; row < labels.size(); row += 2) ++counts[index(labels[row])];
  const auto frequent = static_cast<std::int32_t>(std::ranges::max_element(counts) - counts.begin());
  const auto gains = [&](const std::vector<std::int64_t>& answers) {
    std::vector<double> gained;
    for (std::size_t row = 0; row < answers.size(); ++row) {
      const std::int32_t label = labels[2 * row + 1];
      gained.push_back((answers[row] == label ? 1.0 : 0.0) - (frequent == label ? 1.0 : 0.0));
    }
    return mean_of(gained);
  };
  std::vector<std::int64_t> neighbors = nearest_rows(halves);
  for (std::int64_t& row : neighbors) row = labels[index(2 * row)];
  const LabelSignal linear = gains(nearest_means(halves, labels, classes));
  LabelSignal best = better_of(linear, gains(neighbors));
  best.linear = linear.value;
  return best;
}

LabelSignal target_signal(std::span<const float> inputs, std::span<const float> targets, std::int64_t features,
                          std::int64_t outputs) {
  const Halves halves = halves_of(inputs, features);
  const std::vector<std::int64_t> neighbors = nearest_rows(halves);
  const std::int64_t judged_outputs = std::min(outputs, kMostOutputs);
  const std::int64_t learned_rows =
      std::clamp<std::int64_t>(kMostProducts / (40 * features * judged_outputs), 10, halves.learned_rows());
  std::vector<double> linear(index(halves.judged_rows()), 0.0), nearest(neighbors.size(), 0.0);
  for (std::int64_t output = 0; output < judged_outputs; ++output) {
    const auto target = [&](std::int64_t row) { return static_cast<double>(targets[index(row * outputs + output)]); };
    double mean = 0, spread = 0;
    for (std::int64_t row = 0; row < halves.learned_rows(); ++row) mean += target(2 * row);
    mean /= static_cast<double>(halves.learned_rows());
    for (std::int64_t row = 0; row < halves.judged_rows(); ++row) {
      spread += (target(2 * row + 1) - mean) * (target(2 * row + 1) - mean) / static_cast<double>(halves.judged_rows());
    }
    if (!(spread > 0)) continue;
    std::vector<double> learned(index(learned_rows));
    for (std::int64_t row = 0; row < learned_rows; ++row) learned[index(row)] = target(2 * row) - mean;
    const std::vector<double> weights = linear_fit(halves, learned);
    const auto gain = [&](std::int64_t row, double answer) {
      const double best = target(2 * row + 1) - mean;
      return (best * best - (best - answer) * (best - answer)) / spread / static_cast<double>(judged_outputs);
    };
    for (std::int64_t row = 0; row < halves.judged_rows(); ++row) {
      double answer = 0;
      for (std::int64_t i = 0; i < features; ++i) {
        answer += weights[index(i)] * static_cast<double>(halves.judged[index(row * features + i)]);
      }
      linear[index(row)] += gain(row, answer);
    }
    for (std::size_t row = 0; row < neighbors.size(); ++row) {
      nearest[row] += gain(static_cast<std::int64_t>(row), target(2 * neighbors[row]) - mean);
    }
  }
  LabelSignal best = better_of(mean_of(linear), mean_of(nearest));
  best.linear = mean_of(linear).value;
  return best;
}

}  // namespace fanin::experiment
