#include "fanin/init/catalogue.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/init/library_call.hpp"
#include "fanin/init/schemes/all.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

constexpr std::array kSchemes{
    &kZeros,         &kOnes,          &kConstant,        &kUniform,    &kNormal,   &kTruncatedNormal, &kLecunUniform,
    &kLecunNormal,   &kGlorotUniform, &kGlorotNormal,    &kHeUniform,  &kHeNormal, &kVarianceScaling, &kXavierFirst,
    &kPytorchLinear, &kOrthogonal,    &kDeltaOrthogonal, &kIdentity,   &kDirac,    &kZeroInit,        &kSparse,
    &kSirenFirst,    &kSirenHidden,   &kForgetBias,      &kChronoBias, &kGates,    &kScaled};

constexpr std::size_t kLongestText = 4096;  // parse_call reads no more, and every text must read back

std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (const Scheme* scheme : kSchemes) {
    names.emplace_back(scheme->info.name);
    if (!scheme->info.alias.empty()) names.emplace_back(scheme->info.alias);
  }
  return names;
}

}  // namespace

std::span<const InitializerInfo> known_initializers() {
  static const std::array infos = [] {
    std::array<InitializerInfo, kSchemes.size()> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = kSchemes[i]->info;
    return all;
  }();
  return infos;
}

Initializer parse_initializer(std::string_view text, Dialect dialect) {
  CallExpr call = parse_call(text, "initializer");
  // dialect= belongs to every scheme and has no position, so it is taken out before the scheme reads.
  dialect = take_dialect(call, dialect);
  translate_call(call, dialect);
  for (const Scheme* scheme : kSchemes) {
    if (call.name != scheme->info.name && (scheme->info.alias.empty() || call.name != scheme->info.alias)) continue;
    CallReader reader(call, "initializer");
    RulePtr rule = scheme->parse(reader, dialect);
    reader.finish();
    if (rule->text().size() > kLongestText) {
      throw Error(ErrorCode::bad_syntax, "initializer " + call.name,
                  "its rules are nested too deeply: the full text is longer than 4096 characters");
    }
    return Initializer(std::move(rule));
  }
  throw Error(ErrorCode::unknown_name, "initializer",
              "no initializer '" + call.name.substr(0, 64) + "'; " + suggestion(call.name, all_names()));
}

Initializer parse_initializer(std::string_view text) { return parse_initializer(text, Dialect::fanin); }

double checked_f32(double value, std::string_view scheme, std::string_view argument) {
  if (!(std::abs(value) <= static_cast<double>(std::numeric_limits<float>::max()))) {
    throw Error(ErrorCode::bad_value, "initializer " + std::string(scheme),
                std::string(argument) + "=" + number_text(value) + " is beyond the range of f32, 3.4e38");
  }
  return value;
}

double checked_std_dev(double value, std::string_view scheme, std::string_view argument) {
  if (value < 0) {
    throw Error(ErrorCode::bad_value, "initializer " + std::string(scheme),
                std::string(argument) + "=" + number_text(value) + " is negative; a standard deviation is 0 or more");
  }
  return checked_f32(value, scheme, argument);
}

}  // namespace fanin::init
