#include "fanin/experiment/watch/first_filters.hpp"

#include <algorithm>
#include <span>
#include <vector>

namespace fanin::experiment {
namespace {

constexpr std::int64_t kLeastSide = 8;  // of an image that a dense layer sees; smaller ones are no pictures
constexpr std::int64_t kMostSide = 64;

struct Image {
  std::int64_t channels = 1;
  std::int64_t height = 0;
  std::int64_t width = 0;
};

std::optional<Image> image_of(const DataSet& data) {
  const Shape& shape = data.sample_shape;
  if (data.tokens || data.positions > 1 || shape.rank() < 2 || shape.rank() > 3) return std::nullopt;
  const std::int64_t channels = shape.rank() == 3 ? shape[0] : 1;
  const Image image{channels, shape[shape.rank() - 2], shape[shape.rank() - 1]};
  const bool fits =
      std::min(image.height, image.width) >= kLeastSide && std::max(image.height, image.width) <= kMostSide;
  return fits && (channels == 1 || channels == 3) ? std::optional(image) : std::nullopt;
}

// The first parameter with fans, as pictures without values.
std::optional<observe::FilterPictures> described(const net::Graph& graph, const Image& image) {
  for (const net::Node& node : graph.nodes()) {
    for (const net::ParameterSpec& parameter : node.parameters) {
      if (!parameter.has_fans()) continue;
      const Shape shape = parameter.shape();
      observe::FilterPictures pictures{.parameter = parameter.name,
                                       .units = std::min(shape[0], FirstFilters::kMostUnits)};
      if (node.op->kind() == "dense" && shape.rank() == 2 && shape[1] == image.channels * image.height * image.width) {
        pictures.channels = image.channels;
        pictures.height = image.height;
        pictures.width = image.width;
        return pictures;
      }
      if (node.op->kind() == "conv" && shape.rank() == 4 && shape[1] == image.channels && shape[2] >= 3 &&
          shape[3] >= 3) {
        pictures.channels = shape[1];
        pictures.height = shape[2];
        pictures.width = shape[3];
        return pictures;
      }
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::vector<float> weights_of(const observe::FilterPictures& pictures, const engine::Plan& plan) {
  const auto count = static_cast<std::size_t>(pictures.units * pictures.channels * pictures.height * pictures.width);
  const auto values = plan.parameter(pictures.parameter);
  return {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(std::min(count, values.size()))};
}

}  // namespace

FirstFilters::FirstFilters(const net::Graph& graph, const DataSet& data, const engine::Plan& plan) {
  const std::optional<Image> image = image_of(data);
  if (image) start_ = described(graph, *image);
  if (start_) start_->start = weights_of(*start_, plan);
}

std::optional<observe::FilterPictures> FirstFilters::taken(const engine::Plan& plan) const {
  std::optional<observe::FilterPictures> pictures = start_;
  if (pictures) pictures->end = weights_of(*pictures, plan);
  return pictures;
}

}  // namespace fanin::experiment
