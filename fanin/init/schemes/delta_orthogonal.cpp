// delta_orthogonal(gain): the centre tap of a kernel is gain times a Haar orthogonal matrix [out, in],
// every other tap is zero, so that the layer is an isometry of its channels at each position.
// Source: Xiao et al. 2018, arXiv:1806.05393. The paper (and JAX) wants out >= in; with fewer outputs
// the rows are orthonormal instead, and part of the signal is lost. JAX centres even kernels lower.
#include <algorithm>
#include <cmath>

#include "fanin/core/aligned_buffer.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/orthogonal.hpp"
#include "fanin/init/gain_argument.hpp"
#include "fanin/init/library_matrix.hpp"
#include "fanin/init/schemes/all.hpp"
#include "fanin/init/store.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

class DeltaOrthogonalRule final : public Initializer::Rule {
 public:
  DeltaOrthogonalRule(std::string text, double gain, Dialect dialect)
      : Rule(std::move(text)), gain_(gain), dialect_(dialect) {}

  void fill(const net::ParameterSpec& tensor, const Initializer::Fill& request,
            std::span<std::byte> out) const override {
    const PackedLayout layout = checked_layout(tensor);
    const auto first = static_cast<std::int64_t>(request.first);
    const auto last = first + static_cast<std::int64_t>(out.size() / size_of(request.dtype));
    store_constant(0, request.dtype, out);
    const std::int64_t size = layout.outs() * layout.ins();
    AlignedBuffer<float> normals(static_cast<std::size_t>(size));
    AlignedBuffer<float> matrix(static_cast<std::size_t>(size));
    for (Place place; place.block < layout.blocks(); ++place.block) {
      random::fill(random::Stream(request.seed, tensor.name), static_cast<std::uint64_t>(place.block * size),
                   random::Law(random::Normal{}), normals.span(), request.threads);
      haar_orthogonal({.rows = layout.outs(), .columns = layout.ins(), .threads = static_cast<int>(request.threads)},
                      normals.span(), matrix.span());
      place.tap = layout.center_tap(dialect_ == Dialect::jax);
      for (std::int64_t i = 0; i < size; ++i) {
        place.out = i / layout.ins();
        place.in = i % layout.ins();
        const std::int64_t element = layout.element(place);
        if (element < first || element >= last) continue;
        store_one(gain_ * static_cast<double>(matrix[static_cast<std::size_t>(i)]), request.dtype, out,
                  static_cast<std::size_t>(element - first));
      }
    }
  }

  [[nodiscard]] Initializer::Moments moments(const net::ParameterSpec& tensor) const override {
    const PackedLayout layout = checked_layout(tensor);
    const double size = static_cast<double>(std::max(layout.outs(), layout.ins()) * layout.taps());
    return {.mean = 0, .std_dev = gain_ / std::sqrt(size), .kurtosis = 1};
  }
  [[nodiscard]] bool slices_are_cheap() const noexcept override { return false; }

 private:
  [[nodiscard]] PackedLayout checked_layout(const net::ParameterSpec& tensor) const {
    check_library_rank(dialect_, tensor, "delta_orthogonal", 3, 5);
    PackedLayout layout = library_layout(dialect_, tensor);
    if (dialect_ == Dialect::jax && layout.outs() < layout.ins()) {
      throw Error(ErrorCode::bad_shape, tensor.name,
                  "JAX's delta_orthogonal needs at least as many outputs as inputs, found " +
                      std::to_string(layout.outs()) + " and " + std::to_string(layout.ins()));
    }
    return layout;
  }

  double gain_;
  Dialect dialect_;
};

RulePtr parse(CallReader& reader, Dialect dialect) {
  if (dialect == Dialect::pytorch || dialect == Dialect::keras || dialect == Dialect::timm) {
    refuse_dialect("delta_orthogonal", dialect, "write dialect=jax, or leave the dialect out");
  }
  const Gain gain = parse_gain(reader.text("gain").value_or("1"), "delta_orthogonal", dialect);
  return std::make_shared<DeltaOrthogonalRule>(
      CallText("delta_orthogonal").add_unless("gain", gain.text, "1").str(dialect), gain.value, dialect);
}

}  // namespace

const Scheme kDeltaOrthogonal{
    {"delta_orthogonal", "gain=1", "gain·Q at the centre tap, 0 elsewhere", "Xiao et al. 2018, arXiv:1806.05393", ""},
    parse};

}  // namespace fanin::init
