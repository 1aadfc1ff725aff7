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
    Initializer::Fill inner = request;
    inner.dtype = request.dtype == DType::f64 ? DType::f64 : DType::f32;
    const auto draw_inner = [&](std::span<std::byte> values) { inner_.fill(tensor, inner, values); };
    if (request.dtype == DType::f64) {
      multiply<double>(request.dtype, out, draw_inner);
    } else {
      multiply<float>(request.dtype, out, draw_inner);
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
  [[nodiscard]] bool replays(const net::ParameterSpec& tensor, std::string_view library, DType dtype) const override {
    return Initializer::rule_of(inner_).replays(tensor, library, dtype);
  }
  void replay(const net::ParameterSpec& tensor, random::Replay& stream, DType dtype,
              std::span<std::byte> out) const override {
    if (const std::optional<Law> scaled = law(tensor)) {
      replay_law(*scaled, random::CutForm::relative, stream, dtype, out);
      return;
    }
    const auto draw_inner = [&](std::span<std::byte> values) {
      Initializer::rule_of(inner_).replay(tensor, stream, dtype, values);
    };
    if (dtype == DType::f64) {
      multiply<double>(dtype, out, draw_inner);
    } else {
      multiply<float>(dtype, out, draw_inner);
    }
  }

 private:
  /// @param draw_inner  fills bytes with elements of type T.
  template <typename T, typename DrawInner>
  void multiply(DType dtype, std::span<std::byte> out, const DrawInner& draw_inner) const {
    std::vector<T> values(out.size() / size_of(dtype));
    draw_inner(std::as_writable_bytes(std::span(values)));
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
