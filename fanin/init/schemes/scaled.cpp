// scaled(rule, factor): the values of another initializer times a factor. Where the elements are
// independent draws the law itself is scaled, so nothing is rounded twice.
#include <cmath>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/init/schemes/all.hpp"
#include "fanin/init/store.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

struct TimesFactor {
  double factor;
  Law operator()(const Constant& l) const { return Constant{l.value * factor}; }
  Law operator()(const random::Uniform& l) const { return random::Uniform{l.low * factor, l.high * factor}; }
  Law operator()(const random::Normal& l) const { return random::Normal{l.mean * factor, l.std_dev * factor}; }
  Law operator()(random::TruncatedNormal l) const {
    l.mean *= factor;
    l.std_dev *= factor;
    return l;
  }
};

class ScaledRule final : public Initializer::Rule {
 public:
  ScaledRule(std::string text, Initializer inner, double factor)
      : Rule(std::move(text)), inner_(std::move(inner)), factor_(factor) {}

  void fill(const net::ParameterSpec& tensor, const Initializer::Fill& request,
            std::span<std::byte> out) const override {
    if (const std::optional<Law> scaled = law(tensor)) {
      draw(*scaled, random::Stream(request.seed, tensor.name),
           {.first = request.first, .dtype = request.dtype, .threads = request.threads}, out);
      return;
    }
    if (request.dtype == DType::f64) {
      multiply<double>(tensor, request, out);
    } else {
      multiply<float>(tensor, request, out);
    }
  }

  [[nodiscard]] Initializer::Moments moments(const net::ParameterSpec& tensor) const override {
    Initializer::Moments result = inner_.moments(tensor);
    result.mean *= factor_;
    result.std_dev *= factor_;
    return result;
  }
  [[nodiscard]] std::optional<Law> law(const net::ParameterSpec& tensor) const override {
    const std::optional<Law> law = inner_.law(tensor);
    if (!law) return std::nullopt;
    return std::visit(TimesFactor{factor_}, *law);
  }
  [[nodiscard]] bool slices_are_cheap() const noexcept override { return inner_.slices_are_cheap(); }

 private:
  template <typename T>
  void multiply(const net::ParameterSpec& tensor, Initializer::Fill request, std::span<std::byte> out) const {
    const DType dtype = request.dtype;
    std::vector<T> values(out.size() / size_of(dtype));
    request.dtype = sizeof(T) == sizeof(double) ? DType::f64 : DType::f32;
    inner_.fill(tensor, request, std::as_writable_bytes(std::span(values)));
    for (T& value : values) value = static_cast<T>(static_cast<double>(value) * factor_);
    store(std::span<const T>(values), dtype, out);
  }

  Initializer inner_;
  double factor_;
};

RulePtr parse(CallReader& reader, Dialect dialect) {
  const std::optional<std::string> rule = reader.text("rule");
  const std::optional<double> factor = reader.number("factor");
  if (!rule || !factor || !(*factor >= 0 && *factor <= 1e18)) {
    throw Error(ErrorCode::bad_value, "initializer scaled",
                "it needs a rule and a factor in [0, 1e18], for example scaled(he_normal, 0.5)");
  }
  const Initializer inner = parse_initializer(*rule, dialect);
  // The dialect is part of the inner text.
  return std::make_shared<ScaledRule>(CallText("scaled").add(inner.text()).add(number_text(*factor)).str(), inner,
                                      *factor);
}

}  // namespace

const Scheme kScaled{{"scaled", "rule, factor", "factor times the values of rule", "", ""}, parse};

}  // namespace fanin::init
