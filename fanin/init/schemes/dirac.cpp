// dirac(groups): the identity at the centre tap of a kernel, so that the layer passes its channels on.
// The groups are the tensor's own; groups=g splits the outputs of a tensor that has none, as PyTorch's
// dirac_ does, which takes groups=1 where nothing is said. Source: Zagoruyko & Komodakis 2017, arXiv:1706.00388.
#include <algorithm>

#include "fanin/core/error.hpp"
#include "fanin/init/library_matrix.hpp"
#include "fanin/init/schemes/all.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

constexpr std::int64_t kOwn = 0;  // the tensor's groups

class DiracRule final : public PlacedRule {
 public:
  DiracRule(std::string text, std::int64_t groups, Dialect dialect)
      : PlacedRule(std::move(text)), groups_(groups), dialect_(dialect) {}

  [[nodiscard]] Initializer::Moments moments(const net::ParameterSpec& tensor) const override {
    const PackedLayout layout = layout_of(tensor);
    const std::int64_t rows = group_rows(tensor, layout);
    const auto ones = static_cast<double>(std::min(rows, layout.ins()));
    return moments_of_mask(ones / static_cast<double>(rows * layout.ins() * layout.taps()), 1);
  }

 protected:
  [[nodiscard]] PackedLayout layout_of(const net::ParameterSpec& tensor) const override {
    check_library_rank(dialect_, tensor, "dirac", 3, 5);
    return library_layout(dialect_, tensor);
  }
  [[nodiscard]] std::function<double(const Place&)> values(const net::ParameterSpec& tensor,
                                                           const PackedLayout& layout) const override {
    return [rows = group_rows(tensor, layout), center = layout.center_tap()](const Place& place) {
      return place.tap == center && place.out % rows == place.in ? 1.0 : 0.0;
    };
  }

 private:
  /// Outputs of one group.
  [[nodiscard]] std::int64_t group_rows(const net::ParameterSpec& tensor, const PackedLayout& layout) const {
    if (groups_ == kOwn || groups_ == layout.blocks()) return layout.outs();
    if (layout.blocks() == 1 && layout.outs() % groups_ == 0) return layout.outs() / groups_;
    throw Error(ErrorCode::bad_shape, tensor.name,
                "groups=" + std::to_string(groups_) + " does not fit its " + std::to_string(layout.blocks()) +
                    " groups of " + std::to_string(layout.outs()) + " outputs; leave groups out to use its own");
  }

  std::int64_t groups_;
  Dialect dialect_;
};

RulePtr parse(CallReader& reader, Dialect dialect) {
  if (dialect == Dialect::keras || dialect == Dialect::jax) refuse_dialect("dirac", dialect, "leave the dialect out");
  const std::int64_t groups = reader.integer("groups", kOwn);
  if (groups < 0) {
    throw Error(ErrorCode::bad_value, "initializer dirac", "groups=" + std::to_string(groups) + " is negative");
  }
  CallText text("dirac");
  if (groups != kOwn) text.add("groups", std::to_string(groups));
  return std::make_shared<DiracRule>(text.str(dialect), groups, dialect);
}

}  // namespace

const Scheme kDirac{{"dirac", "groups", "1 at the centre tap where out = in, 0 elsewhere",
                     "Zagoruyko & Komodakis 2017, arXiv:1706.00388", ""},
                    parse};

}  // namespace fanin::init
