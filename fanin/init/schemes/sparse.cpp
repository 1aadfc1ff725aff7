// sparse(sparsity, std): of the weights that leave each input, ⌈sparsity·outputs⌉ are zero, at random
// places; the others are N(0, std²).
// Source: Martens 2010, "Deep learning via Hessian-free optimization", in the form of PyTorch's sparse_.
// The paper limits what enters each unit; PyTorch, and so this, what leaves each input (a column).
#include <cmath>

#include "fanin/core/error.hpp"
#include "fanin/init/library_matrix.hpp"
#include "fanin/init/schemes/all.hpp"
#include "fanin/init/store.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

class SparseRule final : public Initializer::Rule {
 public:
  SparseRule(std::string text, double sparsity, double std_dev, Dialect dialect)
      : Rule(std::move(text)), sparsity_(sparsity), std_dev_(std_dev), dialect_(dialect) {}

  void fill(const net::ParameterSpec& tensor, const Initializer::Fill& request,
            std::span<std::byte> out) const override {
    const PackedLayout layout = layout_of(tensor);
    draw(random::Normal{0, std_dev_}, random::Stream(request.seed, tensor.name),
         {.first = request.first, .dtype = request.dtype, .threads = request.threads}, out);
    const auto first = static_cast<std::int64_t>(request.first);
    const auto last = first + static_cast<std::int64_t>(out.size() / size_of(request.dtype));
    const std::int64_t columns = layout.blocks() * layout.ins() * layout.taps();
    for (std::int64_t column = 0; column < columns; ++column) {
      Place place{.block = column / (layout.ins() * layout.taps()),
                  .in = column / layout.taps() % layout.ins(),
                  .tap = column % layout.taps()};
      const std::vector<std::uint32_t> order =
          random::permutation(random::Stream(request.seed, tensor.name + "/zeros/" + std::to_string(column)),
                              static_cast<std::uint64_t>(layout.outs()));
      for (std::int64_t i = 0; i < zeros(layout); ++i) {
        place.out = order[static_cast<std::size_t>(i)];
        const std::int64_t element = layout.element(place);
        if (element < first || element >= last) continue;
        store_one(0, request.dtype, out, static_cast<std::size_t>(element - first));
      }
    }
  }

  [[nodiscard]] Initializer::Moments moments(const net::ParameterSpec& tensor) const override {
    const PackedLayout layout = layout_of(tensor);
    const double kept = 1 - static_cast<double>(zeros(layout)) / static_cast<double>(layout.outs());
    if (kept == 0) return moments_of_mask(0, 0);
    return {.mean = 0, .std_dev = std_dev_ * std::sqrt(kept), .kurtosis = 3 / kept};
  }
  [[nodiscard]] bool slices_are_cheap() const noexcept override { return false; }
  [[nodiscard]] bool replays(const net::ParameterSpec&, std::string_view library, DType) const override {
    return is_torch() && library == "torch";
  }
  void replay(const net::ParameterSpec& tensor, random::Replay& stream, DType dtype,
              std::span<std::byte> out) const override {
    if (!is_torch()) {
      throw Error(ErrorCode::unsupported, tensor.name, "sparse is replayed as PyTorch draws it, with dialect=pytorch");
    }
    const PackedLayout layout = layout_of(tensor);
    replay_law(random::Normal{0, std_dev_}, random::CutForm::relative, stream, dtype, out);
    for (std::int64_t column = 0; column < layout.ins(); ++column) {
      const std::vector<std::uint32_t> order = stream.permutation(static_cast<std::uint64_t>(layout.outs()));
      for (std::int64_t i = 0; i < zeros(layout); ++i) {
        const auto row = static_cast<std::int64_t>(order[static_cast<std::size_t>(i)]);
        store_one(0, dtype, out, static_cast<std::size_t>(row * layout.ins() + column));
      }
    }
  }

 private:
  [[nodiscard]] bool is_torch() const noexcept { return dialect_ == Dialect::pytorch || dialect_ == Dialect::timm; }
  [[nodiscard]] PackedLayout layout_of(const net::ParameterSpec& tensor) const {
    check_library_rank(dialect_, tensor, "sparse", 2, 2);
    return library_layout(dialect_, tensor);
  }
  [[nodiscard]] std::int64_t zeros(const PackedLayout& layout) const {
    return static_cast<std::int64_t>(std::ceil(sparsity_ * static_cast<double>(layout.outs())));
  }

  double sparsity_;
  double std_dev_;
  Dialect dialect_;
};

RulePtr parse(CallReader& reader, Dialect dialect) {
  if (dialect == Dialect::keras || dialect == Dialect::jax) refuse_dialect("sparse", dialect, "leave the dialect out");
  const std::optional<double> sparsity = reader.number("sparsity");
  if (!sparsity || !(*sparsity >= 0 && *sparsity <= 1)) {
    throw Error(ErrorCode::bad_value, "initializer sparse",
                "it needs the fraction of zeros in [0, 1], for example sparse(sparsity=0.9)");
  }
  const double std_dev = checked_std_dev(reader.number("std", 0.01), "sparse", "std");
  return std::make_shared<SparseRule>(
      CallText("sparse").add("sparsity", number_text(*sparsity)).add_unless("std", std_dev, 0.01).str(dialect),
      *sparsity, std_dev, dialect);
}

}  // namespace

const Scheme kSparse{
    {"sparse", "sparsity, std=0.01", "N(0, std²), ⌈sparsity·out⌉ zeros for each input", "Martens 2010", ""}, parse};

}  // namespace fanin::init
