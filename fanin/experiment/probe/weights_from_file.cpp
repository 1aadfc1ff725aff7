#include "fanin/experiment/probe/weights_from_file.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/experiment/weights/weight_file.hpp"
#include "fanin/random/rounding.hpp"

namespace fanin::experiment {
namespace {

template <class Stored, class Convert>
std::vector<float> converted(const WeightFile& file, const StoredTensor& tensor, const Convert& convert) {
  std::vector<Stored> stored(static_cast<std::size_t>(tensor.shape.count()));
  file.read(tensor, 0, std::as_writable_bytes(std::span(stored)));
  std::vector<float> values(stored.size());
  std::ranges::transform(stored, values.begin(), convert);
  return values;
}

std::vector<float> read_values(const WeightFile& file, const StoredTensor& tensor) {
  if (tensor.dtype == DType::f32) return converted<float>(file, tensor, [](float value) { return value; });
  if (tensor.dtype == DType::f64) {
    return converted<double>(file, tensor, [](double value) { return static_cast<float>(value); });
  }
  if (tensor.dtype == DType::bf16) return converted<std::uint16_t>(file, tensor, random::from_bf16);
  if (tensor.dtype == DType::f16) return converted<std::uint16_t>(file, tensor, random::from_f16);
  throw Error(ErrorCode::unsupported, file.path() + ", " + tensor.name,
              "its values are " + tensor.dtype_name + "; parameters are read from f32, f64, f16 and bf16");
}

void set(const WeightFile& file, const StoredTensor& tensor, const Shape& shape, engine::Plan& plan) {
  if (!(tensor.shape == shape)) {
    throw Error(ErrorCode::bad_shape, file.path() + ", " + tensor.name,
                "the network's parameter is " + to_string(shape) + ", the file's tensor " + to_string(tensor.shape));
  }
  plan.set_parameter(tensor.name, read_values(file, tensor));
}

}  // namespace

void set_weights_from_file(const std::filesystem::path& path, const net::Graph& graph, engine::Plan& plan) {
  const std::shared_ptr<const WeightFile> file = open_weights(path);
  for (const net::ParameterSpec& parameter : graph.parameters()) {
    set(*file, file->find(parameter.name), parameter.shape(), plan);
  }
  for (const net::StatisticSpec& statistic : graph.statistics()) {
    const auto stored = std::ranges::find(file->tensors(), statistic.name, &StoredTensor::name);
    if (stored != file->tensors().end()) set(*file, *stored, statistic.shape, plan);
  }
}

}  // namespace fanin::experiment
