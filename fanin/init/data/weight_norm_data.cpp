// weight_norm_data(start): every unit's pre-activation has zero mean and unit variance over the batch, by a scale and a
// bias per unit. The weights keep the directions they were drawn with.
// Source: Salimans & Kingma 2016, arXiv:1602.07868, section 3, equation 6: g ← 1/σ[t], b ← −μ[t]/σ[t] with
// t = v·x/‖v‖. Departure: fanin's layers have no parameters g and v, so w = g v/‖v‖ is what is stored.
#include "fanin/init/data/schemes.hpp"
#include "fanin/init/data/unit_normalization.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

constexpr std::string_view kStart = "normal(std=0.05)";

NetworkScheme parse(CallReader& reader, Dialect dialect) {
  const std::string fallback = parse_initializer(kStart).text();
  const NetworkScheme start = read_start(reader, "weight_norm_data", fallback, dialect);
  const std::string text = CallText("weight_norm_data").add_unless("start", start.text(), fallback).str();
  return with_fit(text, start, [](net::Evaluator& evaluator, std::span<const std::string> fixed) {
    FitReport report{.quantity = "standard deviation of the units' outputs"};
    normalize_units(evaluator, linear_layers_besides(evaluator.graph(), fixed), "weight_norm_data", report);
    return report;
  });
}

}  // namespace

const NetworkSchemeEntry kWeightNormDataScheme{
    {"weight_norm_data", "start=normal(std=0.05)", "each unit's weights ÷ σ, bias −μ/σ of its output, layer by layer",
     kNeedsData, "Salimans & Kingma 2016, arXiv:1602.07868", ""},
    parse};

}  // namespace fanin::init
