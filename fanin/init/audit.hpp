// The audit of an initialization: whether the values are what was asked for. It catches what silently
// goes wrong elsewhere: tensors left untouched, shards with identical values, a variance that is off,
// NaN, values outside a truncated law's bounds.
//
//     init::Audit audit;
//     for (…) audit.add(parameter, &rule, collector.finish());
//     for (const init::AuditFinding& finding : audit.findings()) …
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fanin/init/initializer.hpp"
#include "fanin/init/statistics.hpp"

namespace fanin::init {

enum class AuditCode {
  empty,       ///< no elements
  non_finite,  ///< NaN or infinite values
  untouched,   ///< every value 0 where the rule draws others
  constant,    ///< every value the same where the rule draws others
  wrong_mean,
  wrong_variance,
  out_of_range,  ///< beyond the bounds of a uniform or truncated law
  duplicate,     ///< bit-identical to another tensor
};

std::string_view to_string(AuditCode code) noexcept;

struct AuditFinding {
  AuditCode code = AuditCode::empty;
  std::string tensor;
  std::string message;  ///< what was expected, what was found, what to check
};

/// How a tensor's statistics compare with its rule's.
struct TensorAudit {
  net::ParameterSpec parameter;
  std::string rule;  ///< text; empty when unknown
  Initializer::Moments expected;
  Statistics found;
  double mean_z = 0;      ///< in standard errors; 0 where nothing is random
  double variance_z = 0;  ///< see variance_z()
};

/// How far a sample variance lies from the law's, as a standard normal score that is honest about the
/// number of values: s²/σ² is taken as gamma with 2n/(kurtosis - 1) degrees of freedom, which has the
/// right mean and variance for any law, and made normal by the cube root of Wilson & Hilferty 1931.
/// @param ratio  s²/σ², >= 0.
double variance_z(double ratio, double kurtosis, std::uint64_t count);

class Audit final {
 public:
  /// @param rule  what the values should be; null when unknown.
  void add(const net::ParameterSpec& parameter, const Initializer* rule, const Statistics& statistics);

  [[nodiscard]] const std::vector<TensorAudit>& tensors() const noexcept { return tensors_; }
  [[nodiscard]] const std::vector<AuditFinding>& findings() const noexcept { return findings_; }

 private:
  void check_values(TensorAudit& audit, const Initializer* rule);
  void check_duplicate(const TensorAudit& audit);
  void report(AuditCode code, const TensorAudit& audit, std::string message);

  std::vector<TensorAudit> tensors_;
  std::vector<AuditFinding> findings_;
  std::unordered_map<std::uint64_t, std::size_t> seen_;  ///< by checksum, the first tensor that had it
};

/// The worst ‖QᵀQ - I‖ (Frobenius) over a tensor's packed matrices, each divided by `gain`.
/// @param values    the whole tensor, f32.
/// @param per_head  as in orthogonal(per_head=true).
/// @throws Error bad_shape.
double orthogonality_error(const net::ParameterSpec& parameter, std::span<const float> values, double gain = 1,
                           bool per_head = false);

/// A known initialization that a tensor's values agree with.
struct Compatible {
  std::string rule = {};  ///< canonical text, "he_uniform"
  double variance_z = 0;
  double kurtosis_z = 0;
  bool certain = false;  ///< the values have a structure that independent draws do not: orthogonality, an identity, …
  /// Where orthogonal: ‖QᵀQ - I‖ (Frobenius) of the worst matrix, its gain divided out.
  std::optional<double> orthogonality_error = std::nullopt;
};

/// The known element-wise initializations that the values could come from, nearest first: mean, variance
/// and kurtosis within four standard errors, and all values inside the bounds. Empty: none, such as after training.
std::vector<Compatible> compatible_initializers(const net::ParameterSpec& parameter, const Statistics& statistics);

/// The same with the values at hand, and before those matches what only the values can tell: orthogonal and
/// delta_orthogonal of any gain (also as PyTorch cuts a packed tensor, or head by head), identity, dirac, zero_init,
/// forget_bias, and sparse (as many zeros for every input, a normal law otherwise).
/// @param values  the whole tensor, raw elements of the type. @throws Error bad_shape when the size differs.
/// @cost  a few passes over the values; orthogonality by two random probes, not by a product of matrices.
std::vector<Compatible> compatible_initializers(const net::ParameterSpec& parameter, const Statistics& statistics,
                                                DType dtype, std::span<const std::byte> values);

}  // namespace fanin::init
