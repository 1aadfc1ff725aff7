// identity(gain): each matrix of the tensor is gain times the identity, padded with zeros when it is not
// square. With ReLU and zero biases it is the recurrent half of IRNN (Le, Jaitly & Hinton 2015).
#include <algorithm>

#include "fanin/core/error.hpp"
#include "fanin/init/gain_argument.hpp"
#include "fanin/init/library_matrix.hpp"
#include "fanin/init/schemes/all.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

void check_no_kernel(const net::ParameterSpec& tensor, const PackedLayout& layout) {
  if (layout.taps() == 1) return;
  throw Error(ErrorCode::bad_shape, tensor.name,
              "identity is for matrices, and this kernel has " + std::to_string(layout.taps()) +
                  " taps; dirac puts the identity at the centre tap");
}

class IdentityRule final : public PlacedRule {
 public:
  IdentityRule(std::string text, double gain, Dialect dialect)
      : PlacedRule(std::move(text)), gain_(gain), dialect_(dialect) {}

  [[nodiscard]] Initializer::Moments moments(const net::ParameterSpec& tensor) const override {
    const PackedLayout layout = layout_of(tensor);
    return moments_of_mask(1.0 / static_cast<double>(std::max(layout.outs(), layout.ins())), gain_);
  }

 protected:
  [[nodiscard]] PackedLayout layout_of(const net::ParameterSpec& tensor) const override {
    check_library_rank(dialect_, tensor, "identity", 2, 2);
    PackedLayout layout = library_layout(dialect_, tensor);
    check_no_kernel(tensor, layout);
    return layout;
  }
  [[nodiscard]] std::function<double(const Place&)> values(const net::ParameterSpec&,
                                                           const PackedLayout&) const override {
    return [gain = gain_](const Place& place) { return place.out == place.in ? gain : 0.0; };
  }

 private:
  double gain_;
  Dialect dialect_;
};

RulePtr parse(CallReader& reader, Dialect dialect) {
  if (dialect == Dialect::jax) refuse_dialect("identity", dialect, "leave the dialect out");
  const Gain gain = parse_gain(reader.text("gain").value_or("1"), "identity", dialect);
  return std::make_shared<IdentityRule>(CallText("identity").add_unless("gain", gain.text, "1").str(dialect),
                                        gain.value, dialect);
}

}  // namespace

const Scheme kIdentity{{"identity", "gain=1", "gain·I, padded with zeros", "Le et al. 2015, arXiv:1504.00941", "eye"},
                       parse};

}  // namespace fanin::init
