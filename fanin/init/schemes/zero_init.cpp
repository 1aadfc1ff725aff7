// zero_init: ZerO, only zeros and ones up to a factor and no randomness. Each matrix is the identity
// where it does not widen, and 2^(-(m-1)/2) times a part of the Hadamard matrix of order 2^m, m = ⌈log₂ out⌉,
// where it does; a kernel has this at its centre tap.
// Source: Zhao, Schäfer & Anandkumar 2022, arXiv:2110.12661, algorithms 1 and 2.
#include <algorithm>
#include <bit>
#include <cmath>

#include "fanin/init/schemes/all.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

class ZeroInitRule final : public PlacedRule {
 public:
  explicit ZeroInitRule(std::string text) : PlacedRule(std::move(text)) {}

  [[nodiscard]] Initializer::Moments moments(const net::ParameterSpec& tensor) const override {
    const PackedLayout layout(tensor);
    const auto taps = static_cast<double>(layout.taps());
    const auto outs = static_cast<double>(layout.outs());
    const auto ins = static_cast<double>(layout.ins());
    if (layout.outs() <= layout.ins()) return moments_of_mask(1 / (ins * taps), 1);
    // The sum of the first `out` rows and `in` columns of a Hadamard matrix is the sum of its columns' sums.
    double sum = 0;
    for (std::int64_t in = 0; in < layout.ins(); ++in) sum += column_sum(layout.outs(), in);
    const double factor = hadamard_factor(layout.outs());
    const double mean = factor * sum / (outs * ins * taps);
    const double second = factor * factor / taps;
    const double variance = second - mean * mean;
    if (variance <= 0) return {.mean = mean, .std_dev = 0, .kurtosis = 1, .random = false};
    return {.mean = mean, .std_dev = std::sqrt(variance), .kurtosis = taps, .random = false};
  }

 protected:
  [[nodiscard]] std::function<double(const Place&)> values(const net::ParameterSpec&,
                                                           const PackedLayout& layout) const override {
    const std::int64_t center = layout.center_tap();
    if (layout.outs() <= layout.ins()) {
      return [center](const Place& place) { return place.tap == center && place.out == place.in ? 1.0 : 0.0; };
    }
    return [center, factor = hadamard_factor(layout.outs())](const Place& place) {
      if (place.tap != center) return 0.0;
      return std::popcount(static_cast<std::uint64_t>(place.out & place.in)) % 2 == 0 ? factor : -factor;
    };
  }

 private:
  static double hadamard_factor(std::int64_t outs) {
    const int m = std::bit_width(static_cast<std::uint64_t>(outs - 1));  // ⌈log₂ outs⌉
    return std::sqrt(std::ldexp(1.0, 1 - m));
  }
  /// Σ (-1)^popcount(out & in) over out < outs: block by aligned block of 2^j, each 0 unless the low j
  /// bits of `in` are 0.
  static double column_sum(std::int64_t outs, std::int64_t in) {
    double sum = 0;
    std::int64_t base = 0;
    for (int j = 62; j >= 0; --j) {
      const std::int64_t size = std::int64_t{1} << j;
      if ((outs & size) == 0) continue;
      if ((in & (size - 1)) == 0) {
        const double count = static_cast<double>(size);
        sum += std::popcount(static_cast<std::uint64_t>(base & in)) % 2 == 0 ? count : -count;
      }
      base += size;
    }
    return sum;
  }
};

RulePtr parse(CallReader&, Dialect dialect) {
  if (dialect != Dialect::fanin) refuse_dialect("zero_init", dialect, "leave the dialect out");
  return std::make_shared<ZeroInitRule>("zero_init");
}

}  // namespace

const Scheme kZeroInit{{"zero_init", "", "identity, or 2^(-(m-1)/2)·Hadamard where the layer widens",
                        "Zhao et al. 2022 (ZerO), arXiv:2110.12661", ""},
                       parse};

}  // namespace fanin::init
