// siren_first, siren_hidden: networks of sines sin(ω₀(Wx + b)). The first layer is U(±1/n), the others
// U(±√(6/n)/ω₀), so that every sine's argument has unit variance. The factor ω₀ itself is a scale node
// before each sine; the whole-network scheme siren checks that it is there.
// Source: Sitzmann et al. 2020, arXiv:2006.09661, section 3.2.
#include <cmath>

#include "fanin/core/error.hpp"
#include "fanin/init/schemes/all.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

enum class Layer { first, hidden };

class SirenRule final : public LawRule {
 public:
  SirenRule(std::string text, Layer layer, double omega) : LawRule(std::move(text)), layer_(layer), omega_(omega) {}

 protected:
  [[nodiscard]] Law law_of(const net::ParameterSpec& tensor) const override {
    const auto fan_in = static_cast<double>(std::max<std::int64_t>(net::fans(tensor).fan_in, 1));
    const double half_width = layer_ == Layer::first ? 1 / fan_in : std::sqrt(6 / fan_in) / omega_;
    return random::Uniform{-half_width, half_width};
  }

 private:
  Layer layer_;
  double omega_;
};

RulePtr parse_first(CallReader&, Dialect dialect) {
  if (dialect != Dialect::fanin) refuse_dialect("siren_first", dialect, "leave the dialect out");
  return std::make_shared<SirenRule>("siren_first", Layer::first, 1);
}

RulePtr parse_hidden(CallReader& reader, Dialect dialect) {
  if (dialect != Dialect::fanin) refuse_dialect("siren_hidden", dialect, "leave the dialect out");
  const double omega = reader.number("omega", 30);
  if (!(omega >= 1e-6 && omega <= 1e6)) {
    throw Error(ErrorCode::bad_value, "initializer siren_hidden",
                "omega=" + number_text(omega) + " must be in [1e-6, 1e6]; the paper's is 30");
  }
  return std::make_shared<SirenRule>(CallText("siren_hidden").add_unless("omega", omega, 30).str(dialect),
                                     Layer::hidden, omega);
}

}  // namespace

const Scheme kSirenFirst{{"siren_first", "", "U(±1/fan_in)", "Sitzmann et al. 2020, arXiv:2006.09661", ""},
                         parse_first};
const Scheme kSirenHidden{
    {"siren_hidden", "omega=30", "U(±√(6/fan_in)/omega)", "Sitzmann et al. 2020, arXiv:2006.09661", ""}, parse_hidden};

}  // namespace fanin::init
