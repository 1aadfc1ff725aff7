#include "fanin/experiment/data/spirals.hpp"

#include <cmath>
#include <numbers>
#include <string>

#include "fanin/experiment/data/generated.hpp"

namespace fanin::experiment {
namespace {

struct Spirals {
  std::int64_t classes = 2;
  double noise = 0;
  double turns = 0;
  std::uint64_t seed = 0;
};

Samples spiral_points(const Spirals& spirals, const std::string& part, std::int64_t count) {
  const auto rows = static_cast<std::size_t>(count);
  const std::vector<float> radius = uniform_values(spirals.seed, "spirals/" + part + "/radius", rows);
  const std::vector<float> noise = normal_values(spirals.seed, "spirals/" + part + "/noise", 2 * rows, spirals.noise);
  Samples samples;
  samples.count = count;
  samples.features = 2;
  auto& values = samples.values.emplace<std::vector<float>>(2 * rows);
  samples.labels.resize(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const std::int64_t label = static_cast<std::int64_t>(i) % spirals.classes;
    const auto t = static_cast<double>(radius[i]);
    const double arm = static_cast<double>(label) / static_cast<double>(spirals.classes);
    const double angle = 2 * std::numbers::pi * (spirals.turns * t + arm);
    values[2 * i] = static_cast<float>(t * std::cos(angle)) + noise[2 * i];
    values[2 * i + 1] = static_cast<float>(t * std::sin(angle)) + noise[2 * i + 1];
    samples.labels[i] = static_cast<std::int32_t>(label);
  }
  return samples;
}

}  // namespace

RawData generate_spirals(const CallExpr& call) {
  CallReader reader(call, "data set");
  Spirals spirals;
  spirals.classes = checked("spirals", "classes", reader.integer("classes", 2), 2, 1000);
  spirals.noise = checked("spirals", "noise", reader.number("noise", 0.05), 0, 10);
  spirals.turns = checked("spirals", "turns", reader.number("turns", 1.5), 0, 100);
  const GeneratedSize size = read_size(reader, "spirals", {.points = 2000, .test_points = 1000, .seed = 0});
  reader.finish();
  spirals.seed = size.seed;
  RawData raw;
  raw.name = "spirals(classes=" + std::to_string(spirals.classes) + ", noise=" + short_text(spirals.noise) +
             ", turns=" + short_text(spirals.turns) + ", points=" + std::to_string(size.points) +
             ", test_points=" + std::to_string(size.test_points) + ", seed=" + std::to_string(size.seed) + ")";
  raw.source = "generated: interleaved spirals in the plane";
  raw.sample_shape = Shape{2};
  raw.outputs = spirals.classes;
  raw.unit_scaling = UnitScaling::none;
  raw.train = spiral_points(spirals, "train", size.points);
  raw.test = spiral_points(spirals, "test", size.test_points);
  return raw;
}

}  // namespace fanin::experiment
