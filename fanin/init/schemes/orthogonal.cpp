// orthogonal(gain, per_head): each matrix of the tensor is gain times a Haar-distributed matrix with
// orthonormal rows or columns (whichever are fewer); a kernel is the matrix [out, in·taps]. Groups,
// gates and experts are matrices of their own, attention heads too with per_head=true. In a dialect the matrices are
// those of that library's kernel, see library_matrix.hpp.
// Source: Saxe, McClelland & Ganguli 2014, arXiv:1312.6120; Haar measure: Mezzadri 2007.
#include "fanin/core/orthogonal.hpp"

#include <algorithm>
#include <cmath>

#include "fanin/core/aligned_buffer.hpp"
#include "fanin/init/gain_argument.hpp"
#include "fanin/init/library_matrix.hpp"
#include "fanin/init/schemes/all.hpp"
#include "fanin/init/store.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

class OrthogonalRule final : public Initializer::Rule {
 public:
  OrthogonalRule(std::string text, double gain, bool per_head, Dialect dialect)
      : Rule(std::move(text)), gain_(gain), per_head_(per_head), dialect_(dialect) {}

  void fill(const net::ParameterSpec& tensor, const Initializer::Fill& request,
            std::span<std::byte> out) const override {
    if (request.dtype == DType::f64) {
      fill_as<double>(tensor, request, out);
    } else {
      fill_as<float>(tensor, request, out);
    }
  }

  [[nodiscard]] Initializer::Moments moments(const net::ParameterSpec& tensor) const override {
    const PackedLayout layout = layout_of(tensor);
    const auto longer = static_cast<double>(std::max(layout.outs(), layout.ins() * layout.taps()));
    return {.mean = 0, .std_dev = gain_ / std::sqrt(longer), .kurtosis = 1};
  }
  [[nodiscard]] bool slices_are_cheap() const noexcept override { return false; }
  [[nodiscard]] bool replays(const net::ParameterSpec&, std::string_view library, DType dtype) const override {
    return is_torch() && library == "torch" && dtype == DType::f32;
  }
  void replay(const net::ParameterSpec& tensor, random::Replay& stream, DType dtype,
              std::span<std::byte> out) const override {
    if (!is_torch() || dtype != DType::f32) {
      throw Error(ErrorCode::unsupported, tensor.name,
                  "an orthogonal matrix is replayed as PyTorch draws it, in f32 with dialect=pytorch");
    }
    // torch.nn.init.orthogonal_: the Q of a normal matrix, or of its transpose, with the signs of diag R.
    const PackedLayout layout = layout_of(tensor);
    const auto count = static_cast<std::size_t>(layout.block_size());
    std::vector<float> normals(count);
    std::vector<float> matrix(count);
    stream.normal({}, std::span<float>(normals));
    orthogonal_factor(layout.outs(), layout.ins() * layout.taps(), normals, matrix);
    for (float& value : matrix) value = value * static_cast<float>(gain_);
    store(std::span<const float>(matrix), dtype, out);
  }

 private:
  [[nodiscard]] bool is_torch() const noexcept { return dialect_ == Dialect::pytorch || dialect_ == Dialect::timm; }
  [[nodiscard]] PackedLayout layout_of(const net::ParameterSpec& tensor) const {
    return library_layout(dialect_, tensor, per_head_);
  }

  template <typename T>
  void fill_as(const net::ParameterSpec& tensor, const Initializer::Fill& request, std::span<std::byte> out) const {
    const PackedLayout layout = layout_of(tensor);
    const auto first = static_cast<std::int64_t>(request.first);
    const auto last = first + static_cast<std::int64_t>(out.size() / size_of(request.dtype));
    const std::int64_t size = layout.block_size();
    AlignedBuffer<T> normals(static_cast<std::size_t>(size));
    AlignedBuffer<T> matrix(static_cast<std::size_t>(size));
    for (std::int64_t block = 0; block < layout.blocks(); ++block) {
      if (layout.blocks_are_contiguous() && (block * size >= last || (block + 1) * size <= first)) continue;
      // Block b owns the stream's elements from b·size on, whichever slice is asked for.
      random::fill(random::Stream(request.seed, tensor.name), static_cast<std::uint64_t>(block * size),
                   random::Law(random::Normal{}), normals.span(), request.threads);
      const HaarOrthogonal shape{
          .rows = layout.outs(), .columns = layout.ins() * layout.taps(), .threads = static_cast<int>(request.threads)};
      haar_orthogonal(shape, normals.span(), matrix.span());
      if (gain_ != 1) {
        for (T& value : matrix.span()) value = static_cast<T>(static_cast<double>(value) * gain_);
      }
      place_block<T>(layout, block, matrix.span(), {first, last}, request.dtype, out);
    }
  }

  struct Slice {
    std::int64_t first;
    std::int64_t last;
  };

  template <typename T>
  static void place_block(const PackedLayout& layout, std::int64_t block, std::span<const T> matrix, Slice slice,
                          DType dtype, std::span<std::byte> out) {
    const std::size_t width = size_of(dtype);
    if (layout.is_row_major()) {
      const std::int64_t size = layout.block_size();
      const std::int64_t from = std::max(slice.first, block * size);
      const std::int64_t to = std::min(slice.last, (block + 1) * size);
      const auto count = static_cast<std::size_t>(to - from);
      store(matrix.subspan(static_cast<std::size_t>(from - block * size), count), dtype,
            out.subspan(static_cast<std::size_t>(from - slice.first) * width, count * width));
      return;
    }
    std::size_t i = 0;
    Place place{.block = block};
    for (place.out = 0; place.out < layout.outs(); ++place.out) {
      for (place.in = 0; place.in < layout.ins(); ++place.in) {
        for (place.tap = 0; place.tap < layout.taps(); ++place.tap, ++i) {
          const std::int64_t element = layout.element(place);
          if (element < slice.first || element >= slice.last) continue;
          store_one(static_cast<double>(matrix[i]), dtype, out, static_cast<std::size_t>(element - slice.first));
        }
      }
    }
  }

  double gain_;
  bool per_head_;
  Dialect dialect_;
};

RulePtr parse(CallReader& reader, Dialect dialect) {
  const Gain gain = parse_gain(reader.text("gain").value_or("1"), "orthogonal", dialect);
  const bool per_head = dialect == Dialect::fanin && reader.flag("per_head", false);
  return std::make_shared<OrthogonalRule>(CallText("orthogonal")
                                              .add_unless("gain", gain.text, "1")
                                              .add_unless("per_head", per_head ? "true" : "false", "false")
                                              .str(dialect),
                                          gain.value, per_head, dialect);
}

}  // namespace

const Scheme kOrthogonal{{"orthogonal", "gain=1, per_head=false", "gain·Q, QᵀQ = I, Haar-distributed",
                          "Saxe et al. 2014, arXiv:1312.6120", ""},
                         parse};

}  // namespace fanin::init
