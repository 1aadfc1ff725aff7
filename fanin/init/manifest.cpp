#include "fanin/init/manifest.hpp"

#include <cmath>

#include "fanin/core/error.hpp"
#include "fanin/core/version.hpp"

namespace fanin::init {
namespace {

std::optional<net::Fans> fans_in(Dialect dialect, const net::ParameterSpec& parameter) {
  try {
    return dialect_fans(dialect, parameter);
  } catch (const Error&) {
    return std::nullopt;  // a bias, a scale, an embedding
  }
}

ManifestEntry entry_of(const ParameterPlan& plan, Dialect dialect, const Statistics& statistics) {
  ManifestEntry entry;
  entry.name = plan.parameter.name;
  entry.shape = plan.parameter.shape().extents();
  entry.role = net::to_string(plan.parameter.role);
  entry.rule = plan.rule.text();
  if (const std::optional<Law> law = plan.rule.law(plan.parameter)) entry.law = to_string(*law);
  entry.fans = fans_in(dialect, plan.parameter);
  entry.std_dev = plan.rule.std_dev(plan.parameter);
  if (entry.fans) entry.gain = entry.std_dev * std::sqrt(static_cast<double>(entry.fans->fan_in));
  entry.learning_rate_factor = plan.learning_rate_factor;
  entry.reason = plan.reason;
  entry.checksum = checksum_text(statistics.checksum);
  return entry;
}

}  // namespace

Manifest make_manifest(const NetworkPlan& plan, std::uint64_t seed, DType dtype, Dialect dialect,
                       std::span<const Statistics> statistics) {
  if (statistics.size() != plan.parameters.size()) {
    throw Error(ErrorCode::bad_value, "manifest",
                std::to_string(statistics.size()) + " tensors were written, but the plan has " +
                    std::to_string(plan.parameters.size()));
  }
  Manifest manifest;
  manifest.version = kVersion;
  manifest.scheme = plan.scheme;
  manifest.seed = seed;
  manifest.dialect = to_string(dialect);
  manifest.stream = "philox4x32-10";
  manifest.dtype = to_string(dtype);
  for (std::size_t i = 0; i < statistics.size(); ++i) {
    manifest.tensors.push_back(entry_of(plan.parameters[i], dialect, statistics[i]));
  }
  manifest.multipliers = plan.multipliers;
  return manifest;
}

}  // namespace fanin::init
