#include "fanin/net/ops/embedding.hpp"

#include "fanin/net/ops/spatial.hpp"

namespace fanin::net {

Embedding::Embedding(std::int64_t vocabulary, std::int64_t width)
    : vocabulary_(checked_attribute(vocabulary, 1, "embedding", "vocabulary")),
      width_(checked_attribute(width, 1, "embedding", "width")) {}

std::string Embedding::attributes() const {
  return "vocabulary=" + std::to_string(vocabulary_) + ", width=" + std::to_string(width_);
}

Shape Embedding::output_shape(std::span<const Shape> inputs) const {
  std::vector<std::int64_t> extents = single_input(*this, inputs).extents();
  extents.push_back(width_);
  return Shape(std::move(extents));
}

std::vector<ParameterSpec> Embedding::parameters(std::span<const Shape>) const {
  return {{"weight", ParameterRole::embedding, {{{Axis::vocabulary, vocabulary_}}, {{Axis::out, width_}}}}};
}

Cost Embedding::cost(std::span<const Shape> inputs) const {
  return {.forward_flops = 0, .backward_flops = static_cast<double>(output_shape(inputs).count())};
}

OpPtr embedding(std::int64_t vocabulary, std::int64_t width) { return std::make_shared<Embedding>(vocabulary, width); }

}  // namespace fanin::net
