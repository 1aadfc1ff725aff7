// variance_scaling(scale, mode, distribution): variance scale/fan, the family of LeCun, Glorot and He
// as Keras, JAX and timm write it. fanin's "normal" is not cut; Keras's "normal" is.
#include <array>
#include <cmath>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/init/schemes/all.hpp"
#include "fanin/init/text.hpp"
#include "fanin/init/variance_scaled.hpp"

namespace fanin::init {
namespace {

constexpr double kLargestScale = 1e36;

struct Named {
  std::string_view name;
  Distribution distribution;
};

std::vector<Named> names_in(Dialect dialect) {
  std::vector<Named> names{{"truncated_normal", Distribution::truncated_normal}, {"uniform", Distribution::uniform}};
  if (dialect == Dialect::keras) {
    names.push_back({"normal", Distribution::truncated_normal});
    names.push_back({"untruncated_normal", Distribution::normal});
  } else {
    names.push_back({"normal", Distribution::normal});
  }
  return names;
}

Named read_distribution(CallReader& reader, Dialect dialect) {
  const std::string given =
      reader.text("distribution").value_or(dialect == Dialect::keras ? "truncated_normal" : "normal");
  std::vector<std::string> known;
  for (const Named& entry : names_in(dialect)) {
    if (entry.name == given) return entry;
    known.emplace_back(entry.name);
  }
  throw Error(ErrorCode::unknown_name, "initializer variance_scaling",
              "no distribution '" + given + "'; " + suggestion(given, known));
}

RulePtr parse(CallReader& reader, Dialect dialect) {
  constexpr std::string_view kName = "variance_scaling";
  if (dialect == Dialect::pytorch) refuse_dialect(kName, dialect, "write he_normal or glorot_normal");
  const double scale = reader.number("scale", 1);
  if (!(scale > 0 && scale <= kLargestScale)) {
    throw Error(ErrorCode::bad_value, "initializer variance_scaling",
                "scale=" + number_text(scale) + " must be above 0 and at most 1e36");
  }
  const std::optional<std::string> given = reader.text("mode");
  const FanMode mode = given ? parse_mode(*given, kName) : FanMode::fan_in;
  if (mode == FanMode::fan_geo_avg && (dialect == Dialect::keras || dialect == Dialect::timm)) {
    throw Error(ErrorCode::unsupported, "initializer variance_scaling",
                std::string(to_string(dialect)) + " has the modes fan_in, fan_out and fan_avg; JAX has fan_geo_avg");
  }
  const Named entry = read_distribution(reader, dialect);
  const std::string_view fallback = dialect == Dialect::keras ? "truncated_normal" : "normal";
  return variance_scaled_rule(CallText(kName)
                                  .add_unless("scale", scale, 1)
                                  .add_unless("mode", to_string(mode), "fan_in")
                                  .add_unless("distribution", entry.name, fallback)
                                  .str(dialect),
                              {std::sqrt(scale), mode, entry.distribution, dialect});
}

}  // namespace

const Scheme kVarianceScaling{{"variance_scaling", "scale=1, mode=fan_in, distribution=normal",
                               "variance scale/fan, normal, truncated_normal or uniform", "Keras, JAX, timm", ""},
                              parse};

}  // namespace fanin::init
