#include "fanin/engine/layout_conversion.hpp"

#include <algorithm>

namespace fanin::engine {
namespace {

constexpr std::int64_t kTile = 16;  // a line of floats each way

class ConversionKernel final : public Kernel {
 public:
  ConversionKernel(const Shape& shape, Layout to, const KernelBuffers& buffers)
      : buffers_(buffers), first_(shape[0]), second_(shape.count() / shape[0]) {
    if (to == Layout::row_major) std::swap(first_, second_);
  }
  void forward(const ForwardRun& run) noexcept override {
    transpose_samples(run.rows, first_, second_, buffers_.inputs[0], buffers_.output);
  }
  void backward(const BackwardRun& run) noexcept override {
    if (buffers_.input_gradients[0] == nullptr) return;
    transpose_samples(run.rows, second_, first_, buffers_.output_gradient, buffers_.input_gradients[0]);
  }

 private:
  KernelBuffers buffers_;
  std::int64_t first_;
  std::int64_t second_;
};

}  // namespace

bool layout_matters(const Shape& shape) noexcept {
  return shape.rank() >= 2 && shape[0] > 1 && shape.count() != shape[0];
}

void transpose_samples(std::int64_t rows, std::int64_t channels, std::int64_t positions, const float* from,
                       float* to) noexcept {
  for (std::int64_t row = 0; row < rows; ++row, from += channels * positions, to += channels * positions) {
    for (std::int64_t c0 = 0; c0 < channels; c0 += kTile) {
      const std::int64_t c1 = std::min(channels, c0 + kTile);
      for (std::int64_t p0 = 0; p0 < positions; p0 += kTile) {
        const std::int64_t p1 = std::min(positions, p0 + kTile);
        for (std::int64_t p = p0; p < p1; ++p) {
          for (std::int64_t c = c0; c < c1; ++c) to[p * channels + c] = from[c * positions + p];
        }
      }
    }
  }
}

std::unique_ptr<Kernel> make_conversion(const Shape& shape, Layout to, const KernelBuffers& buffers) {
  return std::make_unique<ConversionKernel>(shape, to, buffers);
}

}  // namespace fanin::engine
