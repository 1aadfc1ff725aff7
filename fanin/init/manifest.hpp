// The record of an initialization: what every tensor was given and a checksum to prove it. A door writes
// it as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fanin/core/dtype.hpp"
#include "fanin/init/network_scheme.hpp"
#include "fanin/init/statistics.hpp"

namespace fanin::init {

struct ManifestEntry {
  std::string name;
  std::vector<std::int64_t> shape;
  std::string role;               ///< "weight", "bias", …
  std::string rule;               ///< canonical text: parses back to the same values
  std::string law;                ///< the formula for this tensor: "N(0, 0.0505²)"; empty for matrix schemes
  std::optional<net::Fans> fans;  ///< as the rule's dialect counts them; nothing where it has none
  std::optional<double> gain;     ///< std_dev·√fan_in: what the tensor does to a unit input's deviation
  double std_dev = 0;             ///< by the formula
  double learning_rate_factor = 1;
  std::string reason;    ///< why the scheme gave this rule, if not for the role alone
  std::string checksum;  ///< XXH64 of the raw elements, 16 hexadecimal digits
};

struct Manifest {
  std::string version;  ///< of the library
  std::string scheme;   ///< canonical text
  std::uint64_t seed = 0;
  std::string dialect;  ///< "fanin", "keras", …: of the scheme as a whole
  std::string stream;   ///< "philox4x32-10"
  std::string dtype;    ///< "f32", …
  std::vector<ManifestEntry> tensors;
  std::vector<NodeMultiplier> multipliers;
};

/// @param statistics  of the tensors as written, in the plan's order.
/// @throws Error bad_value when their number differs from the plan's.
Manifest make_manifest(const NetworkPlan& plan, std::uint64_t seed, DType dtype, Dialect dialect,
                       std::span<const Statistics> statistics);

}  // namespace fanin::init
