#include "fanin/experiment/data/teacher.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/experiment/data/generated.hpp"
#include "fanin/net/activation.hpp"

namespace fanin::experiment {
namespace {

constexpr std::int64_t kNotGiven = std::numeric_limits<std::int64_t>::min();

struct Teacher {
  std::size_t inputs = 0;
  std::size_t hidden = 0;
  std::size_t outputs = 0;
  net::Activation activation;
  std::vector<float> first;   // [hidden, inputs]
  std::vector<float> second;  // [outputs, hidden]
};

void teach(const Teacher& teacher, const float* input, std::vector<double>& hidden, float* output) {
  for (std::size_t h = 0; h < teacher.hidden; ++h) {
    double sum = 0;
    for (std::size_t i = 0; i < teacher.inputs; ++i) {
      sum += static_cast<double>(teacher.first[h * teacher.inputs + i]) * static_cast<double>(input[i]);
    }
    hidden[h] = teacher.activation.value(sum);
  }
  for (std::size_t o = 0; o < teacher.outputs; ++o) {
    double sum = 0;
    for (std::size_t h = 0; h < teacher.hidden; ++h) {
      sum += static_cast<double>(teacher.second[o * teacher.hidden + h]) * hidden[h];
    }
    output[o] = static_cast<float>(sum);
  }
}

Samples taught_points(const Teacher& teacher, const std::string& part, std::int64_t count, std::uint64_t seed,
                      double noise) {
  const auto rows = static_cast<std::size_t>(count);
  Samples samples;
  samples.count = count;
  samples.features = static_cast<std::int64_t>(teacher.inputs);
  samples.values = normal_values(seed, "teacher/" + part + "/inputs", rows * teacher.inputs, 1);
  samples.targets = normal_values(seed, "teacher/" + part + "/noise", rows * teacher.outputs, noise);
  const auto& inputs = std::get<std::vector<float>>(samples.values);
  std::vector<double> hidden(teacher.hidden);
  std::vector<float> output(teacher.outputs);
  for (std::size_t row = 0; row < rows; ++row) {
    teach(teacher, inputs.data() + row * teacher.inputs, hidden, output.data());
    for (std::size_t o = 0; o < teacher.outputs; ++o) samples.targets[row * teacher.outputs + o] += output[o];
  }
  return samples;
}

void label_by_largest(Samples& samples, std::size_t outputs) {
  samples.labels.resize(static_cast<std::size_t>(samples.count));
  for (std::size_t row = 0; row < samples.labels.size(); ++row) {
    const auto begin = samples.targets.begin() + static_cast<std::ptrdiff_t>(row * outputs);
    const auto end = begin + static_cast<std::ptrdiff_t>(outputs);
    samples.labels[row] = static_cast<std::int32_t>(std::max_element(begin, end) - begin);
  }
  samples.targets.clear();
}

bool wants_labels(const std::optional<std::string>& given, Task task) {
  if (!given) return task == Task::classification;
  if (*given != "regression" && *given != "classification") {
    throw Error(ErrorCode::bad_value, "data set teacher",
                "task=" + *given + " is neither regression nor classification");
  }
  const bool labels = *given == "classification";
  if (task != Task::automatic && labels != (task == Task::classification)) {
    throw Error(ErrorCode::bad_value, "--task", "it contradicts task=" + *given + " of the data set teacher");
  }
  return labels;
}

}  // namespace

RawData generate_teacher(const CallExpr& call, Task task) {
  CallReader reader(call, "data set");
  const std::int64_t inputs = checked("teacher", "inputs", reader.integer("inputs", 20), 1, 100'000);
  const std::int64_t hidden = checked("teacher", "hidden", reader.integer("hidden", 32), 1, 100'000);
  const std::int64_t given = reader.integer("outputs", kNotGiven);
  const std::string activation = reader.text("activation").value_or("tanh");
  const double noise = checked("teacher", "noise", reader.number("noise", 0), 0, 1000);
  const bool labels = wants_labels(reader.text("task"), task);
  const std::int64_t least = labels ? 2 : 1;
  const std::int64_t usual = labels ? 4 : 1;
  const std::int64_t outputs = checked("teacher", "outputs", given == kNotGiven ? usual : given, least, 1000);
  const GeneratedSize size = read_size(reader, "teacher", {.points = 10'000, .test_points = 2000, .seed = 0});
  reader.finish();
  check_volume("teacher", size, std::max({inputs, outputs, hidden}));
  check_volume("teacher", {.points = inputs, .test_points = outputs, .seed = 0}, hidden);

  Teacher teacher{static_cast<std::size_t>(inputs),
                  static_cast<std::size_t>(hidden),
                  static_cast<std::size_t>(outputs),
                  net::parse_activation(activation),
                  {},
                  {}};
  teacher.first = normal_values(size.seed, "teacher/first", teacher.hidden * teacher.inputs,
                                1 / std::sqrt(static_cast<double>(inputs)));
  teacher.second = normal_values(size.seed, "teacher/second", teacher.outputs * teacher.hidden,
                                 1 / std::sqrt(static_cast<double>(hidden)));
  RawData raw;
  raw.name = "teacher(inputs=" + std::to_string(inputs) + ", hidden=" + std::to_string(hidden) +
             ", outputs=" + std::to_string(outputs) + ", activation=" + net::to_string(teacher.activation) +
             ", noise=" + short_text(noise) + ", task=" + (labels ? "classification" : "regression") +
             ", points=" + std::to_string(size.points) + ", test_points=" + std::to_string(size.test_points) +
             ", seed=" + std::to_string(size.seed) + ")";
  raw.source = "generated: a random network with one hidden layer";
  raw.sample_shape = Shape{inputs};
  raw.outputs = outputs;
  raw.loss = labels ? net::Loss::softmax_cross_entropy : net::Loss::mean_squared_error;
  raw.unit_scaling = UnitScaling::none;
  raw.train = taught_points(teacher, "train", size.points, size.seed, noise);
  raw.test = taught_points(teacher, "test", size.test_points, size.seed, 0);
  if (labels) {
    label_by_largest(raw.train, teacher.outputs);
    label_by_largest(raw.test, teacher.outputs);
  }
  return raw;
}

}  // namespace fanin::experiment
