#include <algorithm>
#include <cmath>

#include "fanin/engine/ops/table.hpp"
#include "fanin/engine/softmax_kernels.hpp"

namespace fanin::engine {
namespace {

class LogSoftmaxKernel final : public Kernel {
 public:
  LogSoftmaxKernel(const net::Node& node, const KernelBuffers& buffers)
      : buffers_(buffers),
        units_(static_cast<std::size_t>(node.shape.extents().back())),
        rows_per_sample_(static_cast<std::size_t>(node.shape.count()) / units_) {}

  void forward(const ForwardRun& run) noexcept override {
    log_softmax_rows(rows(run.rows), units_, buffers_.inputs[0], buffers_.output);
  }

  void backward(const BackwardRun& run) noexcept override {
    if (buffers_.input_gradients[0] == nullptr) return;
    log_softmax_rows_gradient(rows(run.rows), units_, buffers_.output, buffers_.output_gradient,
                              buffers_.input_gradients[0]);
  }

 private:
  [[nodiscard]] std::size_t rows(std::int64_t samples) const noexcept {
    return static_cast<std::size_t>(samples) * rows_per_sample_;
  }

  KernelBuffers buffers_;
  std::size_t units_;
  std::size_t rows_per_sample_;
};

OpTraits traits(const net::Node&, const CompileHints&) { return {.in_place = true, .saves_output = true}; }

std::unique_ptr<Kernel> make(const net::Node& node, const CompileHints&, const KernelBuffers& buffers,
                             std::span<ParameterSlot>) {
  return std::make_unique<LogSoftmaxKernel>(node, buffers);
}

void reference(const net::Node& node, const ReferenceTensors& t) {
  const auto units = static_cast<std::size_t>(node.shape.extents().back());
  for (std::size_t first = 0; first < t.output.size(); first += units) {
    const std::span<const double> x = t.inputs[0].subspan(first, units);
    const std::span<double> y = t.output.subspan(first, units);
    const double largest = *std::max_element(x.begin(), x.end());
    double sum = 0;
    for (const double value : x) sum += std::exp(value - largest);
    for (std::size_t i = 0; i < units; ++i) y[i] = x[i] - largest - std::log(sum);
  }
}

}  // namespace

const OpEntry kLogSoftmaxEntry{"log_softmax", traits, make, reference};

}  // namespace fanin::engine
