// The manifest of a written set of weights: what every tensor was given, and a checksum to prove it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fanin/experiment/weights/plan.hpp"
#include "fanin/init/checksum.hpp"

namespace fanin::experiment {

/// The checksums of tensors whose bytes are seen in order: WriteOptions::inspect calls see().
class TensorChecksums final {
 public:
  explicit TensorChecksums(std::size_t tensors) : checksums_(tensors) {}
  void see(std::size_t tensor, std::uint64_t first, std::span<const std::byte> bytes);
  [[nodiscard]] std::vector<std::uint64_t> values() const;

 private:
  std::vector<init::Checksum> checksums_;
};

/// JSON, keys in a fixed order: version, scheme, seed, dialect, stream, network, tensors, multipliers.
/// @param checksums  one per tensor of the plan (XXH64 of its bytes); none: the tensors were not drawn, and it is null.
std::string manifest_json(const WeightPlan& plan, std::span<const std::uint64_t> checksums);

}  // namespace fanin::experiment
